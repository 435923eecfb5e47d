"""Is what the HTML reader keeps of a page the article? ``python -m evals.extraction FOLDER``

A folder holds ``truth.json`` ({page: {"articleBody", "url"}}) and ``html/PAGE.html.gz``. Scored as in the public
benchmark (scrapinghub/article-extraction-benchmark): texts become multisets of 4-grams of ``\\w+`` tokens (shorter
texts, one n-gram of all their tokens); each page has a precision and a recall; both are averaged over the pages that
have any (a page of which nothing was found has no precision, and recall 0); F1 is that of the two averages.
Intervals: 95 %, percentiles of a bootstrap over pages. Beside our reader stands plain trafilatura, called as the
benchmark calls it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import numpy as np

from corpus.article import SourceArticle
from corpus.readers import read
from corpus.readers.source import Source

PUBLISHED = 0.958  # F1 of trafilatura on all 181 pages, as the benchmark's authors report it
_NGRAM = 4
_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Score:
    """One page, or the average of many; 0 … 1, None where there is nothing to measure it on."""

    precision: float | None
    recall: float | None

    @property
    def f1(self) -> float:
        precision, recall = self.precision or 0.0, self.recall or 0.0
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def score(true: str, found: str) -> Score:
    """How much of ``found`` is in the true article, and how much of that was found."""
    expected, got = _shingles(true), _shingles(found)
    common = (expected & got).total()
    return Score(common / got.total() if got else None, common / expected.total() if expected else None)


def average(scores: Sequence[Score]) -> Score:
    precisions = [score.precision for score in scores if score.precision is not None]
    recalls = [score.recall for score in scores if score.recall is not None]
    return Score(mean(precisions) if precisions else None, mean(recalls) if recalls else None)


def interval(scores: Sequence[Score], seed: int = 0) -> tuple[float, float]:
    """The 95 % bootstrap interval of F1, resampling pages."""
    draws = np.random.default_rng(seed).integers(len(scores), size=(_RESAMPLES, len(scores)))
    low, high = np.quantile([average([scores[page] for page in draw]).f1 for draw in draws], (0.025, 0.975))
    return float(low), float(high)


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    last = max(1, len(words) - _NGRAM + 1) if words else 0
    return Counter(tuple(words[start : start + _NGRAM]) for start in range(last))


def by_reader(page: bytes) -> str:
    """The text that our reader yields for a page; "" where it yields none."""
    found = next(iter(read(Source("page.html", "page.html", page))), None)
    return found.text if isinstance(found, SourceArticle) else ""


def by_trafilatura(page: bytes) -> str:
    import trafilatura

    return trafilatura.extract(page.decode("utf-8"), include_comments=False) or ""


EXTRACTORS: dict[str, Callable[[bytes], str]] = {"reader": by_reader, "trafilatura": by_trafilatura}


def measure(folder: Path) -> dict[str, dict[str, Score]]:
    """For each extractor, the score of each page.

    Raises:
        OSError: the folder is not as described above.
    """
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    pages = {name: gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes()) for name in truth}
    return {
        extractor: {name: score(truth[name]["articleBody"], extract(page)) for name, page in pages.items()}
        for extractor, extract in EXTRACTORS.items()
    }


def report(measured: dict[str, dict[str, Score]], worst: int = 10) -> str:
    """A table as text: a line for each extractor, then the pages that our reader is worst at."""
    lines = [f"{'':12} precision  recall     F1  95 % interval    pages"]
    for extractor, scores in measured.items():
        whole, (low, high) = average(list(scores.values())), interval(list(scores.values()))
        numbers = f"{whole.precision or 0:9.3f} {whole.recall or 0:7.3f} {whole.f1:6.3f}"
        lines.append(f"{extractor:12} {numbers}  [{low:.3f}, {high:.3f}] {len(scores):6}")
    lines.append(f"\nThe reader's worst pages (trafilatura's published F1 on all 181 pages: {PUBLISHED}):")
    ours = measured["reader"]
    for name in sorted(ours, key=lambda name: ours[name].f1)[:worst]:
        one, other = ours[name], measured["trafilatura"][name]
        lines.append(f"{name[:12]} {one.precision or 0:9.3f} {one.recall or 0:7.3f} {one.f1:6.3f}  ({other.f1:.3f})")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Score the HTML reader on pages with known article texts.")
    parser.add_argument("folder", type=Path, help="with truth.json and html/")
    sys.stdout.write(report(measure(parser.parse_args().folder)) + "\n")
