"""Dossier inside llama-index's own routers, sub-question engines and evaluators, which nobody here wrote."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast

import pytest
from openai_server import ScriptedServer, says, scripted_model

from rag.answer import Answer, Citation, Claim, Disagreement, Evidence, Reprint, Statement, Turn, Usage
from rag.errors import QuestionError

pytest.importorskip("llama_index.llms.openai_like")

from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.evaluation import FaithfulnessEvaluator, RelevancyEvaluator, RetrieverEvaluator
from llama_index.core.llms import MockLLM
from llama_index.core.postprocessor import SimilarityPostprocessor
from llama_index.core.query_engine import RetrieverQueryEngine, RouterQueryEngine, SubQuestionQueryEngine
from llama_index.core.question_gen import LLMQuestionGenerator
from llama_index.core.response_synthesizers import get_response_synthesizer
from llama_index.core.schema import MetadataMode, QueryBundle
from llama_index.core.selectors import LLMSingleSelector
from llama_index.core.settings import Settings
from llama_index.core.tools import QueryEngineTool
from llama_index.llms.openai_like import OpenAILike

from rag.query_engine import DossierQueryEngine, DossierRetriever, as_response

ARTICLE = (
    "Brannick Sound, 3 May. The lighthouse of Vennholm was lit in 1871. It burned whale oil until 1902. "
    "The keeper, Ottoline Marrek, counted 4,102 ships in her first year."
)
VERSION = hashlib.sha256(ARTICLE.encode()).hexdigest()
QUESTION = "When was the lighthouse of Vennholm lit?"


def found(marker: int, words: str, score: float) -> Evidence:
    start = ARTICLE.index(words)
    source = {"title": "A light on the sound", "outlet": "Vennholm Post", "published": "2024-05-03"}
    end = start + len(words)
    return Evidence(
        marker, "light", "sound", VERSION, start, end, words, scores={"score": score, "dense": 0.5}, **source
    )  # type: ignore[arg-type]


OIL = found(1, "It burned whale oil until 1902.", 2.5)
LIT = found(2, "The lighthouse of Vennholm was lit in 1871.", 1.25)
KEEPER = found(3, "The keeper, Ottoline Marrek, counted 4,102 ships in her first year.", -0.5)


def quoting(evidence: Evidence, quote: str) -> Citation:
    start = ARTICLE.index(quote)
    where = (evidence.article, evidence.collection, evidence.version, start, start + len(quote), quote)
    return Citation(evidence.marker, *where, evidence.title, evidence.outlet, evidence.published)


ANSWERED = Answer(
    QUESTION,
    QUESTION,
    "answered",
    claims=(Claim("It was lit in 1871.", (quoting(LIT, "was lit in 1871"),), "supported", "same year"),),
    evidence=(OIL, LIT, KEEPER),
    confidence=0.9,
)
INSUFFICIENT = Answer("Who owns it?", "Who owns it?", "insufficient", evidence=(OIL,), note="Not in the collection.")


class ScriptedAssistant:
    """Stands in for the Assistant; remembers what it was asked, and in which thread."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str | None]] = []
        self.searched: list[tuple[str, str | None, int | None]] = []
        self.threads: set[int] = set()

    def ask(self, question: str, history: Sequence[Turn] = (), *, collection: str | None = None) -> Answer:
        if not question.strip():
            raise QuestionError("The question is empty.")
        self.asked.append((question, collection))
        self.threads.add(threading.get_ident())
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def search(self, question: str, *, collection: str | None = None, limit: int | None = None) -> list[Evidence]:
        self.searched.append((question, collection, limit))
        self.threads.add(threading.get_ident())
        return list(self.answers[0].evidence[:limit])


def engine_over(assistant: ScriptedAssistant, **more: Any) -> DossierQueryEngine:
    return DossierQueryEngine(cast("Any", assistant), **more)


def retriever_over(assistant: ScriptedAssistant, **more: Any) -> DossierRetriever:
    return DossierRetriever(cast("Any", assistant), **more)


@pytest.fixture(autouse=True)
def no_default_model() -> Iterator[None]:
    """llama-index's global model is never resolved, neither by us nor by a component that we feed."""
    yield
    assert Settings._llm is None


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_model() as server:
        yield server


def model(server: ScriptedServer, *replies: str) -> OpenAILike:
    server.replies.clear()
    server.replies.extend(says(reply) for reply in replies)
    return OpenAILike(model="scripted", api_base=server.openai_url, api_key="k", is_chat_model=True, max_retries=0)


def assert_exact(response: Response) -> None:
    """Every source node quotes its article by offsets."""
    assert response.source_nodes
    for source in response.source_nodes:
        assert ARTICLE[source.node.start_char_idx : source.node.end_char_idx] == source.node.get_content()


# The engine and the retriever alone


def test_an_answer_is_a_response_with_what_it_cites_first() -> None:
    assistant = ScriptedAssistant(ANSWERED)
    response = engine_over(assistant, collection="sound").query(QUESTION)
    assert assistant.asked == [(QUESTION, "sound")]
    assert response.response == "It was lit in 1871. [2]"
    assert [source.metadata["marker"] for source in response.source_nodes] == [2, 1, 3]
    assert [source.metadata["cited"] for source in response.source_nodes] == [True, False, False]
    assert [source.score for source in response.source_nodes] == [1.25, 2.5, -0.5]
    assert_exact(response)


def test_a_node_carries_where_it_comes_from() -> None:
    (first, *_) = as_response(ANSWERED).source_nodes
    assert first.node.node_id == f"light@{VERSION[:16]}:{LIT.start}-{LIT.end}"
    assert first.node.ref_doc_id == f"light@{VERSION[:16]}"
    expected = {"article": "light", "collection": "sound", "version": VERSION, "title": "A light on the sound"}
    expected |= {"outlet": "Vennholm Post", "published": "2024-05-03", "url": None}
    assert expected.items() <= first.metadata.items()
    assert first.metadata["scores"] == {"score": 1.25, "dense": 0.5}


def test_a_model_reads_the_source_of_a_node_and_no_machinery() -> None:
    (first, *_) = as_response(ANSWERED).source_nodes
    read = first.node.get_content(MetadataMode.LLM)
    assert "Vennholm Post" in read
    assert "2024-05-03" in read
    assert VERSION not in read
    assert "score" not in read


def test_the_verdicts_come_along_as_json() -> None:
    metadata = as_response(ANSWERED).metadata
    assert metadata is not None
    plain = json.loads(json.dumps(metadata))
    assert (plain["status"], plain["confidence"], plain["writer"]) == ("answered", 0.9, "extractive")
    (claim,) = plain["claims"]
    assert (claim["verdict"], claim["reason"]) == ("supported", "same year")
    (citation,) = claim["citations"]
    assert ARTICLE[citation["start"] : citation["end"]] == citation["quote"] == "was lit in 1871"


def test_all_that_readers_should_know_comes_along() -> None:
    copy = Reprint("light-2", "A light on the sound", "Orrin Gazette")
    lit = replace(LIT, flags=("contains hidden characters or hidden text",), reprints=(copy,))
    cited = quoting(lit, "was lit in 1871")
    other = replace(quoting(OIL, "until 1902"), outlet="Orrin Gazette", published="2024-05-05")
    full = replace(
        ANSWERED,
        claims=(Claim("It was lit in 1871.", (cited,), "supported", notes=("one source",), context=other),),
        evidence=(OIL, lit, KEEPER),
        short="1871",
        missing=("who lit it",),
        disagreements=(Disagreement((Statement("1871", cited), Statement("1902", other))),),
        usage=Usage(1204, 210, 1, 3.1),
    )
    response = as_response(full)
    plain = json.loads(json.dumps(response.metadata))
    assert plain == response.metadata  # JSON and nothing else
    assert plain["sources"] == {"independent": 1, "articles": 1, "reprints": 1}
    assert (plain["short"], plain["missing"], plain["usage"]["prompt_tokens"]) == ("1871", ["who lit it"], 1204)
    assert [side["value"] for side in plain["disagreements"][0]["statements"]] == ["1871", "1902"]
    assert plain["claims"][0]["notes"] == ["one source"]
    assert plain["claims"][0]["context"]["quote"] == "until 1902"
    first = response.source_nodes[0]
    assert json.loads(json.dumps(first.metadata)) == first.metadata
    assert first.metadata["flags"] == ["contains hidden characters or hidden text"]
    assert first.metadata["reprints"][0]["outlet"] == "Orrin Gazette"
    assert "hidden characters" not in first.node.get_content(MetadataMode.LLM)
    assert Response(**response.__dict__) == response  # llama-index copies responses so


def test_insufficient_evidence_is_a_response_with_what_was_searched() -> None:
    response = engine_over(ScriptedAssistant(INSUFFICIENT)).query("Who owns it?")
    assert response.response == "Not in the collection."
    assert response.metadata["status"] == "insufficient"
    assert [source.metadata["marker"] for source in response.source_nodes] == [1]
    assert_exact(response)


def test_what_the_assistant_raises_passes_through() -> None:
    with pytest.raises(QuestionError):
        engine_over(ScriptedAssistant(ANSWERED)).query("  ")


def test_async_queries_leave_the_event_loop_free() -> None:
    assistant = ScriptedAssistant(ANSWERED)

    async def both() -> tuple[Any, Any]:
        loop = threading.get_ident()
        results = await engine_over(assistant).aquery(QUESTION), await retriever_over(assistant).aretrieve(QUESTION)
        assert loop not in assistant.threads
        return results

    with ThreadPoolExecutor(max_workers=1) as pool:  # in a thread of its own: no loop of an earlier test runs there
        response, nodes = pool.submit(asyncio.run, both()).result()
    assert str(response) == "It was lit in 1871. [2]"
    assert [node.metadata["marker"] for node in nodes] == [1, 2, 3]


def test_the_retriever_keeps_the_assistants_order_and_scope() -> None:
    assistant = ScriptedAssistant(ANSWERED)
    nodes = retriever_over(assistant, collection="sound", limit=2).retrieve(QUESTION)
    assert assistant.searched == [(QUESTION, "sound", 2)]
    assert [(node.text, node.score) for node in nodes] == [(OIL.text, 2.5), (LIT.text, 1.25)]
    assert "cited" not in nodes[0].metadata


def test_the_engine_also_retrieves() -> None:
    assistant = ScriptedAssistant(ANSWERED)
    nodes = engine_over(assistant, collection="sound").retrieve(QueryBundle(QUESTION))
    assert [node.metadata["marker"] for node in nodes] == [1, 2, 3]
    assert assistant.searched == [(QUESTION, "sound", None)]


def test_there_are_no_prompts_to_change() -> None:
    engine = engine_over(ScriptedAssistant(ANSWERED))
    assert engine.get_prompts() == {}
    assert retriever_over(ScriptedAssistant(ANSWERED)).get_prompts() == {}


def test_the_callers_callback_manager_is_the_one_in_use() -> None:
    manager = CallbackManager([])
    assert engine_over(ScriptedAssistant(ANSWERED), callback_manager=manager).callback_manager is manager


# Inside llama-index's own components


def tool(assistant: ScriptedAssistant, name: str) -> QueryEngineTool:
    return QueryEngineTool.from_defaults(
        engine_over(assistant, collection=name), name=name, description=f"About {name}"
    )


def test_a_router_sends_the_question_to_the_collection_that_a_model_chooses(server: ScriptedServer) -> None:
    llm = model(server, '[{"choice": 2, "reason": "it is about the sound"}]')
    hills, sound = ScriptedAssistant(INSUFFICIENT), ScriptedAssistant(ANSWERED)
    router = RouterQueryEngine(
        selector=LLMSingleSelector.from_defaults(llm=llm),
        query_engine_tools=[tool(hills, "hills"), tool(sound, "sound")],
        llm=MockLLM(),
    )
    response = router.query(QUESTION)
    assert (hills.asked, sound.asked) == ([], [(QUESTION, "sound")])
    assert str(response) == "It was lit in 1871. [2]"
    assert response.metadata["selector_result"].reason == "it is about the sound"
    assert response.metadata["status"] == "answered"
    assert_exact(response)
    assert "About hills" in server.requests[0].prompt


@pytest.mark.parametrize("use_async", [False, True])
def test_sub_questions_are_put_to_several_collections(server: ScriptedServer, use_async: bool) -> None:
    plan = [{"sub_question": "When was it lit?", "tool_name": "sound"}, {"sub_question": "Who?", "tool_name": "hills"}]
    llm = model(server, f"```json\n{json.dumps({'items': plan})}\n```", "Lit in 1871; the owner is not known.")
    hills, sound = ScriptedAssistant(INSUFFICIENT), ScriptedAssistant(ANSWERED)
    engine = SubQuestionQueryEngine(
        question_gen=LLMQuestionGenerator.from_defaults(llm=llm),
        response_synthesizer=get_response_synthesizer(llm=llm, callback_manager=CallbackManager([])),
        query_engine_tools=[tool(hills, "hills"), tool(sound, "sound")],
        use_async=use_async,
        verbose=False,
    )
    response = engine.query("When was it lit, and who owns it?")
    assert str(response) == "Lit in 1871; the owner is not known."
    assert (sound.asked, hills.asked) == ([("When was it lit?", "sound")], [("Who?", "hills")])
    assert "It was lit in 1871. [2]" in server.requests[1].prompt
    assert "Not in the collection." in server.requests[1].prompt
    exact = [node for node in response.source_nodes if node.node.start_char_idx is not None]
    assert [node.metadata["marker"] for node in exact] == [2, 1, 3, 1]


def test_a_stock_synthesizer_writes_from_the_retrievers_passages(server: ScriptedServer) -> None:
    retriever = retriever_over(ScriptedAssistant(ANSWERED))
    engine = RetrieverQueryEngine(
        retriever,
        get_response_synthesizer(llm=model(server, "In 1871."), callback_manager=CallbackManager([])),
        node_postprocessors=[SimilarityPostprocessor(similarity_cutoff=0.0)],
    )
    response = engine.query(QUESTION)
    assert str(response) == "In 1871."
    (request,) = server.requests
    assert LIT.text in request.prompt
    assert KEEPER.text not in request.prompt  # scored below the cut-off
    assert VERSION not in request.prompt
    assert_exact(response)


@pytest.mark.parametrize(("says_yes", "score"), [("YES", 1.0), ("NO", 0.0)])
@pytest.mark.parametrize("evaluator", [FaithfulnessEvaluator, RelevancyEvaluator])
def test_stock_evaluators_judge_the_answer_by_its_sources(
    server: ScriptedServer, evaluator: Any, says_yes: str, score: float
) -> None:
    response = engine_over(ScriptedAssistant(ANSWERED)).query(QUESTION)
    result = evaluator(llm=model(server, says_yes)).evaluate_response(query=QUESTION, response=response)
    assert (result.score, result.passing) == (score, score == 1.0)
    assert result.contexts == [LIT.text, OIL.text, KEEPER.text]
    assert "It was lit in 1871. [2]" in server.requests[0].prompt
    assert LIT.text in server.requests[0].prompt


def test_the_stock_retriever_evaluator_knows_passages_by_id() -> None:
    retriever = retriever_over(ScriptedAssistant(ANSWERED))
    evaluator = RetrieverEvaluator.from_metric_names(["mrr", "hit_rate"], retriever=retriever)
    result = evaluator.evaluate(QUESTION, expected_ids=[f"light@{VERSION[:16]}:{LIT.start}-{LIT.end}"])
    assert result.metric_vals_dict == {"mrr": 0.5, "hit_rate": 1.0}  # second of three
