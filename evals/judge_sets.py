"""Judge sets: a folder with ``claims.jsonl``, one object a line.

``id``, ``claim``, ``evidence`` [texts], ``label`` supported | partial | unsupported; optional ``sentences``, the
evidence cut up, and ``supporting``, sets of their indices each of which supports the claim (WiCE, Kamoi et al. 2023).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.case import CaseError
from rag.citation import without_markers
from rag.coverage import signals

LABELS = ("supported", "partial", "unsupported")
_MARKER_ALONE = re.compile(
    r"^\s*\[\d+\]\s*(?:https?://\S+\s*)?"
)  # evidence that begins with its own number and address
_LIKEST = 3  # sentences that are quoted where none support the claim


@dataclass(frozen=True, slots=True)
class JudgeCase:
    """A claim, what it rests on, and whether that supports it."""

    id: str
    claim: str
    sentences: tuple[str, ...]  # the evidence; whole texts, where it is not cut up
    supporting: tuple[tuple[int, ...], ...]
    label: str


def load(folder: Path) -> list[JudgeCase]:
    """All claims of a set.

    Raises:
        CaseError: the folder is no judge set; names the line.
    """
    path = folder / "claims.jsonl"
    cases: list[JudgeCase] = []
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            cases.append(_case(json.loads(line)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        hint = "See the format in evals/judge_sets.py."
        raise CaseError(f"{path}, line {len(cases) + 1}: not a claim ({error!r}).", hint=hint) from error
    return cases


def quoted(case: JudgeCase) -> tuple[str, ...]:
    """What a citation would quote: the first set of supporting sentences, or else the likest three in a row."""
    for chosen in case.supporting:
        if chosen:
            return tuple(case.sentences[at] for at in chosen)
    windows = [case.sentences[at : at + _LIKEST] for at in range(max(1, len(case.sentences) - _LIKEST + 1))]
    return max(windows, key=lambda window: signals(case.claim, window).window)


def _case(record: dict[str, Any]) -> JudgeCase:
    if record["label"] not in LABELS:
        raise ValueError(f"no label: {record['label']!r}")
    texts = record.get("sentences") or [_MARKER_ALONE.sub("", text) for text in record["evidence"]]
    supporting = tuple(tuple(chosen) for chosen in record.get("supporting", ()))
    return JudgeCase(str(record["id"]), without_markers(record["claim"]), tuple(texts), supporting, record["label"])
