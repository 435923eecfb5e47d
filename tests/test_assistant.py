"""The assistant: questions in, events and checked answers out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from builders import FERRY, LIGHTHOUSE, MemoryLegs, source

from rag import Assistant, Turn
from rag.answer import Answered, Checked, Claim, Drafting, Event, Retrieved, Searching, WriterFailed
from rag.backends.fake import ScriptedLanguageModel
from rag.errors import CatalogError, NothingToRead, QuestionError, UnknownCollection

Build = Callable[..., Assistant]
ARTICLES = [source(), source(FERRY, "ferry")]
QUESTION = "When was the lighthouse of Vennholm lit?"
ANSWER = "The lighthouse of Vennholm was lit in 1871."


def kinds(events: list[Event]) -> list[str]:
    return [event.kind for event in events]


def unnoted(claims: tuple[Claim, ...]) -> list[Claim]:
    """The claims as they were checked: their notes come when all of them are there."""
    return [replace(claim, notes=()) for claim in claims]


def test_events_come_in_order_and_end_with_the_answer(assistant: Build) -> None:
    events = list(assistant(articles=ARTICLES).stream(QUESTION))
    searching, retrieved, *steps, answered = events
    assert isinstance(searching, Searching)
    assert isinstance(retrieved, Retrieved)
    assert isinstance(answered, Answered)
    assert kinds(steps) == ["drafting", "checked"] * (len(steps) // 2)
    answer = answered.answer
    assert answer.evidence == retrieved.evidence
    assert unnoted(answer.claims) == [step.claim for step in steps if isinstance(step, Checked)]
    assert "".join(step.delta for step in steps if isinstance(step, Drafting)).strip() == answer.text


def test_an_answer_is_cited_to_the_stored_words(assistant: Build) -> None:
    opened = assistant(articles=ARTICLES)
    answer = opened.ask(QUESTION)
    assert answer.status == "answered"
    assert answer.claims[0].text == ANSWER
    assert {claim.verdict for claim in answer.claims} == {"supported"}
    for cited in answer.citations:
        assert opened.article("sound", cited.article, cited.version).text[cited.start : cited.end] == cited.quote
    assert (answer.question, answer.standalone, answer.writer) == (QUESTION, QUESTION, "extractive")
    assert {"retrieve", "select", "write"} <= set(answer.timings)


def test_the_same_question_gets_the_same_answer(assistant: Build) -> None:
    opened = assistant(articles=ARTICLES)
    one, other = opened.ask(QUESTION), opened.ask(f"  {QUESTION}\n")
    assert (one.claims, one.evidence, one.confidence) == (other.claims, other.evidence, other.confidence)


def test_a_follow_up_is_understood_from_the_conversation(assistant: Build) -> None:
    history = [Turn("Who is the mayor of Orrin?", "Ada Quist."), Turn(QUESTION, ANSWER)]
    answer = assistant(articles=ARTICLES).ask("And until when did it burn whale oil?", history)
    assert QUESTION in answer.standalone
    assert "Orrin" not in answer.standalone
    assert answer.question == "And until when did it burn whale oil?"
    assert any("whale oil until 1902" in claim.text for claim in answer.claims)


def test_a_question_that_stands_alone_is_left_alone(assistant: Build) -> None:
    history = [Turn("Who is the mayor of Orrin?", "Ada Quist.")]
    assert assistant(articles=ARTICLES).ask(QUESTION, history).standalone == QUESTION


@pytest.mark.parametrize("question", ["What is the capital of Peru?", "Zyzzyva?", "🐦‍⬛", "the of and"])
def test_what_no_article_says_is_not_in_the_collection(assistant: Build, question: str) -> None:
    answer = assistant(articles=ARTICLES).ask(question)
    assert answer.status == "insufficient"
    assert answer.claims == answer.citations == ()
    assert "sound" in answer.note
    assert answer.text == answer.note


def test_an_empty_home_says_how_to_begin(assistant: Build) -> None:
    answer = assistant().ask(QUESTION)
    assert answer.status == "insufficient"
    assert "dossier add" in answer.text
    assert list(assistant().search(QUESTION)) == []


@pytest.mark.parametrize("question", ["", "  \n\t", "why? " * 20_000], ids=["empty", "white", "100-kB"])
def test_a_question_that_cannot_be_asked_is_refused_before_any_event(assistant: Build, question: str) -> None:
    opened = assistant(articles=ARTICLES)
    with pytest.raises(QuestionError) as raised:
        next(opened.stream(question))
    assert raised.value.hint
    with pytest.raises(QuestionError):
        opened.search(question)


def test_the_longest_question_allowed_is_answered(assistant: Build) -> None:
    assert assistant(articles=ARTICLES).ask((QUESTION + " ") * 200).status in ("answered", "partial", "insufficient")


def test_an_unknown_collection_is_refused_with_the_known_ones(assistant: Build) -> None:
    opened = assistant(articles=ARTICLES)
    with pytest.raises(UnknownCollection, match="sound"):
        opened.ask(QUESTION, collection="harbour")


def test_a_collection_is_searched_alone(assistant: Build) -> None:
    opened = assistant(articles=[source()])
    opened.catalog.put("harbour", [source(FERRY, "ferry")])
    opened.index()
    answer = opened.ask(QUESTION, collection="harbour")
    assert answer.status == "insufficient"
    assert {item.collection for item in answer.evidence} <= {"harbour"}
    assert answer.constraints["collections"] == ["harbour"]


# With a model


def test_a_models_prose_is_checked_sentence_by_sentence(assistant: Build) -> None:
    said = "The lighthouse was lit in 1871. [1] It was lit in 1999. [1] Everybody was glad."
    answer = assistant(ScriptedLanguageModel(list(said)), articles=[source()]).ask(QUESTION)
    assert [claim.verdict for claim in answer.claims] == ["supported", "unsupported", "uncited"]
    assert (answer.status, answer.writer) == ("partial", "scripted")
    assert all(claim.reason for claim in answer.claims)


def test_a_model_that_cites_what_is_not_there_is_not_believed(assistant: Build) -> None:
    answer = assistant(ScriptedLanguageModel([f"{ANSWER} [7]"]), articles=[source()]).ask(QUESTION)
    assert answer.status == "insufficient"
    assert answer.citations == ()
    assert "[7]" in answer.claims[0].reason


def test_a_model_that_finds_no_answer_makes_it_insufficient(assistant: Build) -> None:
    answer = assistant(ScriptedLanguageModel(["[no", "ne]"]), articles=ARTICLES).ask(QUESTION)
    assert (answer.status, answer.claims, answer.writer) == ("insufficient", (), "scripted")
    assert "About light" in answer.note


def test_a_model_is_not_asked_where_nothing_was_found(assistant: Build) -> None:
    model = ScriptedLanguageModel(["It rose. [1]"])
    assert assistant(model).ask(QUESTION).status == "insufficient"
    assert model.prompts == []


@pytest.mark.parametrize("said", [0, 1, 2], ids=["before-the-first-piece", "after-a-piece", "after-a-sentence"])
def test_a_model_that_fails_is_told_and_the_articles_own_words_follow(assistant: Build, said: int) -> None:
    words = ["A wrong sentence was said here. [1] ", "And another one that is longer than that "]
    opened = assistant(ScriptedLanguageModel(words, breaks_after=said), articles=ARTICLES)
    events = list(opened.stream(QUESTION))
    (failed,) = [event for event in events if isinstance(event, WriterFailed)]
    assert failed.writer == "scripted"
    before, after = events[: events.index(failed)], events[events.index(failed) + 1 :]
    assert "".join(event.delta for event in before if isinstance(event, Drafting)) == "".join(words[:said])
    answered = after[-1]
    assert isinstance(answered, Answered)
    assert answered.answer.claims[0].text == ANSWER
    assert unnoted(answered.answer.claims) == [event.claim for event in after if isinstance(event, Checked)]
    assert (answered.answer.status, answered.answer.writer) == ("answered", "extractive")
    assert failed.message in answered.answer.note
    assert kinds(events).count("answered") == 1


def test_a_model_that_fails_where_nothing_answers_leaves_both_reasons(assistant: Build) -> None:
    opened = assistant(ScriptedLanguageModel(breaks_after=0), articles=ARTICLES)
    answer = opened.ask("What is the capital of Peru?")
    assert answer.status == "insufficient"
    assert "broke off" in answer.note
    assert "Not in the collection" in answer.note


def test_a_reader_may_leave_in_the_middle(assistant: Build) -> None:
    opened = assistant(ScriptedLanguageModel(["It rose. [1] "] * 50), articles=ARTICLES)
    stream = opened.stream(QUESTION)
    while next(stream).kind != "drafting":
        pass
    stream.close()  # type: ignore[attr-defined]
    assert opened.ask(QUESTION).claims


# Adding files


def test_files_and_folders_are_added_and_what_cannot_be_read_is_reported(assistant: Build, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "light.txt").write_text(LIGHTHOUSE)
    (folder / "photo.jpg").write_bytes(b"\xff\xd8")
    (folder / "empty.md").write_text("")
    (folder / "wire.jsonl").write_text('{"id": "w1", "text": "The harbour froze."}\nnot json\n')
    opened = assistant()
    report = opened.add(folder, collection="sound")
    assert (report.added, report.changed, report.unchanged) == (2, 0, 0)
    assert [Path(item.origin).name for item in report.skipped] == ["empty.md", "photo.jpg", "wire.jsonl:2"]
    assert opened.ask(QUESTION, collection="sound").claims[0].text == ANSWER
    (folder / "light.txt").write_text(LIGHTHOUSE.replace("1871", "1872"))
    report = opened.add(folder / "light.txt", folder, collection="sound")
    assert (report.added, report.changed, report.unchanged, report.articles) == (0, 1, 2, 3)
    assert opened.ask(QUESTION, collection="sound").claims[0].text == ANSWER.replace("1871", "1872")


def test_a_path_that_is_not_there_adds_nothing(assistant: Build, tmp_path: Path) -> None:
    (tmp_path / "light.txt").write_text(LIGHTHOUSE)
    opened = assistant()
    with pytest.raises(NothingToRead):
        opened.add(tmp_path / "light.txt", tmp_path / "missing")
    assert opened.collections() == []


@pytest.mark.parametrize("name", ["", " ", "*", "a\nb", "x" * 201])
def test_a_collection_needs_a_name_that_can_be_told(
    assistant: Callable[..., Assistant], tmp_path: Path, name: str
) -> None:
    article = tmp_path / "mill.txt"
    article.write_text("The mill in Orrin closed in May.", encoding="utf-8")
    opened = assistant()
    with pytest.raises(CatalogError, match="cannot name a collection"):
        opened.add(article, collection=name)
    assert opened.collections() == []


def test_an_article_of_one_sentence_answers(assistant: Callable[..., Assistant], tmp_path: Path) -> None:
    article = tmp_path / "tower.txt"
    article.write_text("The Zorplex tower in Quilby opened on Friday with 312 steps.", encoding="utf-8")
    opened = assistant()
    opened.add(article)
    answer = opened.ask("How many steps does the Zorplex tower in Quilby have?")
    assert answer.text == "The Zorplex tower in Quilby opened on Friday with 312 steps. [1]"


def test_what_fails_its_check_is_never_passed_as_plain_prose(assistant: Callable[..., Assistant]) -> None:
    reply = ["The lighthouse was built by 900 giants. [1] "]
    opened = assistant(articles=[source()], model=ScriptedLanguageModel(reply))
    answer = opened.ask("Who built the lighthouse?")
    assert answer.claims[0].verdict == "unsupported"
    assert answer.status == "insufficient"
    assert "giants" not in answer.text


def test_a_deleted_article_is_gone_from_the_answers_the_indexes_and_the_catalog(
    assistant: Callable[..., Assistant],
) -> None:
    legs = MemoryLegs()
    opened = assistant(legs=legs, articles=[source(), source(FERRY, "ferry")])
    assert opened.delete("sound", "ferry") == 1
    assert [article.id for article in opened.articles("sound")] == [source().id]
    assert {item.article for item in opened.search("ferry")} <= {source().id}
    for index in legs("sound"):
        assert not [passage for passage in index.ids() if passage.startswith("ferry@")]
    with pytest.raises(CatalogError, match="no article ferry"):
        opened.delete("sound", "ferry")


def test_a_deletion_that_was_cut_short_is_finished_by_the_next_run(assistant: Callable[..., Assistant]) -> None:
    legs = MemoryLegs()
    opened = assistant(legs=legs, articles=[source(), source(FERRY, "ferry")])
    opened.catalog.delete("sound", ["ferry"])  # and here the power fails
    assert {item.article for item in opened.search("ferry")} <= {source().id}
    opened.index()
    assert not [passage for index in legs("sound") for passage in index.ids() if passage.startswith("ferry@")]
    assert opened.catalog.put("sound", [source(FERRY, "ferry")]) == ["added"]


def test_what_is_added_again_in_the_middle_of_its_deletion_answers(assistant: Callable[..., Assistant]) -> None:
    opened = assistant(articles=[source(FERRY, "ferry")])
    opened.catalog.delete("sound", ["ferry"])
    opened.catalog.put("sound", [source(FERRY, "ferry")])
    opened.index()
    assert {item.article for item in opened.search("ferry")} == {"ferry"}


def test_a_deleted_collection_is_gone(assistant: Callable[..., Assistant]) -> None:
    opened = assistant(articles=[source(), source(FERRY, "ferry")])
    assert opened.delete("sound") == 2
    assert opened.collections() == []
    with pytest.raises(UnknownCollection):
        opened.delete("sound")
