"""One real article, the real model, no language model: its facts, each from the sentence that states it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from corpus.sentences import sentence_spans
from rag import Assistant

ARTICLE = Path(os.environ.get("DOSSIER_SEED") or Path(__file__).parents[2] / "shared" / "seed" / "article.txt")
pytestmark = pytest.mark.skipif(not ARTICLE.is_file(), reason="the seed article is not here; DOSSIER_SEED may name it")

# Question, fact, and the words that mark the one sentence stating it.
FACTS = {
    "soldiers": ("How many soldiers were sent to take the prison?", "11,000", "dispatched 11,000 soldiers"),
    "reward": ("What reward is offered for the gang's leader?", "$5 million", "$5 million reward"),
    "leader": ("Who leads Tren de Aragua?", "Hector Guerrero Flores", "under the leadership of"),
    "members": ("How many members does the gang have?", "5,000", "around 5,000 members"),
    "profit": ("How much profit does the gang make a year?", "$10 million", "annual profit"),
    "department": ("Which department imposed sanctions on the gang?", "Treasury", "imposing sanctions"),
    "sanctions": ("What were the sanctions for?", "sex trafficking", "imposing sanctions"),
    "took-control": ("How many soldiers took control of the prison?", "11,000", "dispatched 11,000 soldiers"),
    "troops": ("How many troops were sent to take over the prison?", "11,000", "dispatched 11,000 soldiers"),
    "how-much": ("How much is the reward for the leader?", "$5 million", "$5 million reward"),
    "who-is": ("Who is the leader of Tren de Aragua?", "Hector Guerrero Flores", "under the leadership of"),
    "yearly": ("What is the gang's yearly profit?", "$10 million", "annual profit"),
    "and-for-what": ("Which department imposed sanctions, and for what?", "sex trafficking", "imposing sanctions"),
    "why": ("Why were sanctions imposed?", "sex trafficking", "imposing sanctions"),
}
UNANSWERED = {
    "peru": "What is the capital of Peru?",
    "founding": "In which year was the gang founded?",
    "chile": "What did the minister of Chile say?",
    "founded": "When was Tren de Aragua founded?",
    "founder": "Who founded the gang?",
    "chile-interior": "What did Chile's interior minister say about the gang?",
    "dead": "How many people died in the prison?",
    "elsewhere": "Who won the World Cup?",
}


@pytest.fixture(scope="module")
def seeded(real_assistant: Assistant) -> Assistant:
    assert real_assistant.add(ARTICLE, collection="seed").articles == 1
    return real_assistant


@pytest.mark.parametrize(("question", "fact", "words"), FACTS.values(), ids=FACTS)
def test_a_fact_is_told_first_and_cited_to_the_sentence_that_states_it(
    seeded: Assistant, question: str, fact: str, words: str
) -> None:
    answer = seeded.ask(question, collection="seed")
    assert answer.status == "answered"
    first = answer.claims[0]
    assert fact in first.text
    assert first.verdict == "supported"
    (cited,) = first.citations
    text = seeded.article("seed", cited.article, cited.version).text
    (stating,) = [span for span in sentence_spans(text) if words in text[span[0] : span[1]]]
    assert (cited.start, cited.end) == stating
    assert cited.quote == text[cited.start : cited.end]


@pytest.mark.parametrize("question", UNANSWERED.values(), ids=UNANSWERED)
def test_what_the_article_does_not_say_is_not_answered(seeded: Assistant, question: str) -> None:
    answer = seeded.ask(question, collection="seed")
    assert answer.status == "insufficient", [claim.text for claim in answer.claims]
    assert answer.claims == ()
    assert answer.note
