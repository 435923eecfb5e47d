"""Both legs → candidates: what the vectors and the words of a question, and of each of its parts, bring up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corpus.article import parse_passage_id
from corpus.directory import Entry, Shelf
from rag.ports import Asked, Candidate, Hit, Indexes, Sentences

Key = tuple[str, str]  # collection, passage id
Allowed = Mapping[str, frozenset[str] | None]  # by collection the version keys that meet the filter; None: all

_OF_PARTS = 20  # candidates of each leg for each part


@dataclass(frozen=True, slots=True)
class Proposed:
    """A passage that a leg brought up: ``start`` and ``end`` in the live article version that ``entry`` describes."""

    collection: str
    entry: Entry
    start: int
    end: int
    candidate: Candidate


def propose(
    indexes: Indexes, shelves: Mapping[str, Shelf], asked: Asked, allowed: Allowed, limit: int
) -> list[Proposed]:
    """The best ``limit`` of each leg in each collection, of what is allowed and live; no text is read yet."""
    dense: dict[Key, float] = {}
    lexical: dict[Key, float] = {}
    further: dict[Key, float] = {}  # brought up by the parts; their scores are of other questions, and do not count
    for name, within in allowed.items():
        vectors, index = indexes(name)
        for number, (vector, terms) in enumerate(zip(asked.vectors, asked.parts, strict=True)):
            depth = limit if number == 0 else _OF_PARTS
            near = _keyed(name, vectors.search(vector, depth, within))
            found = _keyed(name, index.search([stem for term in terms for stem in term.stems], depth, within))
            if number == 0:
                dense |= near
                lexical |= found
            else:
                further |= near | found
    live = _live(list(dense | lexical | further), shelves)
    sentences = _sentences(list(live), indexes)
    # What a leg did not propose is at best as good as the worst that it did; and if it proposed all that it had, what
    # is missing holds no word of the question.
    lowest = min(dense.values(), default=0.0)
    least = min(lexical.values(), default=0.0) if len(lexical) >= limit else 0.0
    return [
        Proposed(
            collection=key[0],
            entry=entry,
            start=start,
            end=end,
            candidate=Candidate(
                id=key[1],
                title=entry.title,
                language=entry.language,
                dense=dense.get(key, lowest),
                lexical=lexical.get(key, least),
                sentences=sentences.get(key),
            ),
        )
        for key, (entry, start, end) in live.items()
    ]


def _live(keys: Sequence[Key], shelves: Mapping[str, Shelf]) -> dict[Key, tuple[Entry, int, int]]:
    """The passages whose article version is live; what an index still holds of others does not count."""
    found = {}
    for key in keys:
        version, start, end = parse_passage_id(key[1])
        entry = shelves[key[0]].by_key.get(version)
        if entry is not None:
            found[key] = entry, start, end
    return found


def _sentences(keys: Sequence[Key], indexes: Indexes) -> dict[Key, Sentences]:
    found: dict[Key, Sentences] = {}
    for name in dict.fromkeys(collection for collection, _ in keys):
        ids = [passage for collection, passage in keys if collection == name]
        found |= {(name, passage): item for passage, item in indexes(name)[0].sentences(ids).items()}
    return found


def _keyed(collection: str, hits: Sequence[Hit]) -> dict[Key, float]:
    return {(collection, hit.id): hit.score for hit in hits}
