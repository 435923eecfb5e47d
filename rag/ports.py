"""The seams: one verb each, so that every engine can be swapped and every fake can be true.

Implementations live in `rag.backends`; they and their fakes pass one contract suite (`tests/contracts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from corpus.article import Article, Passage
from rag.answer import Citation, Claim, Evidence, Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.selection import Selection

    Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage id and its score; higher is better, comparable within one index only."""

    id: str
    score: float


@runtime_checkable
class Splitter(Protocol):
    """Cuts an article into passages of whole sentences: in order, and nothing between them but white space."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same article could be cut differently."""
        ...

    def split(self, article: Article) -> list[Passage]: ...


@dataclass(frozen=True, slots=True)
class Encoded:
    """One text as vectors: the whole, and each token with its place.

    ``vector`` is (d,), ``tokens`` is (m, d); all rows have length 1. ``spans`` are the m tokens' character spans.
    """

    vector: Vectors
    spans: tuple[tuple[int, int], ...]
    tokens: Vectors


@runtime_checkable
class Embedder(Protocol):
    """Texts to unit vectors."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same text could get a different vector."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n,) texts → (n, d) float32, each row of length 1; n may be 0."""
        ...

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """As `embed`, with the token vectors that late interaction needs. ``vector`` equals `embed`'s row."""
        ...


@runtime_checkable
class VectorStore(Protocol):
    """Nearest passages by cosine."""

    def upsert(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Idempotent by passage id. ``vectors`` is (n, d), unit rows."""
        ...

    def delete(self, version_keys: Sequence[str]) -> None:
        """Remove all passages of these article versions; unknown ones are ignored."""
        ...

    def search(self, vector: Vectors, limit: int) -> list[Hit]:
        """(d,) → at most ``limit`` hits, best first, scored by cosine in -1 … 1."""
        ...

    def ids(self) -> set[str]: ...

    def count(self) -> int:
        """How many passages it holds; cheap."""
        ...

    def scrub(self) -> None:
        """What was deleted leaves the disk too; until then its words may linger in unused parts of files."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class LexicalIndex(Protocol):
    """Passages by BM25."""

    def upsert(self, passages: Sequence[Passage]) -> None:
        """Idempotent by passage id; durable when it returns."""
        ...

    def delete(self, version_keys: Sequence[str]) -> None:
        """Remove all passages of these article versions; unknown ones are ignored. Durable when it returns."""
        ...

    def search(self, question: str, limit: int) -> list[Hit]:
        """At most ``limit`` hits, best first, scores > 0. Any text is a legal question; operators mean nothing."""
        ...

    def ids(self) -> set[str]: ...

    def count(self) -> int:
        """How many passages it holds; cheap."""
        ...

    def tainted(self) -> set[str]:
        """The article versions whose passages share a file with deleted ones.

        Once they are written again, `scrub` takes the deleted words off the disk.
        """
        ...

    def scrub(self) -> None:
        """Files that hold nothing but deleted passages leave the disk."""
        ...

    def close(self) -> None: ...


class Indexes(Protocol):
    """The two indexes of each collection."""

    def __call__(self, collection: str) -> tuple[VectorStore, LexicalIndex]:
        """Opened, made if absent.

        Raises:
            HomeInUse: another process holds them.
            IndexDamaged: they cannot be opened.
        """
        ...

    def drop(self, collection: str) -> None:
        """Remove both with all that they hold."""
        ...


class Storage(Protocol):
    """Where the indexes of a home lie; one process at a time holds it.

    Raises, in every method: HomeInUse, HomeNotWritable, IndexDamaged.
    """

    def take(self) -> None:
        """Hold the home from now on, until `close`."""
        ...

    def indexes(self, fingerprint: str) -> Indexes:
        """The indexes that one recipe fills; nothing is opened yet."""
        ...

    def names(self) -> set[str]:
        """The names of all indexes that are there, whatever recipe or collection they belong to."""
        ...

    def name(self, collection: str, fingerprint: str) -> str:
        """The name of a collection's indexes."""
        ...

    def drop(self, names: Iterable[str]) -> None:
        """Remove indexes by name."""
        ...

    def reset(self) -> None:
        """Remove all indexes, be they damaged."""
        ...

    def compact(self) -> None:
        """Give the disk back what deleted passages took."""
        ...

    def size(self) -> int:
        """Bytes that the home takes on disk."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class LanguageModel(Protocol):
    """A prompt to streamed text."""

    @property
    def name(self) -> str: ...

    def stream(self, system: str, prompt: str) -> Iterator[str]:
        """Pieces of the reply as they come.

        Raises:
            ModelUnavailable: not reachable, refused, or broke off; names the remedy.
        """
        ...


@runtime_checkable
class Writer(Protocol):
    """Evidence to a draft."""

    @property
    def name(self) -> str: ...

    def write(self, question: str, evidence: Sequence[Evidence], selection: Selection) -> Iterator[str | Claim]:
        """Pieces of the draft as text, and each finished sentence as an unchecked claim.

        No claim at all means that nothing in the evidence answers.

        Raises:
            ModelUnavailable: the model did not answer, or broke off.
        """
        ...


@runtime_checkable
class Judge(Protocol):
    """Does what is quoted say what is claimed?"""

    @property
    def name(self) -> str: ...

    def judge(self, claim: str, citations: Sequence[Citation], context: Mapping[int, Evidence]) -> tuple[Verdict, str]:
        """The verdict, and the reason in words."""
        ...
