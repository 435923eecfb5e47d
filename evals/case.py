"""Question sets: a folder with ``articles.jsonl`` and ``cases.jsonl``.

``articles.jsonl`` is what the JSON Lines reader reads. A case is one object a line: ``id``, ``question``,
``answerable``, ``kind``; optional ``answers``, ``reference``, ``evidence`` [{``article``, ``start``, ``end``}]
(characters into that article's text, half-open), ``history`` [{``question``, ``answer``}], ``asked_on`` (YYYY-MM-DD).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import DossierError
from rag.answer import Turn


class CaseError(DossierError):
    """A question set is not in the format; names file and line."""


@dataclass(frozen=True, slots=True)
class Gold:
    """Where the answer stands; without a span, the whole article is the evidence."""

    article: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what is known about its answer."""

    id: str
    question: str
    answerable: bool
    kind: str
    answers: tuple[str, ...] = ()
    reference: str = ""
    evidence: tuple[Gold, ...] = ()
    history: tuple[Turn, ...] = ()
    asked_on: str | None = None


def load_cases(path: Path) -> list[Case]:
    """All cases of a ``cases.jsonl``.

    Raises:
        CaseError: a line is not a case, or an id stands twice; names the line.
        OSError: the file cannot be read.
    """
    cases: dict[str, Case] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            case = _case(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise CaseError(
                f"{path}, line {number}: not a case ({error!r}).", hint="See the format in evals/case.py."
            ) from error
        if case.id in cases:
            raise CaseError(
                f"{path}, line {number}: the id {case.id} stands twice.", hint="Give every case its own id."
            )
        cases[case.id] = case
    return list(cases.values())


def _case(record: dict[str, Any]) -> Case:
    return Case(
        id=str(record["id"]),
        question=record["question"],
        answerable=bool(record["answerable"]),
        kind=record["kind"],
        answers=tuple(record.get("answers", ())),
        reference=record.get("reference", ""),
        evidence=tuple(Gold(e["article"], e.get("start"), e.get("end")) for e in record.get("evidence", ())),
        history=tuple(Turn(turn["question"], turn["answer"]) for turn in record.get("history", ())),
        asked_on=record.get("asked_on"),
    )
