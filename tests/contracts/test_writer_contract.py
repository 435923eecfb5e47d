"""What every `rag.ports.Writer` keeps."""

from __future__ import annotations

import pytest
from builders import FERRY, LIGHTHOUSE, evidence
from scripted_models import TalkingModel

from rag.answer import Claim
from rag.backends.fake import HashingEmbedder
from rag.model_writing import ModelWriter
from rag.ports import Notice, Writer
from rag.selection import Selection, Selector
from rag.writing import ExtractiveWriter

TEXTS = {1: LIGHTHOUSE, 2: FERRY}
SHOWN = [evidence(), evidence(FERRY, 2, name="ferry")]
QUESTION = "When was the lighthouse of Vennholm lit?"
SAID = "The lighthouse of Vennholm was lit in 1871. [1] The night ferry made its last crossing on Sunday. [2]"


@pytest.fixture(params=["extractive", "model"])
def writer(request: pytest.FixtureRequest) -> Writer:
    return ExtractiveWriter(3, 0.3) if request.param == "extractive" else ModelWriter(TalkingModel([SAID]))


def written(writer: Writer) -> list[str | Claim | Notice]:
    return list(writer.write(QUESTION, SHOWN, Selector(HashingEmbedder()).select(QUESTION, SHOWN)))


def test_it_is_a_writer_with_a_name(writer: Writer) -> None:
    assert isinstance(writer, Writer)
    assert writer.name


def test_every_claim_comes_after_its_words(writer: Writer) -> None:
    draft = ""
    claims = 0
    for piece in written(writer):
        if isinstance(piece, str):
            draft += piece
        elif isinstance(piece, Claim):
            assert piece.text in draft
            claims += 1
    assert claims


def test_claims_quote_the_passages_word_for_word_and_are_not_yet_checked(writer: Writer) -> None:
    claims = [piece for piece in written(writer) if isinstance(piece, Claim)]
    for claim in claims:
        assert claim.verdict == "uncited"
        assert claim.citations
        for cited in claim.citations:
            assert TEXTS[cited.marker][cited.start : cited.end] == cited.quote


def test_from_nothing_nothing_is_written(writer: Writer) -> None:
    assert list(writer.write(QUESTION, [], Selection())) == []


def test_the_same_evidence_gives_the_same_draft(writer: Writer) -> None:
    assert written(writer) == written(writer)
