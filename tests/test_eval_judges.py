"""Judge sets, swaps and the figures about them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.case import CaseError
from evals.judge_fit import fit, scores
from evals.judge_sets import load, quoted
from evals.judges import main, named
from evals.metrics import Estimate
from evals.separation import auroc, estimated
from evals.swaps import KINDS, swaps

CLAIM = "Mayor Ada Quist told Rolf Tannevik on Monday, 3 May 2021 that 450 boats were lost."
DATA = Path(os.environ.get("DOSSIER_DATA", Path(__file__).parents[2] / "shared" / "data"))


def test_every_kind_of_swap_changes_one_fact_and_the_same_one_again() -> None:
    found = {swap.kind: swap for swap in swaps([(CLAIM, (CLAIM,)), ("no word of Orrin Vale came.", ())])}
    assert tuple(found) == KINDS
    assert "450" not in found["number"].swapped
    assert found["negation"].swapped == CLAIM.replace("were lost", "were not lost")
    assert "Rolf Tannevik told Mayor Ada Quist" in found["order"].swapped
    assert all(swap.claim == CLAIM and swap.swapped != CLAIM for swap in found.values())
    assert list(swaps([(CLAIM, (CLAIM,))])) == list(swaps([(CLAIM, (CLAIM,))]))


def test_what_the_quotes_do_not_say_is_not_swapped() -> None:
    assert {swap.kind for swap in swaps([(CLAIM, ("Boats were lost.",))])} == {"negation"}


def test_a_negation_is_taken_out_as_well() -> None:
    (swap,) = swaps([("The boats were not lost.", ())])
    assert swap.swapped == "The boats were lost."


def test_auroc_is_the_chance_to_rank_right() -> None:
    assert auroc([3, 2, 1, 0], [True, True, False, False]) == 1
    assert auroc([0, 1, 2, 3], [True, True, False, False]) == 0
    assert auroc([1, 1, 1], [True, False, True]) == 0.5
    assert auroc([3, 1, 2], [True, True, False]) == 0.5
    with pytest.raises(ValueError, match="both classes"):
        auroc([1, 2], [True, True])


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2))
def test_auroc_counts_pairs(cases: list[tuple[int, bool]]) -> None:
    ours = [score for score, flag in cases if flag]
    theirs = [score for score, flag in cases if not flag]
    if ours and theirs:
        pairs = [(one > other) + 0.5 * (one == other) for one in ours for other in theirs]
        assert auroc(*zip(*cases, strict=True)) == pytest.approx(sum(pairs) / len(pairs))


def test_an_interval_holds_its_figure_and_is_the_same_again() -> None:
    scores_, flags = [0.1, 0.4, 0.35, 0.8, 0.7, 0.2], [False, False, True, True, True, False]
    found = estimated(scores_, flags)
    assert found.low <= found.mean <= found.high
    assert found == estimated(scores_, flags)


def test_a_score_that_does_not_tell_is_not_called_groundedness() -> None:
    assert named(Estimate(0.66, 0.6, 0.7)).startswith("groundedness")
    assert named(Estimate(0.64, 0.6, 0.7)).startswith("not a groundedness measure here")


def test_the_fit_finds_the_signal_and_leaves_out_what_counts_against() -> None:
    import numpy as np

    rng = np.random.default_rng(0)
    wanted = rng.integers(0, 2, 200).astype(float)
    rows = np.column_stack([wanted + rng.normal(0, 0.3, 200), -wanted + rng.normal(0, 0.3, 200)])
    weights = fit(rows, wanted)
    assert weights[0] > 0
    assert weights[1] == 0
    assert auroc(scores(rows, weights).tolist(), (wanted == 1).tolist()) > 0.95


def _set(folder: Path, *records: dict[str, object]) -> Path:
    folder.mkdir(parents=True)
    (folder / "claims.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return folder


RECORDS: list[dict[str, object]] = [
    {"id": 1, "claim": "Ada Quist spoke in 1902 [1].", "evidence": ["…"], "label": "supported",
     "sentences": ["Rain fell.", "Ada Quist spoke in 1902.", "She left."], "supporting": [[1]]},
    {"id": 2, "claim": "Ada Quist sang.", "evidence": ["…"], "label": "unsupported",
     "sentences": ["Rain fell.", "Plums rotted.", "It hailed.", "Ada Quist left."], "supporting": [[]]},
    {"id": 3, "claim": "Rain fell in Orrin.", "evidence": ["[1] https://a.example\n\nRain fell."], "label": "partial"},
]  # fmt: skip


def test_a_judge_set_is_read_with_what_a_citation_would_quote(tmp_path: Path) -> None:
    one, two, three = load(_set(tmp_path / "judge_small", *RECORDS))
    assert one.claim == "Ada Quist spoke in 1902."
    assert quoted(one) == ("Ada Quist spoke in 1902.",)
    assert "Ada Quist left." in quoted(two)
    assert three.sentences == ("Rain fell.",)


@pytest.mark.parametrize("wrong", [{"label": "maybe"}, {"claim": None}])
def test_what_is_no_judge_set_is_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(CaseError, match="line 2"):
        load(_set(tmp_path / "judge_wrong", RECORDS[0], RECORDS[1] | wrong))


def test_all_is_printed_with_the_judge_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _set(tmp_path / "judge_small", *RECORDS)
    assert main([str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "built-in"
    assert any("small, whole evidence, full support" in line for line in lines)
    assert any("swaps of samples, order" in line for line in lines)
    assert main([str(tmp_path / "judge_small")]) == 2


def test_swaps_of_the_samples_are_told_apart() -> None:
    from evals.judges import measured, sample_claims
    from rag.judging import BuiltInJudge

    found = list(swaps(list(sample_claims())))[:150]
    right = measured(BuiltInJudge(), [(swap.claim, swap.quotes) for swap in found]).support
    wrong = measured(BuiltInJudge(), [(swap.swapped, swap.quotes) for swap in found]).support
    assert len(found) == 150
    assert sum(one.full > other.full for one, other in zip(right, wrong, strict=True)) >= 0.97 * len(found)


@pytest.mark.skipif(not (DATA / "judge_wice").is_dir(), reason="the judge set is not part of the project")
def test_the_built_in_judge_tells_any_support_and_full_support_on_wice() -> None:
    from rag.judging import BuiltInJudge

    cases = load(DATA / "judge_wice")
    found = [BuiltInJudge().support(case.claim, case.sentences) for case in cases]
    assert auroc([support.part for support in found], [case.label != "unsupported" for case in cases]) >= 0.87
    assert auroc([support.full for support in found], [case.label == "supported" for case in cases]) >= 0.70
