"""Does the quoted text support the claim? Deterministic checks on the words that are cited, then a judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.answer import Citation, Claim, Evidence, Verdict
from rag.checks import Cited, Finding, findings, is_part, unsaid
from rag.judging import BuiltInJudge
from rag.ports import Judge, Support

Lookup = Callable[[Citation], str | None]  # a citation's article version as it is stored; None if it is not

# Of several sources the best counts, but a contradiction is told before silence; of several findings the worst counts.
_STANDING: Mapping[Verdict, int] = {"supported": 4, "partial": 3, "contradicted": 2, "unsupported": 1, "uncited": 0}
_WORST: Sequence[Verdict] = ("contradicted", "unsupported", "partial")
_HOLDING = ("supported", "partial")
_SURE = 0.5  # the chance from which a judge's word counts
_OWN_WORDS = "These are the article’s own words."
_LOWERED: Mapping[Verdict, float] = {
    "partial": 0.8,
    "unsupported": 0.6,
    "contradicted": 0.3,
}  # × what the judge said, for each fact


@dataclass(frozen=True, slots=True)
class _Judged:
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Gate:
    """Checks every sentence of an answer before anyone sees it as an answer.

    Each citation is judged by itself, and all of them together: a fact put together from two sources that neither says
    by itself is "partial". What the checks object to, no judge can mend; the judge decides on what passes them.
    """

    judge: Judge = field(default_factory=BuiltInJudge)
    stored: Lookup | None = None  # without it, quotes are looked up in the evidence

    def check(self, claim: Claim, evidence: Mapping[int, Evidence]) -> Claim:
        """The claim with its verdict, the reason in words, and for each citation whether it bears the claim.

        Args:
            evidence: by marker.

        Raises:
            ModelFilesError: the judge's model cannot be loaded.
        """
        if not claim.citations:
            return replace(claim, verdict="uncited", bears=(), reason=_joined(claim.reason, "No source is cited."))
        faults = [self._fault(citation, evidence) for citation in claim.citations]
        alone = [
            _Judged("unsupported", fault) if fault else self._judged(claim, [citation], evidence)
            for citation, fault in zip(claim.citations, faults, strict=True)
        ]
        sound = [citation for citation, fault in zip(claim.citations, faults, strict=True) if not fault]
        verdict, bears = self._together(claim, sound, alone, evidence)
        return replace(claim, verdict=verdict.verdict, bears=bears, reason=_joined(claim.reason, verdict.reason))

    def _fault(self, citation: Citation, evidence: Mapping[int, Evidence]) -> str:
        """What is wrong with the citation itself; empty if its marker resolves and its quote stands where it says."""
        passage = evidence.get(citation.marker)
        if passage is None or passage.version != citation.version:
            return f"[{citation.marker}] names no passage of the evidence."
        text: str | None
        if self.stored is None:
            text, start, end = passage.text, citation.start - passage.start, citation.end - passage.start
        else:
            text, start, end = self.stored(citation), citation.start, citation.end
        if text is None:
            return f"[{citation.marker}] names no stored article."
        if start < 0 or text[start:end] != citation.quote:
            return f"The words of [{citation.marker}] do not stand in the article as quoted."
        return ""

    def _together(
        self, claim: Claim, sound: Sequence[Citation], alone: Sequence[_Judged], evidence: Mapping[int, Evidence]
    ) -> tuple[_Judged, tuple[bool, ...]]:
        best = max(alone, key=lambda judged: _STANDING[judged.verdict])
        bears = tuple(judged.verdict in _HOLDING for judged in alone)
        if best.verdict == "supported" or len(sound) < 2:
            return best, bears
        # A name from one source and a deed from another make no fact.
        both = self._judged(claim, sound, evidence)
        if both.verdict in _HOLDING and best.verdict not in _HOLDING:
            needed = [self._judged(claim, [other for other in sound if other is not one], evidence) for one in sound]
            missed = {id(one) for one, rest in zip(sound, needed, strict=True) if rest.verdict not in _HOLDING}
            bears = tuple(id(citation) in missed for citation in claim.citations)
        if both.verdict == "supported":
            both = _Judged("partial", "No cited source says all of it by itself.")
        return max(best, both, key=lambda judged: _STANDING[judged.verdict]), bears

    def _judged(self, claim: Claim, citations: Sequence[Citation], evidence: Mapping[int, Evidence]) -> _Judged:
        """The verdict on a claim by the quotes of these citations taken together."""
        cited = _cited(claim, citations, evidence)
        found = findings(claim.text, cited)
        if found:
            worst = min(found, key=lambda finding: _WORST.index(finding.verdict))
            if worst.verdict not in _HOLDING:
                return _Judged(worst.verdict, worst.reason)
        elif is_part(claim.text, cited.text):
            return _Judged("supported", _OWN_WORDS)
        before = (claim.context.quote,) if claim.context else ()
        support = self.judge.support(claim.text, (*before, *cited.quotes))
        judged = _Judged(_verdict(support), support.reason)
        if judged.verdict == "supported" and (word := unsaid(claim.text, f"{cited.text} {cited.around}")):
            judged = _Judged("partial", f"The cited words do not say “{word}”.")
        if found and _STANDING[judged.verdict] > _STANDING[worst.verdict]:
            return _Judged(worst.verdict, worst.reason)
        return judged


def lowered(support: Support, found: Sequence[Finding]) -> Support:
    """A judge's support after the checks: each fact that they object to makes it less, in no case nothing."""
    part, full, contradicted = support.part, support.full, support.contradicted
    for finding in found:
        full *= _LOWERED[finding.verdict] ** finding.facts
        part *= _LOWERED["contradicted"] if finding.verdict == "contradicted" else 1.0
        contradicted = max(contradicted, float(finding.verdict == "contradicted"))
    return Support(
        max(part, full), full, contradicted, " ".join([*(finding.reason for finding in found), support.reason])
    )


def citation_recall(claims: Sequence[Claim]) -> float | None:
    """The share of the sentences that their citations support wholly, 0 … 1; None without a sentence.

    ALCE (Gao et al. 2023), but stricter: what is said by several sources only together counts as partial here.
    """
    if not claims:
        return None
    return sum(claim.verdict == "supported" for claim in claims) / len(claims)


def citation_precision(claims: Sequence[Claim]) -> float | None:
    """The share of the citations that bear their sentence, 0 … 1; None without a citation (ALCE, Gao et al. 2023).

    One bears if it supports the sentence, or a part of it, by itself, or if the others do not without it.
    """
    bearing = [bears for claim in claims for bears in claim.bears]
    return sum(bearing) / len(bearing) if bearing else None


def _verdict(support: Support) -> Verdict:
    if support.contradicted >= _SURE:
        return "contradicted"
    if support.full >= _SURE:
        return "supported"
    return "partial" if support.part >= _SURE else "unsupported"


def _cited(claim: Claim, citations: Sequence[Citation], evidence: Mapping[int, Evidence]) -> Cited:
    around = [text for one in citations for text in (one.title, one.outlet) if text]
    return Cited(
        quotes=tuple(citation.quote for citation in citations),
        around=" ".join([*around, *([claim.context.quote] if claim.context else [])]),
        passages=" ".join(evidence[one.marker].text for one in citations if one.marker in evidence),
        published=tuple(one.published for one in citations if one.published),
    )


def _joined(*reasons: str) -> str:
    return " ".join(filter(None, reasons))
