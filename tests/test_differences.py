"""What a copy changed: what it left out, added and moved."""

from __future__ import annotations

from time import perf_counter

import pytest
from builders import FERRY
from hypothesis import given
from hypothesis import strategies as st

from corpus.differences import differences

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
