"""The measures of a ranking: what they are, and that the data folder's own scorer agrees."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.case import Case, Gold, load_cases
from evals.metrics import DEPTH, MEASURES, Estimate, Hit, difference, estimate, failures, first, holds, kinds, measure

ROOT = Path(__file__).parent.parent
DATA = ROOT / (os.environ.get("DOSSIER_DATA") or "../shared/data")  # before a fixture takes it out of the environment

articles = st.sampled_from("abc")
spans = st.tuples(st.integers(0, 60), st.integers(1, 40)).map(lambda at: (at[0], at[0] + at[1]))
somewhere = st.one_of(st.just((None, None)), spans)
hits = st.lists(st.builds(lambda article, span: Hit(article, *span), articles, somewhere), max_size=15)
golds = st.lists(st.builds(lambda article, span: Gold(article, *span), articles, somewhere), min_size=1, max_size=5)
shares = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("hit", "gold", "expected"),
    [
        (Hit("a", 0, 10), Gold("a", 0, 10), True),
        (Hit("a", 0, 10), Gold("b", 0, 10), False),
        (Hit("a", 5, 30), Gold("a", 0, 10), True),  # half of it
        (Hit("a", 6, 30), Gold("a", 0, 10), False),
        (Hit("a", 5, 30), Gold("a", 0, 11), True),  # 6 of 11
        (Hit("a", 6, 30), Gold("a", 0, 11), False),
        (Hit("a", 3, 6), Gold("a", 0, 10), False),  # within, but too little
        (Hit("a", 50, 60), Gold("a"), True),  # the article is the evidence
        (Hit("b", 50, 60), Gold("a"), False),
        (Hit("a"), Gold("a", 0, 10), True),  # the whole article was found
    ],
)
def test_a_hit_holds_a_span_with_at_least_half_of_it(hit: Hit, gold: Gold, expected: bool) -> None:
    assert holds(hit, gold) is expected


def test_each_measure_counts_what_it_says() -> None:
    other = Hit("x", 0, 10)
    evidence = [Gold("a", 0, 10), Gold("b", 0, 10)]
    late = [other, Hit("a", 0, 10), other, other, other, Hit("b", 0, 10)]
    assert measure(late, evidence) == {
        "any@1": 0.0,
        "any@5": 1.0,
        "MRR@10": 0.5,
        "recall@5": 0.5,
        "recall@10": 1.0,
        "all@10": 1.0,
    }
    assert measure([], evidence) == dict.fromkeys(MEASURES, 0.0)
    assert first([other] * DEPTH + [Hit("a", 0, 10)], evidence) is None


@given(hits, golds)
def test_measures_are_shares_that_fit_together(found: list[Hit], evidence: list[Gold]) -> None:
    scored = measure(found, evidence)
    assert list(scored) == list(MEASURES)
    assert all(0 <= share <= 1 for share in scored.values())
    assert scored["any@1"] <= scored["MRR@10"] <= (scored["any@1"] or 0.5)
    assert scored["any@1"] <= scored["any@5"]
    assert scored["recall@5"] <= scored["recall@10"]
    assert scored["all@10"] == (scored["recall@10"] == 1)
    assert (scored["recall@10"] > 0) == (scored["MRR@10"] > 0)


@given(hits, golds)
def test_only_ten_hits_count(found: list[Hit], evidence: list[Gold]) -> None:
    assert measure(found, evidence) == measure(found[:DEPTH], evidence)


@given(hits, golds, st.randoms())
def test_neither_more_hits_nor_another_order_of_the_evidence_make_it_worse(
    found: list[Hit], evidence: list[Gold], rng: random.Random
) -> None:
    scored = measure(found, evidence)
    assert measure(found, rng.sample(evidence, len(evidence))) == pytest.approx(scored)
    shorter = measure(found[:-1], evidence)
    assert all(shorter[name] <= scored[name] for name in MEASURES)


@given(golds)
def test_the_evidence_itself_is_the_best_ranking(evidence: list[Gold]) -> None:
    assert measure([Hit(gold.article, gold.start, gold.end) for gold in evidence], evidence) == dict.fromkeys(
        MEASURES, 1.0
    )


def test_without_evidence_or_values_there_is_nothing_to_measure() -> None:
    with pytest.raises(ValueError, match="evidence"):
        measure([Hit("a")], [])
    with pytest.raises(ValueError, match="values"):
        estimate([])
    with pytest.raises(ValueError, match="shorter"):
        difference([1.0, 0.0], [1.0])


@given(shares)
def test_an_interval_lies_among_the_values_and_is_the_same_every_time(values: list[float]) -> None:
    found = estimate(values)
    assert found.mean == pytest.approx(sum(values) / len(values))
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    assert estimate(values) == found


def test_intervals_narrow_with_the_number_of_cases() -> None:
    few, many = estimate([0.0, 1.0] * 10), estimate([0.0, 1.0] * 1000)
    assert few.low < many.low < 0.5 < many.high < few.high
    # A share of a half over 2,000 cases has a standard error of 0.5 / sqrt(2000), of which 95 % are 1.96.
    assert many.high - many.low == pytest.approx(2 * 1.96 * 0.5 / 2000**0.5, rel=0.1)


@given(shares)
def test_a_difference_is_paired(values: list[float]) -> None:
    assert difference(values, values) == Estimate(0.0, 0.0, 0.0)
    better = difference([value + 1 for value in values], values)  # by the same in every case: no doubt about it
    assert (better.mean, better.low, better.high) == pytest.approx((1, 1, 1))


def test_kinds_are_told_apart_and_failures_named() -> None:
    cases = [case("1", "easy"), case("2", "hard"), case("3", "hard")]
    found = [[Hit("a")], [Hit("x"), Hit("a")], [Hit("x")]]
    rows = {"ours": [measure(hits, one.evidence) for hits, one in zip(found, cases, strict=True)]}
    assert kinds(cases, rows) == {
        "easy": {"cases": 1, "any@5": {"ours": 1.0}, "all@10": {"ours": 1.0}},
        "hard": {"cases": 2, "any@5": {"ours": 0.5}, "all@10": {"ours": 0.5}},
    }
    assert kinds(cases[:1], rows) == {}
    (failed,) = failures(cases, found)
    assert failed == {"kind": "hard", "id": "3", "question": "q", "first": None, "recall@10": 0.0}


def case(name: str, kind: str) -> Case:
    return Case(name, "q", True, kind, evidence=(Gold("a"),))


def test_the_scorer_of_the_data_folder_agrees(tmp_path: Path) -> None:
    scorer = DATA / "score.py"
    if not scorer.is_file():
        pytest.skip("needs score.py of the data folder (DOSSIER_DATA)")
    rng = random.Random(7)

    def place(known: float) -> dict[str, Any]:
        start = rng.randrange(60)
        return {"start": start, "end": start + rng.randrange(1, 40)} if rng.random() < known else {}

    records = [
        {"id": f"{number}", "question": "q", "answerable": number % 7 > 0, "kind": "k"}
        | {"evidence": [{"article": rng.choice("abc")} | place(0.8) for _ in range(rng.randrange(4))]}
        for number in range(120)
    ]
    found: dict[str, list[dict[str, Any]]] = {
        str(record["id"]): [{"article": rng.choice("abcdef")} | place(0.9) for _ in range(rng.randrange(14))]
        for record in records
        if rng.random() < 0.9  # a case that was not answered counts as one for which nothing was found
    }
    cases, ranking = tmp_path / "cases.jsonl", tmp_path / "ranking.jsonl"
    cases.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    lines = (json.dumps({"id": name, "hits": hits}) + "\n" for name, hits in found.items())
    ranking.write_text("".join(lines), encoding="utf-8")
    command = [sys.executable, str(scorer), str(cases), str(ranking)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    scored = [one for one in load_cases(cases) if one.answerable and one.evidence]
    rows = [measure([Hit(**hit) for hit in found.get(one.id, [])], one.evidence) for one in scored]
    theirs = re.findall(r"(\w+) (\d\.\d{3}) \[", printed)
    assert printed.split()[1] == str(len(scored))
    assert [value for _, value in theirs] == [f"{estimate([row[name] for row in rows]).mean:.3f}" for name in MEASURES]
