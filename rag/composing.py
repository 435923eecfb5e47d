"""Which of the scored sentences make the answer, and in which order: by the form that the question asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rag.answer import Evidence
from rag.answer_types import Form
from rag.question import sides
from rag.selection import ScoredSentence, Selection
from rag.words import terms

_CLOSE = 1.0  # how far behind the best a further sentence may be
_CLOSE_IN_LISTS = 2.0
_SAME = 0.6  # Jaccard over content words, at which two sentences say much the same

Choice = list[ScoredSentence]


def compose(selection: Selection, evidence: Sequence[Evidence], limit: int) -> Choice:
    """The sentences to show, at most ``limit``, in the order in which to show them; the best is always among them."""
    if not selection.sentences:
        return []
    by_marker = {item.marker: item for item in evidence}
    composer = _COMPOSERS.get(selection.question.form, _fact)
    return composer(selection, by_marker, limit)


def _fact(selection: Selection, evidence: Mapping[int, Evidence], limit: int) -> Choice:
    """The best, and what is nearly as good and says something else."""
    return _best(selection.sentences, limit, _CLOSE)


def _list(selection: Selection, evidence: Mapping[int, Evidence], limit: int) -> Choice:
    return _best(selection.sentences, limit, _CLOSE_IN_LISTS)


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
    """The best of different articles, in order of publication."""
    chosen: Choice = []
    for sentence in _best(selection.sentences, len(selection.sentences), _CLOSE_IN_LISTS):
        if evidence[sentence.marker].article not in {evidence[other.marker].article for other in chosen}:
            chosen.append(sentence)
    chosen = _filled(chosen[:limit], _best(selection.sentences, limit, _CLOSE), limit)
    return sorted(chosen, key=lambda one: (evidence[one.marker].published or "", one.marker, one.start))


def _overview(selection: Selection, evidence: Mapping[int, Evidence], limit: int) -> Choice:
    """How the best articles begin: news says first what happened."""
    chosen: Choice = []
    for marker in evidence:
        of_passage = [one for one in selection.sentences if one.marker == marker]
        if of_passage and evidence[marker].article not in {evidence[one.marker].article for one in chosen}:
            chosen.append(min(of_passage, key=lambda one: one.start))
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


def _about(sentence: ScoredSentence, evidence: Mapping[int, Evidence]) -> tuple[str, ...]:
    item = evidence[sentence.marker]
    return terms(f"{item.title} {item.outlet or ''} {sentence.text}")


def _alike(one: str, other: str) -> bool:
    first, second = set(terms(one)), set(terms(other))
    return len(first & second) >= _SAME * len(first | second)


_COMPOSERS: Mapping[Form, Callable[[Selection, Mapping[int, Evidence], int], Choice]] = {
    "list": _list,
    "comparison": _comparison,
    "development": _development,
    "overview": _overview,
}
