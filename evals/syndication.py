"""Are reprints found? ``python -m evals.syndication FOLDER [SEED]``

FOLDER holds ``articles.jsonl`` or ``articles.jsonl.gz`` (see `evals.case`). From 300 of its articles reprints are made
by the recipes below; everything is then clustered as a catalog does, one article at a time: bands, candidates,
comparison, each copy with its best source. What counts is every pair that ends up in one cluster.

True is the pair of an original and its reprint, and any pair of the folder's own articles of which one has three
quarters of its words in runs of eight that the other has too; with what follows from these. All other pairs are false.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from time import perf_counter

import numpy as np

from corpus import syndication

SAME, RUN = 0.75, 8  # of the words of one of the two; words
REPRINTS = 300

Pair = tuple[int, int]
Recipe = Callable[[list[str], np.random.Generator], list[str]]

# Written for this purpose. A third of it says nothing that the phrases of `corpus.syndication` give away.
FURNITURE = """
Get the day's biggest stories straight to your inbox. Sign up for the free morning newsletter of the Mill Post.
We use cookies to improve your visit, to count our readers and to show what may interest you.
Share this story with a friend, or print it for the kitchen wall.
Related: ferry fares rise again, the school roof is closed for repairs, and a baker who will not retire.
Already a subscriber? Log in to go on reading. Or take the trial: four weeks for one crown.
Read more: ten things we learned from the council meeting, and what happens to the harbour plan.
Do you know more about this? Call the desk at the number at the top of the page; every letter is answered.
We believe that good information should be free for everyone. From as little as one crown a month you can help.
The Mill Post has served the town and its valley since 1891 and is owned by a trust. It employs eleven people.
Mira Tolvanen covers housing and local government. She worked for public radio before, and lives near the river.
The spelling of a name on this page was corrected. Corrections are listed at the end of every month.
Weather: clouds and sunny spells, turning to rain after noon, highs of eleven degrees, and fog in the valleys.
""".strip().splitlines()


def from_the_end(share: tuple[float, float]) -> Recipe:
    def trim(paragraphs: list[str], rng: np.random.Generator) -> list[str]:
        return paragraphs[: max(1, round(len(paragraphs) * rng.uniform(*share)))]

    return trim


def at_random(share: tuple[float, float]) -> Recipe:
    def trim(paragraphs: list[str], rng: np.random.Generator) -> list[str]:
        count = max(1, round(len(paragraphs) * rng.uniform(*share)))
        return [paragraphs[at] for at in sorted(rng.choice(len(paragraphs), count, replace=False))]

    return trim


def shuffled(paragraphs: list[str], rng: np.random.Generator) -> list[str]:
    return [paragraphs[at] for at in rng.permutation(len(paragraphs))]


def retitled(paragraphs: list[str], rng: np.random.Generator) -> list[str]:
    return [f"What you need to know today, part {rng.integers(1000)}", *paragraphs]


def furnished(least: int, most: int) -> Recipe:
    def furnish(paragraphs: list[str], rng: np.random.Generator) -> list[str]:
        for piece in rng.choice(FURNITURE, rng.integers(least, most + 1), replace=False):
            at = rng.integers(len(paragraphs) + 1)
            paragraphs = [*paragraphs[:at], str(piece), *paragraphs[at:]]
        return paragraphs

    return furnish


def house_style(paragraphs: list[str], rng: np.random.Generator) -> list[str]:
    """A dateline, another spelling, and a word changed in every hundred."""
    words = " ".join(["VELMORA (Northwire) —", "\n\n".join(paragraphs)]).replace(" percent", " per cent").split(" ")
    for at in rng.choice(len(words), len(words) // 100, replace=False):
        words[at] = "Velmora"
    return " ".join(words).split("\n\n")


USUAL: dict[str, tuple[Recipe, ...]] = {
    "whole, furnished": (retitled, furnished(2, 5)),
    "end cut, 40-90 % left": (from_the_end((0.4, 0.9)), retitled),
    "cut at random, 40-90 % left": (at_random((0.4, 0.9)), retitled),
    "cut, furnished": (from_the_end((0.4, 0.9)), retitled, furnished(2, 5)),
    "half, shuffled, furnished": (at_random((0.5, 0.5)), shuffled, retitled, furnished(2, 5)),
    "house style, cut, furnished": (at_random((0.4, 0.9)), house_style, retitled, furnished(1, 3)),
}
HARSH: dict[str, tuple[Recipe, ...]] = {
    "30 % left from the start": (from_the_end((0.3, 0.3)), retitled),
    "30 % left, shuffled, furnished": (at_random((0.3, 0.3)), shuffled, retitled, furnished(2, 5)),
    "40 % left, shuffled, house style, furnished": (at_random((0.4, 0.4)), shuffled, house_style, furnished(2, 5)),
}


@dataclass(slots=True)
class Shelf:
    """What the catalog does, in memory."""

    texts: list[str] = field(default_factory=list)
    holders: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    links: list[tuple[int, int, float]] = field(default_factory=list)
    compared: int = 0

    def add(self, text: str) -> None:
        keys = syndication.bands(syndication.signature(text))
        candidates = {other for key in keys for other in self.holders[key]}
        mine = syndication.shingles(text) if candidates else frozenset()
        for other in candidates:
            theirs = syndication.shingles(self.texts[other])
            if (degree := syndication.overlap(mine, theirs)) >= syndication.LINKED:
                (_, source), (_, copy) = sorted([(-len(theirs), other), (-len(mine), len(self.texts))])
                self.links.append((copy, source, degree))
        for key in keys:
            self.holders[key].append(len(self.texts))
        self.compared += len(candidates)
        self.texts.append(text)


def pairs(clusters: Iterable[set[int]]) -> set[Pair]:
    """All pairs that are together."""
    return {pair for members in clusters for pair in combinations(sorted(members), 2)}


def same(one: str, other: str) -> float:
    """The share of the words of one text in runs of eight that the other has too; of both ways the larger."""
    ours, theirs = syndication.words(one), syndication.words(other)
    return max(_covered(ours, theirs), _covered(theirs, ours))


def _covered(ours: list[str], theirs: list[str]) -> float:
    known = {tuple(theirs[at : at + RUN]) for at in range(len(theirs) - RUN + 1)}
    covered = {
        at + step for at in range(len(ours) - RUN + 1) if tuple(ours[at : at + RUN]) in known for step in range(RUN)
    }
    return len(covered) / max(1, len(ours))


def reprints(texts: list[str], recipes: dict[str, tuple[Recipe, ...]], seed: int) -> list[tuple[int, str, str]]:
    """(the number of the original, recipe, text) of each; of articles that have a signature."""
    rng = np.random.default_rng(seed)
    fit = [number for number, text in enumerate(texts) if syndication.signature(text)]
    made = []
    for at, original in enumerate(rng.choice(fit, REPRINTS, replace=False)):
        name = list(recipes)[at % len(recipes)]
        paragraphs = [paragraph for paragraph in texts[original].split("\n\n") if paragraph.strip()]
        for step in recipes[name]:
            paragraphs = step(paragraphs, rng)
        made.append((int(original), name, "\n\n".join(paragraphs)))
    return made


def quality(records: list[dict[str, str]], recipes: dict[str, tuple[Recipe, ...]], seed: int) -> Iterator[str]:
    """The lines of the report on what was found."""
    texts = [record["text"] for record in records]
    made = reprints(texts, recipes, seed)
    shelf = Shelf()
    for text in [*texts, *(text for _, _, text in made)]:
        shelf.add(text)
    found = pairs(syndication.stories(shelf.links))
    own = sorted(pair for pair in found if pair[1] < len(texts))
    alike = {pair: same(texts[pair[0]], texts[pair[1]]) for pair in own}
    expected = {(original, len(texts) + at) for at, (original, _, _) in enumerate(made)}
    truth = joined([*expected, *(pair for pair in own if alike[pair] >= SAME)])
    yield f"{len(texts)} articles, {len(made)} reprints, seed {seed}; {shelf.compared} pairs compared"
    right = len(found & truth)
    yield f"precision {right / len(found):.4f}  ({right} of {len(found)} pairs in one cluster)"
    yield from recall(made, [pair in found for pair in sorted(expected, key=lambda pair: pair[1])], recipes)
    yield f"false: {sum(pair in found - truth for pair in own)} pairs of two own articles, the others of a reprint"
    yield f"own pairs ({len(own)}), with the share of words that decides:"
    for one, other in own:
        verdict = "true " if (one, other) in truth else "FALSE"
        yield f"  {verdict} {alike[one, other]:.2f}  {records[one]['id']} | {records[other]['id']}"


def joined(true: Iterable[Pair]) -> set[Pair]:
    """With what follows: if A is B and B is C, A is C."""
    return pairs(syndication.stories((max(pair), min(pair), 1.0) for pair in true))


def recall(made: list[tuple[int, str, str]], hits: list[bool], recipes: Iterable[str]) -> Iterator[str]:
    yield f"recall    {sum(hits) / len(hits):.4f}  ({sum(hits)} of {len(hits)} reprints with their original)"
    for name in recipes:
        reached = [hit for hit, (_, recipe, _) in zip(hits, made, strict=True) if recipe == name]
        yield f"  {sum(reached):3} of {len(reached):3}  {name}"


def growth(texts: list[str], seed: int) -> Iterator[str]:
    """What it costs, up to four times the articles: words shuffled, but for the paragraphs that several pages share."""
    rng = np.random.default_rng(seed)
    count: dict[str, int] = defaultdict(int)
    for text in texts:
        for paragraph in set(text.split("\n\n")):
            count[paragraph] += 1

    def anew(paragraph: str) -> str:
        return paragraph if count[paragraph] > 1 else " ".join(rng.permutation(paragraph.split(" ")))

    shelf, spent = Shelf(), 0.0
    marks = [len(texts) // 4, len(texts) // 2, len(texts), 2 * len(texts), 4 * len(texts)]
    yield f"{'articles':>9}  {'seconds':>8}  {'ms each':>8}  {'compared':>9}  {'each':>5}"
    for number in range(marks[-1]):
        text = texts[number % len(texts)]
        if number >= len(texts):
            text = "\n\n".join(anew(paragraph) for paragraph in text.split("\n\n"))
        started = perf_counter()
        shelf.add(text)
        spent += perf_counter() - started
        if (done := number + 1) in marks:
            each = f"{1000 * spent / done:8.2f}  {shelf.compared:9}  {shelf.compared / done:5.2f}"
            yield f"{done:9}  {spent:8.2f}  {each}"


def load(folder: Path) -> list[dict[str, str]]:
    packed = folder / "articles.jsonl.gz"
    data = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / "articles.jsonl").read_bytes()
    return [json.loads(line) for line in data.splitlines() if line.strip()]


def report(folder: Path, seed: int) -> Iterator[str]:
    records = load(folder)
    for recipes in (USUAL, HARSH):
        yield from quality(records, recipes, seed)
        yield ""
    yield from growth([record["text"] for record in records], seed)


if __name__ == "__main__":
    for line in report(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
