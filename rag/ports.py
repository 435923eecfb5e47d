"""The seams: one verb each, so that every engine can be swapped and every fake can be true.

Implementations live in `rag.backends`; they and their fakes pass one contract suite (`tests/contracts`).
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from corpus.article import Article, Passage
from rag.answer import Claim, Evidence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.selection import Selection

    Vectors = NDArray[np.float32]
    Integers = NDArray[np.int64]
    Span = tuple[int, int]


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


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of one passage, ready to be compared with a question.

    ``spans`` (m, 2) are half-open, in the passage's text; ``vectors`` (m, d) have length 1, or 0 where the embedder did
    not get as far as the sentence. ``terms`` (t,) are `rag.words.term_hash` of the content words, each once a sentence,
    and ``owners`` (t,) say in which sentence, 0 … m - 1, each of them stands.
    """

    spans: Integers
    vectors: Vectors
    terms: Integers
    owners: Integers


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

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> tuple[Vectors, list[Vectors]]:
        """`embed`, and from the same pass the parts of each text: the mean of a part's tokens, seen in their context.

        ``parts`` are character spans in each text, m of them give (m, d) unit rows. A part that the embedder does not
        reach, because the text is longer than it reads, is a row of zeros. (Late chunking, Günther et al. 2024.)
        """
        ...

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """As `embed`, with the token vectors that late interaction needs. ``vector`` equals `embed`'s row."""
        ...


@runtime_checkable
class VectorStore(Protocol):
    """Nearest passages by cosine, and the sentences of each passage."""

    def upsert(self, passages: Sequence[Passage], vectors: Vectors, sentences: Sequence[Sentences] = ()) -> None:
        """Idempotent by passage id. ``vectors`` is (n, d), unit rows; ``sentences`` has n items, or none."""
        ...

    def delete(self, version_keys: Sequence[str]) -> None:
        """Remove all passages of these article versions; unknown ones are ignored."""
        ...

    def search(self, vector: Vectors, limit: int, within: Collection[str] | None = None) -> list[Hit]:
        """(d,) → at most ``limit`` hits, best first, scored by cosine in -1 … 1.

        With ``within``, a set of version keys, the best ``limit`` of the passages of these article versions.
        """
        ...

    def sentences(self, ids: Sequence[str]) -> dict[str, Sentences]:
        """What `upsert` was given with these passages; the vectors to 1 part in 100. Unknown ids are left out."""
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

    def search(self, terms: Sequence[str], limit: int, within: Collection[str] | None = None) -> list[Hit]:
        """At most ``limit`` hits for any of ``terms`` (see `rag.words.terms`), best first, scores > 0.

        With ``within``, a set of version keys, the best ``limit`` of the passages of these article versions.
        """
        ...

    def holding(self, phrase: Sequence[str]) -> set[str]:
        """The version keys of the passages that hold these terms one after the other, in text or headline."""
        ...

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each term stands."""
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


@dataclass(frozen=True, slots=True)
class Term:
    """One content word of a question: its stem in each language that is searched, and how much it tells (idf)."""

    stems: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A question ready to be compared with passages.

    ``vectors`` is (1 + p, d): the question's own, and one for each of its p parts, if it has several.
    ``parts`` are the terms of each of them, in the same order; the first are those of the whole question.
    """

    text: str
    vectors: Vectors
    parts: tuple[tuple[Term, ...], ...]
    topic: Encoded | None = None  # the question without what became filters, token by token
    rarest: float = 0.0  # the weight of a word that stands nowhere


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that a leg proposed, with the scores of both (the lowest, where a leg did not propose it)."""

    id: str  # passage id
    title: str  # of its article
    language: str | None
    dense: float
    lexical: float
    sentences: Sentences | None = None  # None: none are stored
    text: str = ""  # only for a reranker that reads


@runtime_checkable
class Reranker(Protocol):
    """Orders what both legs proposed."""

    @property
    def name(self) -> str: ...

    @property
    def reads(self) -> bool:
        """Whether it needs the passages' texts; what reads costs more, and is given only the best candidates."""
        ...

    def scores(self, asked: Asked, candidates: Sequence[Candidate]) -> list[float]:
        """How well each passage answers; higher is better, comparable within one question.

        Raises:
            ModelFilesError: its model cannot be loaded.
        """
        ...


@dataclass(frozen=True, slots=True)
class Ended:
    """How a reply came to its end, as far as the server tells; tokens are None where it does not."""

    reason: Literal["stop", "length", "refused"] = "stop"  # length: cut off at a limit; refused: by the provider
    prompt_tokens: int | None = None
    reply_tokens: int | None = None


@runtime_checkable
class LanguageModel(Protocol):
    """A prompt to streamed text."""

    @property
    def name(self) -> str: ...

    def stream(self, system: str, prompt: str) -> Generator[str, None, Ended | None]:
        """Pieces of the reply as they come; the generator returns how it ended, None for not known.

        Raises:
            ModelUnavailable: not reachable, refused, or broke off; names the remedy.
        """
        ...


@dataclass(frozen=True, slots=True)
class Notice:
    """What readers should know about how a draft came about, in words."""

    text: str


@runtime_checkable
class Writer(Protocol):
    """Evidence to a draft."""

    @property
    def name(self) -> str: ...

    def write(
        self, question: str, evidence: Sequence[Evidence], selection: Selection
    ) -> Iterator[str | Claim | Notice]:
        """Pieces of the draft as text, and each finished sentence as an unchecked claim.

        No claim at all means that nothing in the evidence answers.

        Raises:
            ModelUnavailable: the model did not answer, or broke off.
        """
        ...


@dataclass(frozen=True, slots=True)
class Support:
    """How far quotes support a claim: three chances, each 0 … 1, that need not add up.

    ``part`` is that they say at least a part of it (never below ``full``), ``full`` that they say all of it,
    ``contradicted`` that they say it is not so.
    """

    part: float
    full: float
    contradicted: float
    reason: str  # in words; never empty


@runtime_checkable
class Judge(Protocol):
    """Does what is quoted say what is claimed?"""

    @property
    def name(self) -> str:
        """Who judges: shown with every answer."""
        ...

    def support(self, claim: str, quotes: Sequence[str]) -> Support:
        """How far the quotes, taken together, support the claim; there is at least one quote.

        Raises:
            ModelFilesError: its model cannot be loaded.
        """
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """Words of a text that answer a question: ``text[start:end]``, neither empty nor with white space around them."""

    start: int
    end: int
    chance: float  # 0 … 1 that they do; comparable between questions


@runtime_checkable
class Reader(Protocol):
    """Finds the few words of a text that answer a question (extractive question answering)."""

    @property
    def name(self) -> str: ...

    def read(self, question: str, texts: Sequence[str]) -> list[Reading | None]:
        """For each text its likeliest answer, however unlikely; None where there are no words to choose from.

        Raises:
            ModelFilesError: its model cannot be loaded.
        """
        ...
