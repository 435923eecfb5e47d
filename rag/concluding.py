"""Checked claims → the answer: its status, what is missing, what disagrees, and in words why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer import Answer, Claim, Disagreement, Evidence, Status
from rag.composing import answers
from rag.constraints import describe
from rag.disagreement import disagreements
from rag.drafting import Drafted, Drafter
from rag.question import Question, asks, sides, understand
from rag.scope import Constraints
from rag.selection import Selection
from rag.short_answers import short_answer
from rag.sources import noted
from rag.understanding import Query
from rag.words import likeness, terms

_TOUCHED = 0.5  # share of a part's content words that answer and headlines must hold
_LACKING = 4  # words that are named as missing, at most
_INNER = str.maketrans("“”", "‘’")  # quotation marks within quotation marks
DOUBT = "These sentences are the nearest there are, and may not answer the question."


@dataclass(frozen=True, slots=True)
class Grounds:
    """What an answer was written from."""

    question: str  # as it was typed
    query: Query
    constraints: Constraints
    evidence: tuple[Evidence, ...]
    selection: Selection


def concluded(grounds: Grounds, drafted: Drafted, drafter: Drafter) -> Answer:
    """The answer, all but its timings."""
    query, evidence, selection = grounds.query, grounds.evidence, grounds.selection
    claims = noted(drafted.claims, evidence)
    missing = missing_parts(query, claims)
    extracted = drafted.writer == drafter.extractive.name
    doubt = _doubt(grounds, claims, drafter.extractive.doubt) if extracted else ""
    status = status_of(claims, missing, bool(doubt))
    why = shortfall(selection, evidence, grounds.constraints) if status == "insufficient" else doubt
    differing = disagreements(query.text, claims, evidence)
    return Answer(
        question=grounds.question,
        standalone=query.text,
        status=status,
        claims=claims,
        evidence=evidence,
        note=" ".join(filter(None, (drafted.note, why))),
        confidence=round(selection.confidence, 4),
        short=short_of(selection, claims, differing) if extracted and not doubt else None,
        writer=drafted.writer,
        judge=drafter.gate.judge.name,
        constraints=grounds.constraints.as_json(),
        missing=missing,
        disagreements=differing,
        usage=drafted.usage,
    )


def _doubt(grounds: Grounds, claims: Sequence[Claim], least: float) -> str:
    """What an extractive answer is to be read with, in words; empty if it stands by itself."""
    if not grounds.selection.question.names_no_topic:
        return DOUBT if grounds.selection.confidence < least else ""
    begun = len({cited.article for claim in claims for cited in claim.citations})
    searched = grounds.constraints.searched
    if begun == searched:
        return ""
    return f"No topic is named: these sentences are from {begun} of the {searched:,} articles searched."


def status_of(claims: Sequence[Claim], missing: Sequence[str], in_doubt: bool) -> Status:
    """ "partial" is an answer that readers should look at twice."""
    good = sum(claim.holds for claim in claims)
    if not good:
        return "insufficient"
    return "partial" if missing or in_doubt or good < len(claims) else "answered"


def missing_parts(query: Query, claims: Sequence[Claim]) -> tuple[str, ...]:
    """The parts of a question, or the sides of a comparison, that no claim that holds touches on; words from it."""
    if not claims:
        return ()
    if query.own == query.text and (questions := asks(query.text)):
        unanswered = tuple(part for part in questions if not _is_answered(understand(part), claims))
        return unanswered if len(unanswered) < len(questions) else ()
    said = frozenset(
        term
        for claim in claims
        if claim.holds
        for cited in claim.citations
        for term in terms(f"{claim.text} {cited.title} {cited.outlet or ''}")
    )
    asked = query.parts or (sides(query.text) if query.own == query.text else ())
    found = []
    for part in asked:
        wanted = terms(part)
        if wanted and sum(likeness(term, said) for term in wanted) < _TOUCHED * len(wanted):
            found.append(part.strip(" ,;?."))
    return tuple(found) if len(found) < len(asked) else ()


def _is_answered(question: Question, claims: Sequence[Claim]) -> bool:
    """Whether a claim that holds, with the sentence before it where it needs that, answers one of several questions."""
    shown = (f"{claim.context.quote if claim.context else ''} {claim.text}" for claim in claims if claim.holds)
    return any(answers(question, text) for text in shown)


def short_of(selection: Selection, claims: Sequence[Claim], differing: Sequence[Disagreement] = ()) -> str | None:
    """The few words of the first claim that are the answer, where it asks for one thing and they are clear.

    Where sources differ on what the first claim says, there is no such thing.
    """
    question = selection.question
    if not claims or not claims[0].holds or question.form not in ("fact", "list", "definition") or asks(question.text):
        return None
    if any(said.citation in claims[0].citations for one in differing for said in one.statements):
        return None
    if selection.span and claims[0].text == selection.sentences[0].text:
        start, end = selection.span
        return claims[0].text[start:end].strip(" ,") or None
    return short_answer(selection.question, claims[0].text)


def shortfall(selection: Selection, evidence: Sequence[Evidence], constraints: Constraints) -> str:
    """Why there is no answer: what was searched, what comes nearest and what it lacks, what could be asked instead."""
    if not evidence:
        return describe(constraints, False)
    where = ", ".join(f"“{name}”" for name in constraints.collections)
    if not selection.question.terms:
        return (
            f"Not in the collection: the question names nothing that could be looked for. Answers come from the "
            f"articles in {where} alone; ask about something that they may tell of."
        )
    titles = dict.fromkeys(item.title.translate(_INNER) for item in evidence)
    nearest = [f"“{title}”" for title in list(titles)[:3]]
    lacking = _lacking(selection, evidence)
    why = f" None of them mentions {_listed(lacking)}." if lacking else ""
    searched = f" {describe(constraints, True)}" if constraints.phrases or constraints.unresolved else ""
    remedy = " Without the filters there may be more." if constraints.narrow else ""
    return (
        f"Not in the collection: no sentence in {where} answers this. Nearest: {', '.join(nearest)}."
        f"{why}{searched}{remedy}"
    )


def _lacking(selection: Selection, evidence: Sequence[Evidence]) -> list[str]:
    """The question's content words, as written, that no passage that was found holds."""
    there = frozenset(term for item in evidence for term in terms(f"{item.title} {item.outlet or ''} {item.text}"))
    words = dict.fromkeys(selection.question.text.replace("?", " ").split())
    asked = frozenset(selection.question.terms)
    own = ((word, [term for term in terms(word) if term in asked]) for word in words)
    lacking = (word for word, content in own if content and not any(likeness(term, there) for term in content))
    return [word.strip(".,;:“”\"'’()") for word in lacking][:_LACKING]


def _listed(words: Sequence[str]) -> str:
    quoted = [f"“{word}”" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
