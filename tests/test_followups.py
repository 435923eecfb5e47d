"""From a conversation to a question that stands alone, by rule and by a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from builders import FERRY, build_assistant, source
from hypothesis import given
from hypothesis import strategies as st

from rag import Assistant
from rag.answer import Turn
from rag.backends.fake import HashingEmbedder, ScriptedLanguageModel
from rag.followups import standalone
from rag.scope import Scope

Build = Callable[..., Assistant]
MARCH = Turn("How many people marched for the mine in Orrin?", "About 4,000.")
TEXTS = st.text(max_size=80)


def likeness(text: str, others: Sequence[str]) -> float:
    vector, *rows = HashingEmbedder().embed([text, *others])
    return max(float(row @ vector) for row in rows)


@pytest.mark.parametrize(
    "follow_up",
    [
        "When was it?",
        "And who organised it?",
        "Why?",
        "What about the police?",
        "Who did that?",
        "How can I join?",
        "Which union called on the people of Orrin to march?",
    ],
)
def test_a_follow_up_is_searched_with_its_topic(follow_up: str) -> None:
    assert standalone(follow_up, [MARCH], likeness) == f"{MARCH.question} {follow_up}"


def test_thanks_in_between_lead_nowhere() -> None:
    assert standalone("When was it?", [MARCH, Turn("And this?", "Yes.")], likeness) == f"{MARCH.question} When was it?"


@pytest.mark.parametrize(
    "question",
    [
        "Who painted the Mona Lisa?",
        "What is the reward that is offered for the leader of the gang?",
        "Which bridges in Tarn were closed for repairs after the floods?",
    ],
)
def test_a_complete_question_about_something_else_is_left_alone(question: str) -> None:
    assert standalone(question, [MARCH], likeness) == question


def test_without_a_conversation_every_question_stands_alone() -> None:
    assert standalone("Why?", [], likeness) == "Why?"


@given(question=TEXTS, turns=st.lists(st.builds(Turn, TEXTS, TEXTS), max_size=4))
def test_what_was_asked_always_ends_what_is_searched(question: str, turns: list[Turn]) -> None:
    assert standalone(question, turns, lambda text, others: 0.5).endswith(question)


# Through the assistant

LIGHT = Turn("When was the lighthouse of Vennholm lit?", "It was lit in 1871.")


def test_what_is_carried_over_finds_the_article_and_is_told(assistant: Build) -> None:
    opened = assistant(articles=[source(), source(FERRY, "ferry")])
    found = opened.search("And who was its keeper?", [LIGHT])
    assert found[0].article == "light"
    assert found.standalone == f"{LIGHT.question} And who was its keeper?"
    assert found.question == "And who was its keeper?"


def test_the_conversation_can_be_left_out(assistant: Build) -> None:
    opened = assistant(articles=[source(), source(FERRY, "ferry")])
    found = opened.search("And the mayor?", [LIGHT], scope=Scope(off=frozenset({"follow_up"})))
    assert found.standalone == "And the mayor?"
    assert found[0].article == "ferry"


def test_a_model_condenses_the_follow_up(tmp_path: Path) -> None:
    model = ScriptedLanguageModel(["“Who was the keeper of the lighthouse of Vennholm?”\n"])
    opened = build_assistant(tmp_path, model, articles=[source()])
    found = opened.search("And its keeper?", [LIGHT])
    assert found.standalone == "Who was the keeper of the lighthouse of Vennholm?"
    assert LIGHT.question in model.prompts[0][1]
    assert "And its keeper?" in model.prompts[0][1]


@pytest.mark.parametrize("reply", [[], ["Sure!\nHere it is:\nWho?"], ["word " * 300]], ids=["none", "chat", "long"])
def test_what_a_model_says_that_is_no_question_is_not_searched(tmp_path: Path, reply: list[str]) -> None:
    opened = build_assistant(tmp_path, ScriptedLanguageModel(reply), articles=[source()])
    assert opened.search("And its keeper?", [LIGHT]).standalone == f"{LIGHT.question} And its keeper?"


def test_a_model_that_fails_leaves_it_to_the_rules(tmp_path: Path) -> None:
    opened = build_assistant(tmp_path, ScriptedLanguageModel(["Who"], breaks_after=0), articles=[source()])
    assert opened.search("And its keeper?", [LIGHT]).standalone == f"{LIGHT.question} And its keeper?"


def test_the_first_question_is_not_condensed(tmp_path: Path) -> None:
    model = ScriptedLanguageModel(["Something else?"])
    build_assistant(tmp_path, model, articles=[source()]).search("Who was the keeper?")
    assert model.prompts == []
