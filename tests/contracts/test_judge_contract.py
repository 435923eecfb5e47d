"""What every `rag.ports.Judge` keeps."""

from __future__ import annotations

from typing import get_args

import pytest
from builders import LIGHTHOUSE, evidence

from corpus.sentences import sentence_spans
from rag.answer import Verdict
from rag.citation import citation
from rag.ports import Judge
from rag.verification import BuiltInJudge

FOUND = evidence()
SENTENCES = [citation(FOUND, start, end) for start, end in sentence_spans(LIGHTHOUSE)]
CLAIMS = ["The lighthouse was lit in 1871.", "It never burned oil.", "1,000 ships", "", "🐦‍⬛", "the", "x" * 5000]


@pytest.fixture(params=[BuiltInJudge], ids=["built-in"])
def judge(request: pytest.FixtureRequest) -> Judge:
    return request.param()  # type: ignore[no-any-return]


def test_it_is_a_judge_with_a_name(judge: Judge) -> None:
    assert isinstance(judge, Judge)
    assert judge.name


@pytest.mark.parametrize("quoted", SENTENCES, ids=["first", "second", "third"])
def test_the_articles_own_words_are_supported(judge: Judge, quoted: object) -> None:
    assert judge.judge(quoted.quote, [quoted], {1: FOUND})[0] == "supported"  # type: ignore[attr-defined, list-item]


@pytest.mark.parametrize("claim", CLAIMS)
def test_without_a_citation_every_claim_is_uncited(judge: Judge, claim: str) -> None:
    assert judge.judge(claim, [], {1: FOUND})[0] == "uncited"


@pytest.mark.parametrize("claim", CLAIMS)
def test_any_claim_gets_a_verdict_with_a_reason_and_the_same_one_again(judge: Judge, claim: str) -> None:
    verdict, reason = judge.judge(claim, SENTENCES, {1: FOUND})
    assert verdict in get_args(Verdict)
    assert reason
    assert judge.judge(claim, SENTENCES, {1: FOUND}) == (verdict, reason)


def test_other_words_are_not_supported(judge: Judge) -> None:
    assert judge.judge("Plums were cheap in Orrin.", SENTENCES, {1: FOUND})[0] not in ("supported", "partial")
