"""Whose a story was first: whom a text credits, and which copy counts as the original."""

from __future__ import annotations

import pytest

from corpus.originals import Copy, credit, representative


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
