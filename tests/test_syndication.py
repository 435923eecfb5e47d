"""One story, its reprints: what links, and what does not."""

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
from corpus.syndication import are_reprints, bands, overlap, shingles, signature

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
