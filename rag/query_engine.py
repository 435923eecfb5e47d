"""Dossier inside llama-index: a query engine and a retriever that its agents, routers and evaluators can use.

Importing this module imports llama-index; nothing else in `rag` does. No model of llama-index is resolved or used: the
answer is the Assistant's, checked sentence by sentence, and its evidence comes along as `source_nodes`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from corpus.article import passage_id
from rag.wire import to_json

if TYPE_CHECKING:
    from llama_index.core.prompts.mixin import PromptDictType, PromptMixinType

    from rag.answer import Answer, Evidence
    from rag.assistant import Assistant

_FOR_MODELS = ("title", "outlet", "published")  # what a model should read beside the text; the rest is for programs


class DossierQueryEngine(BaseQueryEngine):  # type: ignore[misc]
    """Answers with citations. What `Assistant.ask` raises passes through; insufficient evidence is a response.

    The response's text is the answer's (its note, where the evidence is insufficient). The source nodes are what it
    cites, in the order of citing, then what else was found, each with its flags and reprints. The metadata is the rest
    of the answer's JSON (claims with verdicts and notes, disagreements, missing, usage, the weight of its sources …).
    """

    def __init__(
        self,
        assistant: Assistant,
        *,
        collection: str | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager=callback_manager)
        self._assistant = assistant
        self._collection = collection

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """The evidence alone."""
        found = self._assistant.search(query_bundle.query_str, collection=self._collection)
        return [as_node(evidence) for evidence in found]

    def _query(self, query_bundle: QueryBundle) -> Response:
        return as_response(self._assistant.ask(query_bundle.query_str, collection=self._collection))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompts(self) -> PromptDictType:
        return {}  # the prompts live in `rag.prompts`

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _update_prompts(self, prompts: PromptDictType) -> None:
        """There are none to update."""


class DossierRetriever(BaseRetriever):  # type: ignore[misc]
    """Passages, best first. What `Assistant.search` raises passes through."""

    def __init__(
        self,
        assistant: Assistant,
        *,
        collection: str | None = None,
        limit: int | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager=callback_manager)
        self._assistant = assistant
        self._collection = collection
        self._limit = limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self._assistant.search(query_bundle.query_str, collection=self._collection, limit=self._limit)
        return [as_node(evidence) for evidence in found]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


def as_response(answer: Answer) -> Response:
    """An answer in llama-index's terms."""
    cited = list(dict.fromkeys(citation.marker for citation in answer.citations))
    ranks = {marker: rank for rank, marker in enumerate(cited)}
    ordered = sorted(answer.evidence, key=lambda evidence: (ranks.get(evidence.marker, len(ranks)), evidence.marker))
    nodes = [as_node(evidence, cited=evidence.marker in ranks) for evidence in ordered]
    metadata = {name: value for name, value in to_json(answer).items() if name not in ("text", "evidence")}
    return Response(response=answer.text, source_nodes=nodes, metadata=metadata)


def as_node(evidence: Evidence, *, cited: bool | None = None) -> NodeWithScore:
    """A passage as a node: same id, offsets into the article version that `ref_doc_id` names, final score."""
    version_key = f"{evidence.article}@{evidence.version[:16]}"
    metadata = {name: value for name, value in to_json(evidence).items() if name not in ("start", "end", "text")}
    metadata |= {} if cited is None else {"cited": cited}
    hidden = [name for name in metadata if name not in _FOR_MODELS]
    node = TextNode(
        id_=passage_id(version_key, evidence.start, evidence.end),
        text=evidence.text,
        start_char_idx=evidence.start,
        end_char_idx=evidence.end,
        metadata=metadata,
        excluded_llm_metadata_keys=hidden,
        excluded_embed_metadata_keys=hidden,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=version_key)},
    )
    return NodeWithScore(node=node, score=evidence.scores.get("score"))
