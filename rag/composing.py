"""Which of the scored sentences make the answer, and in which order: by the form that the question asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rag.answer import Evidence
from rag.answer_types import Form, typed
from rag.question import Question, asks, sides, understand
from rag.selection import ScoredSentence, Selection
from rag.words import fold, likeness, stem, terms, words

_CLOSE = 1.0  # how far behind the best a further sentence may be
_CLOSE_IN_LISTS = 2.0
_SAME = 0.6  # Jaccard over content words, at which two sentences say much the same
_ON_TOPIC = 0.6  # share of the question's content words that a sentence and its headline must hold
_TELLS = 4  # content words, names aside: "It is over." opens well and tells nothing
_ANSWERS = 0.5  # share of a part's content words that a sentence must hold to answer it

Choice = list[ScoredSentence]


def compose(selection: Selection, evidence: Sequence[Evidence], limit: int) -> Choice:
    """The sentences to show, at most ``limit``, in the order in which to show them.

    The best is among them, or one that says much the same; an overview gives beginnings instead.
    """
    if not selection.sentences:
        return []
    by_marker = {item.marker: item for item in evidence}
    composer = _several if asks(selection.question.text) else _COMPOSERS.get(selection.question.form, _fact)
    return composer(selection, by_marker, limit)


def _fact(selection: Selection, evidence: Mapping[int, Evidence], limit: int) -> Choice:
    """The best, and what is nearly as good and says something else."""
    return _best(selection.sentences, limit, _CLOSE)


def _list(selection: Selection, evidence: Mapping[int, Evidence], limit: int) -> Choice:
    return _best(selection.sentences, limit, _CLOSE_IN_LISTS)


def _several(selection: Selection, evidence: Mapping[int, Evidence], limit: int) -> Choice:
    """For each of the questions in one the sentence that answers it best, where one does; the best of all if none."""
    chosen: Choice = []
    for part in map(understand, asks(selection.question.text)):
        answering = max(selection.sentences, key=lambda one: answers(part, one.text))
        if answers(part, answering.text) and answering not in chosen:
            chosen.append(answering)
    if len(chosen) >= limit and selection.sentences[0] not in chosen[:limit]:
        chosen = [selection.sentences[0], *chosen]
    return _filled(chosen, _best(selection.sentences, limit, _CLOSE), limit)


def answers(part: Question, sentence: str) -> float:
    """The share of a question's words that a sentence holds; 0 if it is small, or what is asked for is not there."""
    asked = {form for word in words(part.text) for form in (fold(word), stem(word))}
    if part.expected not in ("any", "reason") and not typed(part.expected, asked, sentence):
        return 0.0
    held = _held(part.terms, sentence)
    return held if held >= _ANSWERS else 0.0


def _comparison(selection: Selection, evidence: Mapping[int, Evidence], limit: int) -> Choice:
    """For each side the best sentence that speaks of it; then whatever is nearly as good as the best."""
    chosen: Choice = []
    for side in sides(selection.question.text):
        wanted = set(terms(side))
        about = [one for one in selection.sentences if wanted <= set(_about(one, evidence))]
        if about and not any(_alike(about[0].text, other.text) for other in chosen):
            chosen.append(about[0])
    return _filled(chosen, _best(selection.sentences, limit, _CLOSE), limit)


def _development(selection: Selection, evidence: Mapping[int, Evidence], limit: int) -> Choice:
    """Of different articles the best sentence that keeps to the topic, in order of publication."""
    chosen: Choice = [selection.sentences[0]]
    for sentence in selection.sentences[1:]:
        is_told = evidence[sentence.marker].article in {evidence[other.marker].article for other in chosen}
        headline = evidence[sentence.marker].title
        on_topic = _held(selection.question.terms, f"{headline} {sentence.text}") >= _ON_TOPIC
        if on_topic and not is_told and not any(_alike(sentence.text, other.text) for other in chosen):
            chosen.append(sentence)
    chosen = _filled(chosen[:limit], _best(selection.sentences, limit, _CLOSE), limit)
    return sorted(chosen, key=lambda one: (evidence[one.marker].published or "", one.marker, one.start))


def _overview(selection: Selection, evidence: Mapping[int, Evidence], limit: int) -> Choice:
    """How the best articles begin: news says first what happened."""
    chosen: Choice = []
    for marker in sorted(evidence, key=lambda one: (evidence[one].start > 0, one)):
        of_passage = [one for one in selection.sentences if one.marker == marker]
        if of_passage and evidence[marker].article not in {evidence[one.marker].article for one in chosen}:
            chosen.append(min(of_passage, key=lambda one: (_tells_little(one.text), one.start)))
    return sorted(chosen[:limit], key=lambda one: (evidence[one.marker].published or "", one.marker))


def _best(sentences: Sequence[ScoredSentence], limit: int, close: float) -> Choice:
    chosen: Choice = []
    for sentence in sentences:
        if sentence.score < sentences[0].score - close or len(chosen) == limit:
            break
        if not any(_alike(sentence.text, other.text) for other in chosen):
            chosen.append(sentence)
    return chosen


def _filled(chosen: Choice, more: Choice, limit: int) -> Choice:
    left = [one for one in more if one not in chosen and not any(_alike(one.text, other.text) for other in chosen)]
    return [*chosen, *left][:limit]


def _held(asked: Sequence[str], text: str) -> float:
    """The share of some stems that a text holds."""
    own = frozenset(terms(text))
    return sum(likeness(term, own) for term in asked) / max(1, len(asked))


def _about(sentence: ScoredSentence, evidence: Mapping[int, Evidence]) -> tuple[str, ...]:
    item = evidence[sentence.marker]
    return terms(f"{item.title} {item.outlet or ''} {sentence.text}")


def _tells_little(sentence: str) -> bool:
    """Whether it is a byline, or only leads up to what happened."""
    return sum(bool(terms(word)) and word[0].islower() for word in words(sentence)) < _TELLS


def _alike(one: str, other: str) -> bool:
    first, second = set(terms(one)), set(terms(other))
    return len(first & second) >= _SAME * len(first | second)


_COMPOSERS: Mapping[Form, Callable[[Selection, Mapping[int, Evidence], int], Choice]] = {
    "list": _list,
    "comparison": _comparison,
    "development": _development,
    "overview": _overview,
}
