"""What a search finds and what an answer is: frozen data, standard library only, no behaviour beyond derivation.

Every type turns into plain JSON through `to_json`, and an `Answer` comes back through `answer_from_json`, so the
command line, HTTP, saved chats and eval logs share one format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, overload

from rag.scope import Constraints

Verdict = Literal["supported", "partial", "unsupported", "contradicted", "uncited"]
Status = Literal["answered", "partial", "insufficient"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of the conversation."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Reprint:
    """Another copy of the story that a passage is from."""

    article: str  # article id
    title: str
    outlet: str | None = None
    published: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A retrieved passage under the number that citations use for it.

    ``scores`` are named and comparable only within one name; higher is better.
    """

    marker: int  # 1, 2, …
    article: str  # article id
    collection: str
    version: str  # sha256 of the article text
    start: int
    end: int
    text: str
    title: str
    outlet: str | None = None
    published: str | None = None  # YYYY-MM-DD, or less where less is known
    url: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    reprints: tuple[Reprint, ...] = ()
    flags: tuple[str, ...] = ()  # what readers should know about the passage, in words


@dataclass(frozen=True, slots=True)
class Citation:
    """Exact words of a stored article version: ``text[start:end] == quote``."""

    marker: int
    article: str
    collection: str
    version: str
    start: int
    end: int
    quote: str
    title: str
    outlet: str | None = None
    published: str | None = None
    url: str | None = None

    def __str__(self) -> str:
        source = ", ".join(part for part in (self.outlet, self.title, self.published) if part)
        return f"[{self.marker}] “{self.quote}” ({source})"


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer, with what it rests on and what the check said."""

    text: str  # without markers
    citations: tuple[Citation, ...] = ()
    verdict: Verdict = "uncited"
    reason: str = ""
    bears: tuple[bool, ...] = ()  # for each citation, once it is checked: does it support the claim, or a part of it?
    context: Citation | None = None  # the words before a quote that say who "he" is; shown, but no part of the claim
    notes: tuple[str, ...] = ()  # what readers should know, in words: "opinion", "one source", …

    @property
    def holds(self) -> bool:
        """Whether the cited words support it, at least in part."""
        return self.verdict in ("supported", "partial")

    @property
    def marked(self) -> str:
        """The sentence followed by its markers, each once: ``It rose. [1][3]``."""
        markers = dict.fromkeys(citation.marker for citation in self.citations)
        return " ".join(filter(None, (self.text, "".join(f"[{marker}]" for marker in markers))))


@dataclass(frozen=True, slots=True)
class Statement:
    """One side of a disagreement: the words that differ, and the sentence they stand in."""

    value: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Sources that say different things about the same, oldest first; at least two statements."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Usage:
    """What a language model took for one answer, all calls together."""

    prompt_tokens: int = 0
    reply_tokens: int = 0
    calls: int = 0
    seconds: float = 0.0
    counted: bool = True  # by the server; False: some are estimated from the characters


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer; `status` "insufficient" is a proper answer, with no claims."""

    question: str
    standalone: str  # the question as searched, after resolving the conversation
    status: Status
    claims: tuple[Claim, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    note: str = ""  # for people: why the answer is insufficient, or what the model's failure was
    confidence: float = 0.0  # 0 … 1
    short: str | None = None
    writer: str = "extractive"
    judge: str = "built-in"
    constraints: Mapping[str, Any] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)  # seconds by stage
    missing: tuple[str, ...] = ()  # the parts of the question that nothing answers
    disagreements: tuple[Disagreement, ...] = ()
    usage: Usage | None = None  # None: no model was asked

    @property
    def text(self) -> str:
        """The answer as prose with markers; a claim that fails its check says so. For an insufficient one, the note."""
        if self.status == "insufficient":
            return self.note
        return " ".join(claim.marked if claim.holds else f"{claim.marked} [{claim.verdict}]" for claim in self.claims)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All citations in reading order, each once."""
        return tuple(dict.fromkeys(citation for claim in self.claims for citation in claim.citations))


@dataclass(frozen=True, slots=True)
class Findings(Sequence[Evidence]):
    """What a search found, best first, and how the question was read. A sequence of its evidence.

    ``note`` says in words what was searched, and why nothing was found if nothing was.
    """

    question: str
    standalone: str
    evidence: tuple[Evidence, ...] = ()
    constraints: Constraints = field(default_factory=Constraints)
    note: str = ""
    timings: Mapping[str, float] = field(default_factory=dict)  # seconds by stage

    @overload
    def __getitem__(self, place: int) -> Evidence: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Evidence]: ...
    def __getitem__(self, place: int | slice) -> Evidence | Sequence[Evidence]:
        return self.evidence[place]

    def __len__(self) -> int:
        return len(self.evidence)


@dataclass(frozen=True, slots=True)
class Searching:
    """The question is understood; the search begins."""

    question: str
    standalone: str
    constraints: Mapping[str, Any] = field(default_factory=dict)  # as in `Answer`
    kind: Literal["searching"] = "searching"


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The evidence is in."""

    evidence: tuple[Evidence, ...]
    kind: Literal["retrieved"] = "retrieved"


@dataclass(frozen=True, slots=True)
class Drafting:
    """A piece of the draft, unchecked: show it as such."""

    delta: str
    kind: Literal["drafting"] = "drafting"


@dataclass(frozen=True, slots=True)
class Checked:
    """A finished sentence went through the check."""

    claim: Claim
    kind: Literal["checked"] = "checked"


@dataclass(frozen=True, slots=True)
class WriterFailed:
    """The model could not finish; the extractive answer follows in the next events."""

    writer: str
    message: str  # what happened and the remedy
    kind: Literal["writer_failed"] = "writer_failed"


@dataclass(frozen=True, slots=True)
class Answered:
    """The last event of every stream."""

    answer: Answer
    kind: Literal["answered"] = "answered"


Event = Searching | Retrieved | Drafting | Checked | WriterFailed | Answered
