"""The extractive writer: the articles' own sentences, cited to themselves."""

from __future__ import annotations

from builders import FERRY, LIGHTHOUSE, evidence

from rag.answer import Claim, Evidence
from rag.backends.fake import HashingEmbedder
from rag.ports import Writer
from rag.selection import Selection, Selector
from rag.writing import ExtractiveWriter

SHOWN = [evidence(), evidence(FERRY, 2, name="ferry")]


def written(
    writer: Writer, question: str = "When was the lighthouse lit?", shown: list[Evidence] = SHOWN
) -> list[Claim]:
    selection = Selector(HashingEmbedder()).select(question, shown)
    return [piece for piece in writer.write(question, shown, selection) if isinstance(piece, Claim)]


def test_the_extractive_writer_quotes_the_sentence_that_answers() -> None:
    first = written(ExtractiveWriter(3, 0.0))[0]
    assert first.text == "The lighthouse of Vennholm was lit in 1871."
    (cited,) = first.citations
    assert (cited.quote, cited.marker) == (first.text, 1)
    assert LIGHTHOUSE[cited.start : cited.end] == cited.quote


def test_the_extractive_writer_writes_no_more_than_it_may() -> None:
    assert len(written(ExtractiveWriter(1, 0.0))) == 1
    assert written(ExtractiveWriter(3, 1.0)) == []


def test_without_a_selection_nothing_is_written() -> None:
    assert list(ExtractiveWriter(3, 0.5).write("q", [], Selection())) == []


def test_brackets_in_an_article_are_words_and_no_markers() -> None:
    shown = [evidence("The list [3] of Vennholm has 40 ships."), evidence(FERRY, 3, name="ferry")]
    first = written(ExtractiveWriter(1, 0.0), "How many ships has the list of Vennholm?", shown)[0]
    assert first.text == "The list [3] of Vennholm has 40 ships."
    assert [cited.marker for cited in first.citations] == [1]
