"""Answers and events as JSON, and back: one format for ``--json``, HTTP, eval logs and saved chats."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import Annotated, Any, cast

from pydantic import Field, TypeAdapter

from rag.answer import Answer, Answered, Event, Evidence, Findings
from rag.sources import weigh
from rag.verification import citation_precision, citation_recall

_DERIVED = frozenset({"text", "sources", "citation_recall", "citation_precision"})


def to_json(value: Answer | Event | Evidence | Findings) -> dict[str, Any]:
    """Plain JSON values. An answer also carries what is derived from it: text, sources, the worth of its citations."""
    plain: dict[str, Any] = _lists(dataclasses.asdict(value))
    if isinstance(value, Findings):
        return plain | {"constraints": value.constraints.as_json()}
    if isinstance(value, Answer):
        return {"status": value.status, "text": value.text, **plain, **_derived(value)}
    if isinstance(value, Answered):
        return {"kind": value.kind, "answer": to_json(value.answer)}
    return plain


def _derived(answer: Answer) -> dict[str, Any]:
    """What follows from an answer: the sources it rests on, and how well its citations bear it (see each function)."""
    return {
        "sources": dataclasses.asdict(weigh(answer)),
        "citation_recall": citation_recall(answer.claims),
        "citation_precision": citation_precision(answer.claims),
    }


def _lists(value: Any) -> Any:
    """The value as it comes back out of JSON: no tuples."""
    if isinstance(value, dict):
        return {name: _lists(item) for name, item in value.items()}
    return [_lists(item) for item in value] if isinstance(value, list | tuple) else value


def answer_from_json(value: dict[str, Any]) -> Answer:
    """The inverse of `to_json`.

    Raises:
        pydantic.ValidationError: the value is not an answer.
    """
    return _answers().validate_python({key: item for key, item in value.items() if key not in _DERIVED})


def event_from_json(value: dict[str, Any]) -> Event:
    """The inverse of `to_json`.

    Raises:
        pydantic.ValidationError: the value is not an event.
    """
    if value.get("kind") == "answered":
        return Answered(answer_from_json(value["answer"]))
    return _events().validate_python(value)


@lru_cache(maxsize=1)
def _answers() -> TypeAdapter[Answer]:
    return TypeAdapter(Answer)


@lru_cache(maxsize=1)
def _events() -> TypeAdapter[Event]:
    return cast("TypeAdapter[Event]", TypeAdapter(Annotated[Event, Field(discriminator="kind")]))
