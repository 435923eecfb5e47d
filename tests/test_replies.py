"""Replies of models → prose: thoughts never show, Markdown becomes sentences, however the stream is cut."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.citation import Marked, marked_sentences
from rag.replies import ThoughtAloud, prose, without_thoughts


def cut(text: str, places: list[int]) -> list[str]:
    ends = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[start:end] for start, end in pairwise(ends)]


def read(pieces: Iterable[str]) -> str:
    return "".join(prose(without_thoughts(pieces)))


def claims(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(sentence.text, sentence.markers) for sentence in marked_sentences(read([text]))]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("<think>Let me see.</think>It rose. [1]", "It rose. [1]"),
        ("<think>Let me see.\n\n</think>\n\nIt rose. [1]", "It rose. [1]"),
        ("It rose. [1] <thinking>Really?</thinking>It fell. [2]", "It rose. [1] It fell. [2]"),
        ("<THINK>a</THINK><reasoning>b</reasoning>It rose.", "It rose."),
        ("<think>It never ends", ""),
        ("It rose. [1]<think>and never", "It rose. [1]"),
        ("</think>It rose. [1]", "It rose. [1]"),
        ("2 < 3 and 4 > 3.", "2 < 3 and 4 > 3."),
        ("It ended with <", "It ended with <"),
        ("It ended with <thi", "It ended with <thi"),
    ],
)
def test_thoughts_are_never_shown(said: str, meant: str) -> None:
    assert read([said]).strip() == meant
    assert read(list(said)).strip() == meant


@pytest.mark.parametrize("pieces", [["I think so. </think>It rose."], ["I think ", "so.</", "think>It rose."]])
def test_a_thought_that_was_taken_for_the_answer_is_told(pieces: list[str]) -> None:
    with pytest.raises(ThoughtAloud):
        read(pieces)


MARKDOWN = {
    "bullets": ("- It rose [1]\n- It fell [2]\n", [("It rose", (1,)), ("It fell", (2,))]),
    "stars": ("* It rose. [1]\n* It fell. [2]", [("It rose.", (1,)), ("It fell.", (2,))]),
    "dots": ("• It rose. [1]\n  • It fell. [2]", [("It rose.", (1,)), ("It fell.", (2,))]),
    "numbers": ("1. It rose. [1]\n2) It fell. [2]", [("It rose.", (1,)), ("It fell.", (2,))]),
    "marker-first": ("- [1] It rose.\n- [2] It fell.", [("It rose.", (1,)), ("It fell.", (2,))]),
    "numbered-marker-first": ("1. [1] It rose.\n2. [2] It fell.", [("It rose.", (1,)), ("It fell.", (2,))]),
    "a-number-is-no-item": ("12. [1]", [("12.", (1,))]),
    "a-year-is-no-item": ("1871. [1]", [("1871.", (1,))]),
    "headings": ("# The light\n\nIt rose. [1]\n\n**History**\n\nIt fell. [2]",
                 [("It rose.", (1,)), ("It fell.", (2,))]),
    "bold": ("It **rose** by __4__ `metres`. [1]", [("It rose by 4 metres.", (1,))]),
    "bold-start": ("**Rose** by 4 metres, said the *keeper* of the light. [1]",
                   [("Rose by 4 metres, said the keeper of the light.", (1,))]),
    "stars-that-count": ("It has 5*3 rooms and snake_case_names. [1]",
                         [("It has 5*3 rooms and snake_case_names.", (1,))]),
    "fence": ("```text\nIt rose. [1]\n```\n", [("It rose.", (1,))]),
    "quote": ("> It rose. [1]", [("It rose.", (1,))]),
    "table": ("| Year | What |\n|---|:-:|\n| 1871 | It was lit [1] |\n| 1902 | Oil ended [2] |\n",
              [("1871, It was lit", (1,)), ("1902, Oil ended", (2,))]),
    "rule": ("It rose. [1]\n\n---\n\n* * *\nIt fell. [2]", [("It rose.", (1,)), ("It fell.", (2,))]),
    "html": ("It <b>rose</b>.<sup>[1]</sup><br/>It fell. [2]", [("It rose.", (1,)), ("It fell.", (2,))]),
    "links": ("It rose. [1](https://example.org/a_b) It fell. [2]", [("It rose.", (1,)), ("It fell.", (2,))]),
    "sources-line": ("It rose.\nSources: [1], [2-3]\n\nIt fell.\n**Source:** 2\n",
                     [("It rose.", (1, 2, 3)), ("It fell.", (2,))]),
    "sources-named": ("It rose.\nSources: The Courier, 3 May 2021 [1]; the Echo [2]\nIt fell. [3]",
                      [("It rose.", (1, 2)), ("It fell.", (3,))]),
    "source-in-a-sentence": ("Source 1 was the first of them that said it, on Sunday. [1]",
                             [("Source 1 was the first of them that said it, on Sunday.", (1,))]),
    "source-list": ("It rose. [1]\n\n**Sources:**\n[1] The light, Courier\n[2] The ferry\n", [("It rose.", (1,))]),
    "footnotes": ("It rose. [^1]\n\n[^1]: The light, Courier, 3 May.\n", [("It rose.", (1,))]),
    "unseen": ("It \u202erose\u200b\x00.\r\n[1]\ud83d", [("It rose.", (1,))]),
}  # fmt: skip


@pytest.mark.parametrize(("said", "sentences"), MARKDOWN.values(), ids=MARKDOWN)
def test_markdown_becomes_plain_sentences(said: str, sentences: list[tuple[str, tuple[int, ...]]]) -> None:
    assert claims(said) == sentences


LINES = st.sampled_from(
    [*(said for said, _ in MARKDOWN.values()), "<think>Hm.", "</think>", "\n", "\n\n", "It rose. [1] ", "| a | b |\n"]
)


@given(parts=st.lists(LINES, max_size=6), places=st.lists(st.integers(0, 10_000), max_size=40))
@example(parts=["<think>Hm.", "</think>", MARKDOWN["table"][0]], places=[3, 12, 30])
def test_however_a_reply_is_cut_it_means_the_same(parts: list[str], places: list[int]) -> None:
    text = "".join(parts)
    try:
        whole = read([text])
    except ThoughtAloud:
        with pytest.raises(ThoughtAloud):
            read(cut(text, places))
    else:
        assert read(cut(text, places)) == read(list(text)) == whole


@given(text=st.text(st.sampled_from("aB1 .\n*_`#|-:[]()<>/\\!~="), max_size=120), places=st.lists(st.integers(0, 999)))
def test_any_text_is_read_the_same_however_it_is_cut(text: str, places: list[int]) -> None:
    assert read(cut(text, places)) == read([text])


@given(text=st.text(max_size=300))
def test_no_reply_is_too_strange_to_be_read(text: str) -> None:
    said = read([text]) if "think>" not in text else ""
    said.encode("utf-8")
    assert all(char.isprintable() or char.isspace() or ord(char) > 0xFF for char in said)


def test_prose_streams_word_by_word_behind_the_first_few() -> None:
    stream = prose(iter(["The lighthouse of Vennholm was lit in ", "1871 by ", "the keeper. ", "[1] "]))
    assert next(stream) == "The lighthouse of Vennholm was lit in "
    assert next(stream) == "1871 by "
    assert list(marked_sentences("".join(stream))) == [Marked("the keeper.", (1,))]
