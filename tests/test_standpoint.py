"""Who said so, and what is an opinion: found where it is plain, silent elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer import Evidence
from rag.citation import citation
from rag.standpoint import SOMEONE, attributed, attribution, is_opinion


@pytest.mark.parametrize(
    ("sentence", "who"),
    [
        ("About 4,000 people came, according to a police spokesman, Rolf Orrin, who counted.", "a police spokesman"),
        ("According to the Vennholm Institute, seas rise.", "the Vennholm Institute"),
        ("The union said 9,000 people had joined.", "the union"),
        ("The operator, Blue Tern Lines, says there are 168 passengers on board.", "Blue Tern Lines"),
        ("Inspector Ada Quist, who leads the inquiry, said the alarm went off at two.", "Inspector Ada Quist"),
        ("The ship is safe, coastguard commander Ola Brandt told reporters.", "coastguard commander Ola Brandt"),
        ("“A timetable did,” said Ottoline Marrek, head of the bureau.", "Ottoline Marrek"),
        ("“I looked at the clock,” the guard, Emil Tarn, told the Herald.", "Emil Tarn"),
        ("The dam is safe, officials said on Monday.", "officials"),
        ("Officials say that the dam is safe.", "officials"),
        ("He said he would resign.", SOMEONE),
        ("“We have stopped promising,” she said.", SOMEONE),
        ("Residents were told to leave.", None),
        ("It is said to be haunted.", None),
        ("Those who leave before the mine closes keep their claim.", None),
        ("The lighthouse was lit in 1871.", None),
        ("Insurance claims rose in the United States.", None),
        ("Die Brücke sei sicher, sagte der Bürgermeister.", None),
        ("", None),
    ],
)  # fmt: skip
def test_who_said_so(sentence: str, who: str | None) -> None:
    assert attribution(sentence) == who


def test_direct_speech_is_taken_whole() -> None:
    text = "It was calm. “The bridge is safe. It has stood for a century. Nobody need fear,” said Ada Quist. It rained."
    evidence = Evidence(1, "a", "c", "v", 100, 100 + len(text), text, "T")
    inside = "It has stood for a century."
    start = text.index(inside)
    assert attributed(citation(evidence, start, start + len(inside)), evidence) == "Ada Quist"
    outside = text.index("It rained.")
    assert attributed(citation(evidence, outside, outside + 10), evidence) is None
    assert attributed(citation(evidence, start, start + len(inside)), None) is None


@pytest.mark.parametrize(
    ("sentence", "title", "url", "opinion"),
    [
        ("It was so.", "Opinion: Charge us for the bridge", None, True),
        ("It was so.", "Charge us | Comment", None, True),
        ("It was so.", "Minister declines to comment", None, False),
        ("It was so.", "A column of smoke: what we know", None, False),
        ("It was so.", "The bridge", "https://courier.example/opinion/bridge", True),
        ("It was so.", "The bridge", "https://courier.example/news/comment-on-bridge", True),
        ("It was so.", "The bridge", "https://courier.example/news/bridge", False),
        ("It was so.", "The bridge", "http://[broken", False),
        ("The council ought to resign.", "T", None, True),
        ("I think that it is wrong.", "T", None, True),
        ("In my view, the toll is fair.", "T", None, True),
        ("The toll is absurd.", "T", None, True),
        ("“The toll is absurd,” Ada Quist said.", "T", None, False),  # hers, and told as hers
        ("The council ought to resign, the union said.", "T", None, False),
        ("The pier must now stand on piles 34 metres long.", "T", None, False),
        ("The ferry should arrive at six.", "T", None, False),
    ],
)
def test_opinions(sentence: str, title: str, url: str | None, opinion: bool) -> None:
    assert is_opinion(sentence, title, url) is opinion


@given(st.text(max_size=200), st.text(max_size=60), st.none() | st.text(max_size=60))
def test_any_text_is_taken(sentence: str, title: str, url: str | None) -> None:
    who = attribution(sentence)
    assert who is None or who.strip()
    assert is_opinion(sentence, title, url) in (True, False)
