"""Lets an answer be stopped while the assistant is busy.

A generator that waits for a model cannot be cancelled until the model speaks. Here each step is taken in a thread of
its own, always the same one, and the reader is woken at short intervals, so that closing the reader takes effect at
once; the source is closed after the step it is in. The pool's threads are daemons: a model that hangs does not keep
the program from ending.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.pool import ThreadPool
from typing import TypeVar

T = TypeVar("T")

WAKE_EVERY = 0.2  # seconds


@dataclass(frozen=True, slots=True)
class Broken:
    """The source raised this instead of an event; nothing follows."""

    error: BaseException


def pumped(events: Iterator[T]) -> Iterator[T | Broken | None]:
    """The same events, None whenever a while passes without one, and `Broken` where the source raises."""
    pool = ThreadPool(1)
    errors: list[BaseException] = []
    try:
        while True:
            step = pool.apply_async(_next, (events,), error_callback=errors.append)
            while not step.ready():
                step.wait(WAKE_EVERY)
                if not step.ready():
                    yield None
            if errors:
                yield Broken(errors[0])
                return
            found = step.get()
            if not found:
                return
            yield found[0]
    finally:
        pool.apply_async(_close, (events,))
        pool.close()


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
