"""One story, its reprints: what links, what does not, whose it was first, and what was changed."""

from __future__ import annotations

import random
import subprocess
import sys
from itertools import combinations
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import syndication
from corpus.syndication import (
    Copy,
    are_reprints,
    bands,
    credit,
    differences,
    overlap,
    representative,
    shingles,
    signature,
)

FERRY = """
The ferry between Ostrava Point and the island of Lumen will stop running at the end of the month, the harbour council
decided on Tuesday night after four hours of debate.

Eleven of the seventeen members voted to end the contract with the operator, Lumen Lines, which had asked for a third
rise in its subsidy within two years.

“Nobody in this room wanted to see the last boat leave,” said the chair of the council, Petra Hallaway. “But the hull
needs repairs that cost more than the ship is worth.”

About 340 people live on the island, most of them over sixty, and the nearest bridge is a drive of ninety minutes from
the southern landing.

Lumen Lines said in a statement that it regretted the vote and would offer its nineteen sailors work on the northern
routes.

Islanders packed the gallery and sang the old mooring song when the result was read out, and several of them were in
tears.

The schoolteacher, Anselm Brok, said that his six pupils would have to board on the mainland from September unless a
smaller boat could be found.

A fishing cooperative has offered to carry mail, medicines and up to eight passengers three times a week, weather
permitting, for a tenth of the present subsidy.

The council will vote on that offer in two weeks, and the province has promised to pay for a new pontoon if it is
accepted.

The first ferry crossed the sound in 1887 with a cargo of sheep, and the service has been interrupted only twice, by
ice and by war.
""".strip()

OTHER_REPORT = """
Lumen is to lose its boat. By eleven votes to six, councillors in the harbour town turned down a plea for more money
from the company that has run it since the nineties.

For Marta Quill, who has kept the island's only shop for thirty years, the decision came as no surprise at all.

“They have been counting the pennies since the spring,” she said on the quay on Wednesday morning, as the seven
o'clock sailing came in with two passengers aboard.

Petra Hallaway, the chair of the council, told a local radio station that the hull needs repairs that cost more than
the ship is worth.

The opposition accused her of having hidden an engineer's report since March, which put the bill at half of what was
claimed.

Doctors on the mainland warned that patients who need dialysis could not be expected to cross the sound in a fishing
boat during the winter storms.

A petition against the closure had gathered four thousand signatures by noon, more than ten times the number of people
who live there.
""".strip()

FURNITURE = """
Get the best of the Sound Courier in your inbox: sign up for the morning newsletter.

We use cookies to make this site work and to count how many readers it has. You can change your settings at any time.

Related: harbour dredging to begin in June, and a whale that would not leave the bay.

The Sound Courier has been printed in Ostrava Point since 1902 and belongs to the people who write it.

Jon Tibbet covers the coast and the council. Before he came to the paper he was a diver, and he still swims to work.
""".strip()

PARAGRAPHS = FERRY.split("\n\n")


def reprint(*, keep: float = 1.0, shuffle: bool = False, furnish: bool = False, edit: bool = False) -> str:
    paragraphs = PARAGRAPHS[: round(len(PARAGRAPHS) * keep)]
    if shuffle:
        random.Random(3).shuffle(paragraphs)
    if furnish:
        pieces = FURNITURE.split("\n\n")
        paragraphs = [pieces[0], *paragraphs[:2], *pieces[1:3], *paragraphs[2:], *pieces[3:]]
    text = "\n\n".join(paragraphs)
    return text.replace("Ostrava Point", "the harbour town").replace("About 340", "Some 340") if edit else text


@pytest.mark.parametrize(
    "recipe",
    [
        {},
        {"keep": 0.5},
        {"shuffle": True},
        {"furnish": True},
        {"edit": True},
        {"keep": 0.7, "shuffle": True, "furnish": True, "edit": True},
        {"keep": 0.5, "shuffle": True, "furnish": True},
    ],
    ids=lambda recipe: "+".join(recipe) or "whole",
)
def test_a_reprint_is_found_and_linked(recipe: dict[str, bool]) -> None:
    copy = reprint(**recipe)
    assert set(bands(signature(copy))) & set(bands(signature(FERRY)))
    assert are_reprints(FERRY, copy)
    assert are_reprints(copy, FERRY)


def test_another_report_on_the_same_event_is_not_linked() -> None:
    assert not are_reprints(FERRY, OTHER_REPORT)
    assert not are_reprints(f"{FERRY}\n\n{FURNITURE}", f"{OTHER_REPORT}\n\n{FURNITURE}")


def test_pages_that_share_their_furniture_are_not_linked() -> None:
    assert not are_reprints(f"{PARAGRAPHS[0]}\n\n{FURNITURE}", f"{OTHER_REPORT[:300]}\n\n{FURNITURE}")


def test_a_roundup_that_quotes_an_article_is_not_linked() -> None:
    rng = random.Random(1)
    rest = "\n\n".join(" ".join(f"word{rng.randrange(3000)}" for _ in range(50)) for _ in range(60))
    assert not are_reprints(FERRY, f"{PARAGRAPHS[0]}\n\n{PARAGRAPHS[2]}\n\n{rest}")
    assert not are_reprints(FERRY, f"{FERRY}\n\n{rest}\n\n{rest[::-1]}")


@pytest.mark.parametrize("text", ["", " \n ", "Ferry", "The last boat leaves.", "A boat. " * 100_000], ids=len)
def test_a_text_with_too_little_to_say_never_clusters(text: str) -> None:
    started = perf_counter()
    assert signature(text) == b""
    assert bands(b"") == []
    assert not are_reprints(text, text)
    assert perf_counter() - started < 10


@pytest.mark.parametrize(
    "sentence",
    [
        "港務委員會週二晚間決定渡輪將於{}月底停駛島上約有三百四十人居住",
        "フェリーは{}月末で運航を終えると港湾評議会が火曜の夜に決めた",
    ],
)
def test_scripts_without_spaces_are_compared_by_their_characters(sentence: str) -> None:
    ours, theirs = (
        "\n\n".join(
            sentence.format(chr(0x4E00 + rng.randrange(2000))) + "".join(rng.choices(pool, k=60)) for _ in range(8)
        )
        for rng, pool in ((random.Random(seed), [chr(0x4E00 + at) for at in range(3000)]) for seed in (1, 2))
    )
    half = "\n\n".join(ours.split("\n\n")[:4])
    assert are_reprints(ours, half)
    assert set(bands(signature(ours))) & set(bands(signature(half)))
    assert not are_reprints(ours, theirs)


@given(st.text())
def test_any_text_has_bands_of_64_bits_or_none(text: str) -> None:
    found = bands(signature(text))
    assert len(found) in (0, 64)
    assert all(-(2**63) <= band < 2**63 for band in found)


def test_signatures_are_the_same_in_every_process() -> None:
    program = "import sys; from corpus.syndication import *; print(signature(sys.stdin.read()).hex())"
    runs = [
        subprocess.run([sys.executable, "-c", program], input=FERRY, text=True, capture_output=True, check=True)
        for _ in range(2)
    ]
    assert {run.stdout.strip() for run in runs} == {signature(FERRY).hex()}


def test_the_algorithm_is_pinned() -> None:
    """Stored bands must meet those computed later: if this fails, the catalog's have to be computed anew."""
    assert bands(signature(FERRY))[:2] == [3994390010400482638, -2609140331850493438]


@given(st.sets(st.integers(0, 400)), st.sets(st.integers(0, 400)))
def test_overlap_is_symmetric_and_between_0_and_1(one: set[int], other: set[int]) -> None:
    degree = overlap(frozenset(one), frozenset(other))
    assert 0 <= degree <= 1
    assert degree == overlap(frozenset(other), frozenset(one))
    assert overlap(frozenset(one), frozenset(one)) == bool(one)


@given(st.randoms())
def test_the_order_of_arrival_does_not_change_the_stories(rng: random.Random) -> None:
    texts = [FERRY, reprint(keep=0.5), reprint(furnish=True), OTHER_REPORT, f"{OTHER_REPORT}\n\n{FURNITURE}"]
    found = [shingles(text) for text in texts]
    links = [
        (*sorted((one, other), key=lambda at: (len(found[at]), -at)), overlap(found[one], found[other]))
        for one, other in combinations(range(len(texts)), 2)
    ]
    links = [link for link in links if link[2] >= syndication.LINKED]
    rng.shuffle(links)
    assert sorted(map(sorted, syndication.stories(links))) == [[0, 1, 2], [3, 4]]


def test_a_copy_joins_the_story_it_has_most_of() -> None:
    assert syndication.stories([(3, 1, 0.9), (3, 2, 0.6)]) == [{1, 3}]
    assert syndication.stories([(3, 1, 0.9), (3, 2, 0.6), (2, 1, 0.7)]) == [{1, 2, 3}]
    assert syndication.stories([]) == []


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("LONDON (Reuters) – The last boat has left.", "Reuters"),
        ("LUMEN, March 5 (AP) — The last boat has left.", "Associated Press"),
        ("MOSUL, Iraq (AFP) - The last boat has left.", "Agence France-Presse"),
        ("(CNN) The last boat has left.", "CNN"),
        ("AP – The last boat has left.", "Associated Press"),
        ("OSTRAVA, dpa – The last boat has left.", "Deutsche Presse-Agentur"),
        ("It left.\n\nThis article was first published in The Courier on 3 May.", "The Courier"),
        ("It left.\n\nThis story originally appeared on Driftwood. Sign up here.", "Driftwood"),
        ("Originally published by the Valley Herald, 3 May", "the Valley Herald"),
        ("This article is republished from The Conversation under a licence.", "The Conversation"),
        ("Reprinted with permission from the Mill Street Gazette.", "the Mill Street Gazette"),
        ("Republished from courier.example", "courier.example"),
        ("It left.\nSource: Harbour News", "Harbour News"),
        ("It left.\n\n© 2024 The Associated Press. All rights reserved.", "Associated Press"),
        ("Copyright 2023 Sound Courier", "Sound Courier"),
        ("", None),
        ("He told Reuters (AP was there too) that it left.", None),
        ("(Reuters) is an agency.", None),
        ("The book was first published in Lumen in 1920.", None),
        ("This article was first published in March 2020.", None),
        ("This article was first published in English.", None),
        ("Petra Hallaway (D-Lumen) – who chairs the council – left.", None),
        ("© 2024 All rights reserved", None),
        ("Source: see the table on the second page", None),
        ("© Getty Images", None),
    ],
)
def test_a_text_credits_whom_it_clearly_names(text: str, source: str | None) -> None:
    assert credit(text) == source


def copy(
    name: str,
    published: str | None = None,
    outlet: str | None = None,
    credit: str | None = None,
    text_length: int = 100,
) -> Copy:
    return Copy(name, outlet, published, text_length, credit)


@pytest.mark.parametrize(
    ("copies", "original"),
    [
        ([copy("a", "2024-03-05"), copy("b", "2024-03-04")], "b"),
        ([copy("a", "2024-03-05T09:00:00+01:00"), copy("b", "2024-03-05T08:30:00+00:00")], "a"),
        ([copy("a", "2024-03-05T23:00:00-05:00"), copy("b", "2024-03-06T03:00:00Z")], "b"),
        ([copy("a", "2024-03"), copy("b", "2024-03-05")], "b"),
        ([copy("a", "2024"), copy("b", "2024-12-31T08:00:00Z")], "b"),
        ([copy("a", "2023"), copy("b", "2024-03-05")], "a"),
        ([copy("a"), copy("b", "2024")], "b"),
        ([copy("a", text_length=90), copy("b")], "b"),
        ([copy("b"), copy("a")], "a"),
        ([copy("a", "2024-03-05", "apnews.com"), copy("b", "2024-03-04", "Post", "Associated Press")], "a"),
        ([copy("a", None, "The Courier"), copy("b", "2024-03-04", "Post", "Sound Courier")], "b"),
        ([copy("a", "2024-03-04", "Post", "Post"), copy("b", "2024-03-03", "Mail")], "b"),
        (
            [
                copy("a", "2024-03-06", "Reuters"),
                copy("b", "2024-03-05", "Courier", "Reuters"),
                copy("c", "2024-03-04", "Post", "The Courier"),
            ],
            "a",
        ),
    ],
    ids=[
        "earlier", "earlier instant", "zones", "vague month", "vague year", "surely earlier year", "unknown", "longest",
        "smallest id", "credited", "another credited", "own claim", "chain of credits",
    ],
)  # fmt: skip
def test_the_original_is_whom_others_credit_or_who_was_first(copies: list[Copy], original: str) -> None:
    assert representative(copies).id == original
    assert representative(copies[::-1]).id == original


def test_there_is_no_original_of_nothing() -> None:
    with pytest.raises(ValueError, match="empty"):
        representative([])


SENTENCES = st.lists(st.sampled_from(["The boat left.", "Nobody waved!", "It rained.", "Was it late?"]), max_size=8)


@given(SENTENCES, SENTENCES)
def test_what_one_left_out_the_other_added(ours: list[str], theirs: list[str]) -> None:
    found, turned = differences(" ".join(ours), " ".join(theirs)), differences(" ".join(theirs), " ".join(ours))
    assert (found.left_out, found.added, found.reordered) == (turned.added, turned.left_out, turned.reordered)
    assert len(ours) - len(found.left_out) == len(theirs) - len(found.added)
    assert 0 <= found.kept <= 1
    assert (found.kept == 1) == (not found.left_out)


def test_the_differences_are_those_a_reader_sees() -> None:
    found = differences(FERRY, FERRY)
    assert (found.left_out, found.added, found.reordered, found.kept) == ((), (), False, 1.0)
    found = differences("The boat left. Nobody waved. It rained.", "It rained.  The BOAT left! A gull cried.")
    assert found.left_out == ("Nobody waved.",)
    assert found.added == ("A gull cried.",)
    assert found.reordered
    assert found.kept == pytest.approx(5 / 7)


def test_long_texts_are_compared_quickly() -> None:
    sentences = [f"The boat number {at} left the harbour before noon." for at in range(5000)]
    started = perf_counter()
    found = differences(" ".join(sentences), " ".join(reversed(sentences[10:])))
    assert len(found.left_out) == 10
    assert found.reordered
    assert perf_counter() - started < 10
