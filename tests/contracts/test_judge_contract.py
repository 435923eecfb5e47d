"""What every `rag.ports.Judge` keeps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from builders import LIGHTHOUSE
from scripted_models import TalkingModel
from tiny_models import tiny_entailment

from corpus.sentences import sentence_spans
from rag.judging import BuiltInJudge, ModelJudge
from rag.ports import Judge

SENTENCES = [LIGHTHOUSE[start:end] for start, end in sentence_spans(LIGHTHOUSE)]
CLAIMS = ["The lighthouse was lit in 1871.", "It never burned oil.", "1,000 ships", "", "🐦‍⬛", "the", "x" * 5000]


def _entailment(folder: Path) -> Judge:
    from rag.backends.entailment import EntailmentJudge

    return EntailmentJudge(str(tiny_entailment(folder)))


JUDGES: dict[str, Callable[[Path], Judge]] = {
    "built-in": lambda _: BuiltInJudge(),
    "entailment": _entailment,
    "model": lambda _: ModelJudge(TalkingModel(["PARTIAL: it says a part."])),
    "failing-model": lambda _: ModelJudge(TalkingModel(["As I see it, yes."])),
}


@pytest.fixture(scope="module", params=JUDGES.values(), ids=JUDGES)
def judge(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    opened: Judge = request.param(tmp_path_factory.mktemp("judge"))
    return opened


def test_it_is_a_judge_with_a_name(judge: Judge) -> None:
    assert isinstance(judge, Judge)
    assert judge.name


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize(
    "quotes", [SENTENCES, SENTENCES[:1], SENTENCES * 5, [""]], ids=["three", "one", "many", "empty"]
)
def test_any_claim_gets_chances_with_a_reason_and_the_same_ones_again(
    judge: Judge, claim: str, quotes: list[str]
) -> None:
    found = judge.support(claim, quotes)
    assert 0 <= found.full <= found.part <= 1
    assert 0 <= found.contradicted <= 1
    assert found.reason
    assert judge.support(claim, quotes) == found
