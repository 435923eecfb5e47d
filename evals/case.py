"""Question sets: a folder with ``articles.jsonl`` and ``cases.jsonl``.

``articles.jsonl`` is what the JSON Lines reader reads. A case is one object a line: ``id``, ``question``,
``answerable``, ``kind``; optional ``answers``, ``reference``, ``evidence`` [{``article``, ``start``, ``end``}]
(characters into that article's text, half-open), ``history`` [{``question``, ``answer``}], ``asked_on`` (YYYY-MM-DD),
and ``scope``, what the caller fixes beside the question: any of ``outlets``, ``authors``, ``languages``, ``articles``
(lists of names; one name may stand alone), ``since``, ``until`` (YYYY-MM-DD).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from corpus.errors import DossierError
from rag.answer import Turn

_NAMES = frozenset({"outlets", "authors", "languages", "articles"})
_DAYS = frozenset({"since", "until"})


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
    """One question with what is known about its answer.

    ``scope`` holds fields of `rag.scope.Scope`, ready to be passed on: names in tuples, days as dates.
    """

    id: str
    question: str
    answerable: bool
    kind: str
    answers: tuple[str, ...] = ()
    reference: str = ""
    evidence: tuple[Gold, ...] = ()
    history: tuple[Turn, ...] = ()
    asked_on: str | None = None
    scope: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A folder's articles, and those of its cases that retrieval can be scored on: answerable, with evidence."""

    name: str
    articles: Path
    cases: list[Case]

    @classmethod
    def of(cls, folder: Path, limit: int | None = None) -> QuestionSet:
        """The set in a folder, with at most ``limit`` cases.

        Raises:
            CaseError: the folder is not a question set, or has no case to score.
        """
        packed, unpacked, cases = (folder / name for name in ("articles.jsonl.gz", "articles.jsonl", "cases.jsonl"))
        if not cases.is_file() or not (packed.is_file() or unpacked.is_file()):
            hint = "It needs articles.jsonl (or articles.jsonl.gz) and cases.jsonl."
            raise CaseError(f"{folder} is not a question set.", hint=hint)
        try:
            scored = [case for case in load_cases(cases) if case.answerable and case.evidence]
        except (OSError, UnicodeDecodeError) as error:
            raise CaseError(f"{cases} cannot be read ({error}).", hint="It should be UTF-8 text.") from error
        if not scored:
            raise CaseError(f"{folder} has no answerable case with evidence.", hint="There is nothing to score.")
        return cls(folder.resolve().name, packed if packed.is_file() else unpacked, scored[:limit])

    def records(self) -> Iterator[dict[str, Any]]:
        """The articles as the file has them, one at a time: at least `id` and `text`.

        Raises:
            CaseError: a line is no article, or the file cannot be read; names the line.
        """
        number = 0
        try:
            with gzip.open(self.articles, "rb") if self.articles.suffix == ".gz" else self.articles.open("rb") as lines:
                for line in lines:
                    number += 1
                    if line.strip():
                        record = json.loads(line)
                        yield record | {"id": str(record["id"]), "text": str(record["text"])}
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise CaseError(
                f"{self.articles}, line {number}: not an article ({error!r}).", hint="See the format in evals/case.py."
            ) from error


def load_cases(path: Path) -> list[Case]:
    """All cases of a ``cases.jsonl``.

    Raises:
        CaseError: a line is not a case, or an id stands twice; names the line.
        OSError: the file cannot be read.
    """
    cases: dict[str, Case] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
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
        asked_on=date.fromisoformat(record["asked_on"]).isoformat() if record.get("asked_on") else None,
        scope=_scope(record.get("scope") or {}),
    )


def _scope(given: Any) -> dict[str, Any]:
    """The fields of a scope; null is as good as absent. ValueError or TypeError if it is no scope."""
    if not isinstance(given, dict):
        raise ValueError(f"not a scope: {given!r}")
    fields: dict[str, Any] = {}
    for key, value in given.items():
        if key not in _NAMES | _DAYS:
            raise ValueError(f"a scope has no {key!r}")
        if value is not None:
            fields[key] = date.fromisoformat(value) if key in _DAYS else _names(value)
    return fields


def _names(value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"not names: {value!r}")
    return tuple(names)
