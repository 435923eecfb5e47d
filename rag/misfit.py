"""What speaks against a sentence that is like the question: what of the question it lacks, denies or turns round.

Questions that nothing answers are often like a sentence in all but one word (Rajpurkar et al. 2018): another name,
another year, the opposite, a negation. Likeness does not see that.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.kin import meanings
from rag.polarity import denied, negations, opposed
from rag.quantities import amounts
from rag.signals import Asking, Candidate
from rag.words import fold, likeness, stem, terms, words

MISFIT = (
    "negated",  # the question asks what is not
    "denied",  # question and sentence differ in what they deny
    "opposed",  # a word of one is the opposite of one of the other
    "numbers_missing",  # of the question, in passage and headline
    "names_missing",  # of the question, in the sentence, the one before, and the headline
    "lacks",  # the weight of the heaviest word of the question that is missing there …
    "lacks_passage",  # … and in the whole passage
    "words",  # of the question, content words
)
_KIN = 0.8


def misfit(asking: Asking, found: Sequence[Candidate], place: int) -> list[float]:
    """The values of `MISFIT` for the candidate at this place."""
    question, candidate = asking.question, found[place]
    headline = f"{candidate.evidence.title} {candidate.evidence.outlet or ''}"
    before = found[candidate.before].text if candidate.before is not None else ""
    near = f"{headline} {before} {candidate.text}"
    whole = f"{headline} {candidate.evidence.text}"
    there = amounts(whole)
    forms = {form for word in words(near) for form in (fold(word), stem(word))}
    return [
        float(bool(negations(question.text))),
        float(bool(denied(question.text, [candidate.text]))),
        float(bool(opposed(question.text, [candidate.text]))),
        float(sum(not any(one.equals(other) for other in there) for one in amounts(question.text))),
        float(sum(name not in forms and stem(name) not in forms for name in question.names)),
        _heaviest(asking, near),
        _heaviest(asking, whole),
        float(len(question.terms)),
    ]


def _heaviest(asking: Asking, text: str) -> float:
    """The idf of the question's word that the text lacks most, kin counted as nearly there; 0 where none is missing."""
    own = frozenset(terms(text))
    usual = float(np.mean(list(asking.weights.values()))) if asking.weights else 1.0
    lacking = ((1 - _held(term, own)) * asking.weights.get(term, usual) for term in asking.question.terms)
    return max(lacking, default=0.0)


def _held(term: str, own: frozenset[str]) -> float:
    found = likeness(term, own)
    kin = meanings(term)
    return max(found, _KIN) if kin and any(kin & meanings(other) for other in own) else found
