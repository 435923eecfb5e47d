"""Lets an answer be stopped while the assistant is busy.

A generator that waits for a model cannot be cancelled until the model speaks. Here each step is taken in a thread of
its own, always the same one, and the reader is woken at short intervals, so that closing the reader takes effect at
once; the source is closed after the step it is in.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

WAKE_EVERY = 0.2  # seconds


@dataclass(frozen=True, slots=True)
class Broken:
    """The source raised this instead of an event; nothing follows."""

    error: BaseException


def pumped(events: Iterator[T]) -> Iterator[T | Broken | None]:
    """The same events, None whenever a while passes without one, and `Broken` where the source raises."""
    thread = ThreadPoolExecutor(1, thread_name_prefix="dossier-answer")
    try:
        while True:
            step = thread.submit(_next, events)
            while not wait([step], WAKE_EVERY).done:
                yield None
            error = step.exception()
            if error is not None:
                yield Broken(error)
                return
            found = step.result()
            if not found:
                return
            yield found[0]
    finally:
        thread.submit(_close, events)
        thread.shutdown(wait=False)


def _next(events: Iterator[T]) -> tuple[T, ...]:
    """The next event, or nothing at the end."""
    for event in events:
        return (event,)
    return ()


def _close(events: Iterator[T]) -> None:
    """Lets a generator run its own clean-up, in the thread that it ran in."""
    close = getattr(events, "close", None)
    if close is not None:
        close()
