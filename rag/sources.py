"""Sources weighed, not counted: what an answer rests on, and what readers should know about each of its sentences.

What is one source? All passages of one article; an article together with its reprints (one story is told once, however
often it is printed); and all articles of one outlet, which are several articles in one voice. What is left over is
independent as far as can be told from outside: nobody here knows whether two newsrooms called the same spokesman.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence, Set
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from corpus.sentences import sentence_spans
from rag.answer import Answer, Citation, Claim, Evidence
from rag.quantities import quantities
from rag.standpoint import attributed, is_opinion
from rag.words import fold, terms

ONE_SOURCE = "one source"
OPINION = "opinion"
_ALSO_SAYS = 0.6  # share of a claim's content words that a sentence of another source holds, to say it as well


@dataclass(frozen=True, slots=True)
class Sources:
    """What the claims of an answer rest on.

    Attributes:
        independent: stories told by different outlets.
        articles: that are cited; copies of one story count once.
        reprints: further copies of the cited stories, cited themselves or not.
    """

    independent: int = 0
    articles: int = 0
    reprints: int = 0

    def __str__(self) -> str:
        """ "3 independent sources, 14 reprints"; "" where nothing is cited."""
        if not self.independent:
            return ""
        parts = [f"{self.independent} independent sources" if self.independent > 1 else ONE_SOURCE]
        parts += [f"{self.articles} articles"] * (self.articles > self.independent)
        parts += [f"{self.reprints} reprint{'s' * (self.reprints != 1)}"] * bool(self.reprints)
        return ", ".join(parts)


def weigh(answer: Answer) -> Sources:
    """The sources of the claims that hold, by the citations that bear them."""
    markers = {citation.marker for claim in answer.claims if claim.holds for citation in _bearing(claim)}
    return weighed([item for item in answer.evidence if item.marker in markers])


def weighed(evidence: Iterable[Evidence]) -> Sources:
    """The sources that passages come from."""
    stories = _together(evidence, _copies)
    voices = _together([min(members, key=_published) for members, _ in stories], _voice)
    copies = sum(sum(isinstance(key, tuple) for key in keys) for _, keys in stories)
    return Sources(len(voices), len(stories), copies - len(stories))


def same_story(one: Evidence, other: Evidence) -> bool:
    """Whether two passages are from one article, or from copies of one story."""
    return bool(_copies(one) & _copies(other))


def noted(claims: Iterable[Claim], evidence: Sequence[Evidence]) -> tuple[Claim, ...]:
    """The claims with what readers should know: ``according to the union``, ``opinion``, ``one source``.

    "One source" is a claim that no passage of another independent source says as well, by its words and numbers.
    """
    by_marker = {item.marker: item for item in evidence}
    told = [(item, item.text[start:end]) for item in evidence for start, end in sentence_spans(item.text)]
    return tuple(_with_notes(claim, by_marker, told) for claim in claims)


def _with_notes(claim: Claim, evidence: dict[int, Evidence], told: Sequence[tuple[Evidence, str]]) -> Claim:
    cited = _bearing(claim)
    if not cited or not claim.holds:
        return claim
    speakers = dict.fromkeys(attributed(citation, evidence.get(citation.marker)) for citation in cited)
    notes = [f"according to {who}" for who in speakers if who]
    notes += [OPINION] * all(is_opinion(each.quote, each.title, each.url) for each in cited)
    said_by = [evidence[citation.marker] for citation in cited if citation.marker in evidence]
    said_by += [item for item, sentence in told if _also_says(sentence, claim.text)]
    notes += [ONE_SOURCE] * (weighed(said_by).independent == 1)
    return replace(claim, notes=tuple(dict.fromkeys((*claim.notes, *notes))))


def _also_says(sentence: str, claim: str) -> bool:
    wanted = set(terms(claim))
    if len(wanted & set(terms(sentence))) < _ALSO_SAYS * len(wanted):
        return False
    return set(quantities(claim)) <= set(quantities(sentence))


def _bearing(claim: Claim) -> list[Citation]:
    """The citations that support the claim; all of them if none was checked by itself."""
    bears = claim.bears if len(claim.bears) == len(claim.citations) else (True,) * len(claim.citations)
    return [citation for citation, does in zip(claim.citations, bears, strict=True) if does]


def _copies(item: Evidence) -> Set[Hashable]:
    """What names a passage's story: its article and all copies, as (collection, id), and the text's digest."""
    ids = (item.article, *(copy.article for copy in item.reprints))
    return {item.version, *((item.collection, each) for each in ids)}


def _voice(item: Evidence) -> Set[Hashable]:
    """The outlet, or the host of the address; an article of which neither is known speaks for itself."""
    try:
        host = urlsplit(item.url or "").hostname
    except ValueError:
        host = None
    return {fold((item.outlet or "").strip()) or host or (item.collection, item.article)}


def _published(item: Evidence) -> tuple[str, int]:
    return item.published or "9999", item.marker


def _together(
    evidence: Iterable[Evidence], keys: Callable[[Evidence], Set[Hashable]]
) -> list[tuple[list[Evidence], Set[Hashable]]]:
    """Groups of passages that share a key, directly or through others, each with all its keys."""
    groups: list[tuple[list[Evidence], Set[Hashable]]] = []
    for item in evidence:
        members, found = [item], keys(item)
        apart = []
        for others, theirs in groups:
            if found & theirs:
                members, found = others + members, found | theirs
            else:
                apart.append((others, theirs))
        groups = [*apart, (members, found)]
    return groups
