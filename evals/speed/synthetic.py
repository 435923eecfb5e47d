"""A newsroom of made-up words: as many articles as one likes, the same in every run, and questions about them.

Words are as frequent as in a language (Zipf), the most frequent are English function words, and each article has one of
400 topics whose own words stand in every sentence. So posting lists, clusters and near neighbours are as uneven as in
real collections, and texts cost nothing to come by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import product

import numpy as np

from corpus.article import Dated, SourceArticle

PASSAGES = 8  # of an article, about, with the default passage size
TOPICS, _TOPIC_WORDS = 400, 10
OUTLETS = 20
_SENTENCES, _PARAGRAPH = 77, 2  # of an article; sentences of a paragraph
_WORDS = 20_000
_FIRST_DAY, _DAYS, _WINDOW = date(2015, 1, 1), 3650, 730
_FUNCTION_WORDS = """
the of to and a in that is was it for on with as by at from his he be had this are but have not they which their were
or she who has we been will more would an about when if there its her into said all can one than up out some them what
""".split()


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the filter that goes with it: an outlet and a window of two years."""

    text: str
    outlet: str
    since: date
    until: date


# What the filter of a `Question` leaves of a newsroom.
FILTERED = _WINDOW / _DAYS / OUTLETS


class Newsroom:
    """Articles and questions by number."""

    def article(self, number: int) -> SourceArticle:
        """About `PASSAGES` passages long."""
        rng = np.random.default_rng((1, number))
        topic = self.topic_words[number % TOPICS]
        lengths = rng.integers(7, 19, _SENTENCES)
        words = self._draw(rng, int(lengths.sum()))
        ends = np.cumsum(lengths)
        for start, length in zip(ends - lengths, lengths, strict=True):
            words[start + rng.integers(1, length)] = topic[rng.integers(_TOPIC_WORDS)]
        sentences = [
            " ".join(words[end - length : end]).capitalize() for length, end in zip(lengths, ends, strict=True)
        ]
        day = _FIRST_DAY + timedelta(days=number * 7919 % _DAYS)
        return SourceArticle(
            id=f"made-{number}",
            title=" ".join([topic[number % _TOPIC_WORDS], *words[:6]]).capitalize(),
            text="\n".join(". ".join(sentences[at : at + _PARAGRAPH]) + "." for at in range(0, _SENTENCES, _PARAGRAPH)),
            origin=f"made-{number}",
            outlet=_outlet(number),
            language="en",
            published=Dated(day.isoformat()),
        )

    def question(self, number: int) -> Question:
        rng = np.random.default_rng((2, number % 2**32))  # a number may be negative
        first, second = rng.choice(self.topic_words[rng.integers(TOPICS)], 2, replace=False)
        other, last = [word for word in self._draw(rng, 60) if word not in _FUNCTION_WORDS][:2]
        since = _FIRST_DAY + timedelta(days=int(rng.integers(_DAYS - _WINDOW)))
        text = f"What did the {first} {other} say about {second} and the {last}?"
        return Question(text, _outlet(int(rng.integers(OUTLETS))), since, since + timedelta(days=_WINDOW - 1))

    def articles(self, count: int) -> Iterator[SourceArticle]:
        return map(self.article, range(count))

    @cached_property
    def topic_words(self) -> list[list[str]]:
        """The words of each topic, which belong to no other and stand nowhere else."""
        words = self._made[_WORDS:]
        return [words[at : at + _TOPIC_WORDS] for at in range(0, TOPICS * _TOPIC_WORDS, _TOPIC_WORDS)]

    @cached_property
    def _made(self) -> list[str]:
        """Made-up words in pseudo-random order, so that none is frequent for its letters."""
        onsets, vowels = "b d f g k l m n p r s t v z br st".split(), "a e i o u".split()
        syllables = ["".join(pair) for pair in product(onsets, vowels)]
        rng = np.random.default_rng(0)
        count = _WORDS + TOPICS * _TOPIC_WORDS
        picked = rng.permutation(len(syllables) ** 3)[:count]
        size = len(syllables)
        return [syllables[p % size] + syllables[p // size % size] + syllables[p // size**2] + "n" for p in picked]

    @cached_property
    def _vocabulary(self) -> tuple[list[str], np.ndarray]:
        """Words by rank, and the sums of their shares up to each."""
        words = [*_FUNCTION_WORDS, *self._made[:_WORDS]]
        shares = 1.0 / (np.arange(len(words)) + 2.7)  # Zipf and Mandelbrot
        return words, np.cumsum(shares / shares.sum())

    def _draw(self, rng: np.random.Generator, count: int) -> list[str]:
        words, sums = self._vocabulary
        return [words[min(at, len(words) - 1)] for at in np.searchsorted(sums, rng.random(count))]


def _outlet(number: int) -> str:
    return f"Outlet {(number + number // TOPICS) % OUTLETS}"  # every outlet writes on every topic
