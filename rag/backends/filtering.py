"""A filtered search made of an unfiltered one, for filters that leave much."""

from __future__ import annotations

from collections.abc import Callable, Collection

from rag.ports import Hit


def deepened(
    search: Callable[[int], list[Hit]], limit: int, within: Collection[str], depth: int, deepest: int
) -> list[Hit] | None:
    """The best ``limit`` hits of the versions ``within``; None if they lie below ``deepest`` of the unfiltered order.

    ``search`` is asked for ``depth`` hits, and for twice as many until enough of them are within: what is then left
    is what a filtered search would find, in the same order.
    """
    while depth <= deepest:
        found = search(depth)
        hits = [hit for hit in found if hit.id.rpartition(":")[0] in within]
        if len(hits) >= limit or len(found) < depth:
            return hits[:limit]
        depth *= 2
    return None
