"""Sources are weighed, not counted, and each claim says what readers should know about it."""

from __future__ import annotations

import time
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer import Answer, Citation, Claim, Evidence, Reprint
from rag.citation import citation
from rag.sources import OPINION, Sources, noted, same_story, weigh, weighed

UNION = "The union said 9,000 people had joined the march. It rained all day in Vennholm."
POLICE = "About 4,000 people joined the march, police said."


def found(marker: int, article: str, outlet: str | None = None, text: str = UNION, **more: object) -> Evidence:
    fields = {"version": f"{article}-{text}", "title": "A march", "published": "2024-05-26"} | more
    where = {"collection": "sound", "start": 0, "end": len(text)}
    return Evidence(marker, article, text=text, outlet=outlet, **where, **fields)  # type: ignore[arg-type]


def copies(*articles: str) -> tuple[Reprint, ...]:
    return tuple(Reprint(article, "A march") for article in articles)


def quoting(evidence: Evidence, quote: str) -> Citation:
    start = evidence.text.index(quote)
    return citation(evidence, start, start + len(quote))


def notes(claim: Claim, *evidence: Evidence) -> tuple[str, ...]:
    return noted([claim], evidence)[0].notes


@pytest.mark.parametrize(
    ("evidence", "weight", "told"),
    [
        ([], (0, 0, 0), ""),
        ([found(1, "a", "Courier")], (1, 1, 0), "one source"),
        ([found(1, "a", "Courier"), found(2, "b", "Gazette")], (2, 2, 0), "2 independent sources"),
        ([found(1, "a", "Courier"), found(2, "a", "Courier", POLICE)], (1, 1, 0), "one source"),
        ([found(1, "a", "Courier"), found(2, "b", "courier ", POLICE)], (1, 2, 0), "one source, 2 articles"),
        ([found(1, "a", "Wire", reprints=copies("b", "c"))], (1, 1, 2), "one source, 2 reprints"),
        (
            [found(1, "a", "Wire", reprints=copies("b")), found(2, "b", "Courier", POLICE, reprints=copies("a"))],
            (1, 1, 1),
            "one source, 1 reprint",
        ),
        ([found(1, "a", "Courier"), found(2, "b", "Gazette", version="same"), found(3, "c", "Post", version="same")],
         (2, 2, 1), "2 independent sources, 1 reprint"),
        ([found(1, "a"), found(2, "b", None, POLICE)], (2, 2, 0), "2 independent sources"),
        (
            [found(1, "a", url="https://x.example/1"), found(2, "b", None, POLICE, url="https://x.example/2")],
            (1, 2, 0),
            "one source, 2 articles",
        ),
    ],
)  # fmt: skip
def test_what_counts_as_one_source(evidence: list[Evidence], weight: tuple[int, int, int], told: str) -> None:
    for order in permutations(evidence):
        assert weighed(order) == Sources(*weight)
    assert str(weighed(evidence)) == told


def test_fourteen_reprints_are_no_fifteen_sources() -> None:
    wire = found(1, "wire", "Wire", reprints=copies(*(f"copy{number}" for number in range(14))))
    answer = Answer(
        "q?", "q?", "answered",
        tuple(Claim("9,000.", (quoting(each, "9,000"),), "supported") for each in (wire, found(2, "b", "Courier"))),
        (wire, found(2, "b", "Courier"), found(3, "c", "Gazette")),
    )  # fmt: skip
    assert str(weigh(answer)) == "2 independent sources, 14 reprints"  # the third is found and not cited


def test_only_what_bears_a_claim_that_holds_counts() -> None:
    first, second, third = found(1, "a", "Courier"), found(2, "b", "Gazette"), found(3, "c", "Post")
    claims = (
        Claim("9,000.", (quoting(first, "9,000"), quoting(second, "9,000")), "supported", bears=(True, False)),
        Claim("10,000.", (quoting(third, "9,000"),), "contradicted"),
    )
    assert weigh(Answer("q?", "q?", "partial", claims, (first, second, third))) == Sources(1, 1, 0)


articles = st.lists(
    st.builds(
        lambda article, outlet, twins: found(1, article, outlet, reprints=copies(*twins)),
        st.sampled_from("abcdef"),
        st.sampled_from([None, "Courier", "Gazette", "Wire"]),
        st.sets(st.sampled_from("abcdef"), max_size=2),
    ),
    max_size=6,
)


@given(articles, st.randoms())
@settings(max_examples=200, deadline=None)
def test_weights_agree_with_themselves(evidence: list[Evidence], random: object) -> None:
    weight = weighed(evidence)
    assert 0 <= weight.independent <= weight.articles <= len(evidence)
    assert bool(evidence) == bool(weight.independent)
    assert weighed(evidence + evidence) == weight  # the same again adds nothing
    known = {item.article for item in evidence} | {copy.article for item in evidence for copy in item.reprints}
    assert weight.articles + weight.reprints == len(known)
    assert all(same_story(item, item) for item in evidence)


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("The union said 9,000 people had joined the march.", "according to the union"),
        ("9,000 people had joined the march", "according to the union"),  # what the quote left out is kept
        ("It rained all day in Vennholm.", None),
    ],
)
def test_attribution_is_kept(quote: str, expected: str | None) -> None:
    evidence = found(1, "a", "Courier")
    said = [
        note
        for note in notes(Claim(quote, (quoting(evidence, quote),), "supported"), evidence)
        if note.startswith("according")
    ]
    assert said == ([expected] if expected else [])


def test_one_source_is_a_claim_that_nobody_else_makes() -> None:
    first = found(1, "a", "Courier")
    claim = Claim("9,000 people had joined the march.", (quoting(first, "9,000 people had joined the march."),))
    claim = Claim(claim.text, claim.citations, "supported")
    again = "Some 9,000 people joined the march on Sunday, the organisers say."
    assert "one source" in notes(claim, first)
    assert "one source" in notes(claim, first, found(2, "b", "Gazette", POLICE))  # another number
    assert "one source" in notes(claim, first, found(2, "b", "Gazette", again, reprints=copies("a")))
    assert "one source" in notes(claim, first, found(2, "b", "Courier", again))
    assert "one source" not in notes(claim, first, found(2, "b", "Gazette", again))


def test_opinion_and_what_was_noted_before() -> None:
    column = found(1, "a", "Courier", title="Opinion: Stop the march")
    claim = Claim("It rained.", (quoting(column, "It rained all day"),), "supported", notes=("from a letter",))
    assert notes(claim, column)[:2] == ("from a letter", OPINION)
    failed = Claim("It rained.", (quoting(column, "It rained all day"),), "contradicted")
    assert notes(failed, column) == ()
    assert notes(Claim("It rained."), column) == ()


def test_noting_is_cheap() -> None:
    evidence = [found(number, str(number), str(number), f"{number} ships came. " + UNION * 8) for number in range(10)]
    claims = [Claim(UNION, (quoting(item, UNION),), "supported") for item in evidence]
    noted(claims, evidence)
    started = time.perf_counter()
    noted(claims, evidence)
    assert (time.perf_counter() - started) / len(claims) < 0.02  # about 1 ms where nothing else runs
