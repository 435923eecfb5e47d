"""Does the quoted text support the claim? Plain checks on the words that are cited, in order of how much they prove."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.answer import Citation, Evidence, Verdict
from rag.quantities import quantities
from rag.words import fold, names, terms, words

_NEGATIONS = frozenset("no not never none nobody nothing neither nor cannot without false untrue denied denies".split())
_STANDING: Mapping[Verdict, int] = {"supported": 4, "partial": 3, "contradicted": 2, "unsupported": 1, "uncited": 0}
_FULL, _PART = 0.7, 0.4  # share of the claim's content words that the cited words hold


class BuiltInJudge:
    """A `rag.ports.Judge` that needs no model.

    Verbatim words are supported. Otherwise every number and name of the claim must stand in the cited words, negation
    must agree, and most content words must be there, in one cited source. It cannot see who did what to whom: the same
    words in another order pass. Rephrasings with other words come out as "partial", which is the side to err on.
    """

    name = "built-in"

    def judge(self, claim: str, citations: Sequence[Citation], context: Mapping[int, Evidence]) -> tuple[Verdict, str]:
        if not citations:
            return "uncited", "No source is cited."
        each = [_compare(claim, [citation], context) for citation in citations]
        verdict, reason = max(each, key=lambda judged: _STANDING[judged[0]])
        if verdict == "supported" or len(citations) == 1:
            return verdict, reason
        # A name from one source and a deed from another make no fact.
        together, why = _compare(claim, citations, context)
        if together == "supported":
            return "partial", "No cited source says all of it by itself."
        return max((verdict, reason), (together, why), key=lambda judged: _STANDING[judged[0]])


def _compare(claim: str, citations: Sequence[Citation], context: Mapping[int, Evidence]) -> tuple[Verdict, str]:
    """The verdict on a claim by the quotes of these citations taken together."""
    quotes = " ".join(citation.quote for citation in citations)
    if _verbatim(claim, quotes) and _negated(claim) == _negated(quotes):
        return "supported", "These are the article's own words."
    missing = [written for value, written in quantities(claim).items() if value not in quantities(quotes)]
    if missing:
        return "unsupported", f"The cited words do not contain {', '.join(missing)}."
    around = " ".join([quotes, *(f"{citation.title} {citation.outlet or ''}" for citation in citations)])
    strangers = [name for name in names(claim) if not _mentions(around, name)]
    if strangers:
        passages = " ".join(context[citation.marker].text for citation in citations if citation.marker in context)
        verdict: Verdict = "partial" if all(_mentions(passages, name) for name in strangers) else "unsupported"
        return verdict, f"The cited words do not mention {', '.join(strangers)}."
    if _negated(claim) != _negated(quotes):
        return "contradicted", "One of claim and cited words is negated, the other is not."
    return _by_overlap(claim, quotes)


def _by_overlap(claim: str, quotes: str) -> tuple[Verdict, str]:
    wanted = set(terms(claim))
    share = len(wanted & set(terms(quotes))) / len(wanted) if wanted else 0.0
    if share >= _FULL:
        return "supported", f"The cited words hold {share:.0%} of the claim's content words."
    if share >= _PART:
        return "partial", f"The cited words hold only {share:.0%} of the claim's content words."
    return "unsupported", f"The cited words hold {share:.0%} of the claim's content words."


def _mentions(text: str, name: str) -> bool:
    return any(name in _forms(word) for word in words(text))


def _forms(word: str) -> tuple[str, ...]:
    plain = fold(word)
    return plain, plain.removesuffix("'s"), plain.removesuffix("s")


def _negated(text: str) -> bool:
    return any(word.lower() in _NEGATIONS or word.lower().endswith(("n't", "n’t")) for word in words(text))


def _verbatim(claim: str, quotes: str) -> bool:
    """Whether the claim stands in the quotes word for word, cut out between words: 1,000 is no part of 11,000."""
    whole = rf"(?<!\w)(?<!\d[.,]){re.escape(_squeezed(claim))}(?!\w)(?![.,]\d)"
    return bool(re.search(whole, _squeezed(quotes)))


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
