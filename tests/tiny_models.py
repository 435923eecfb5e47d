"""Models of a few thousand random weights, made on the spot: true in every file, for tests of what opens models.

The same call gives the same weights. What they say means nothing, but differs from text to text.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

_SPECIAL = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
_WORDS = "the of and a in was when who which lighthouse ferry lit captain keeper rain harvest plums crowns crossing"
_SIZE: dict[str, Any] = {"vocab_size": 512, "max_position_embeddings": 128}
_SPREAD = 0.3  # deviation of the weights; with the usual .02 all texts come out alike
_SEED = 1871


def tiny_cross_encoder(folder: Path, labels: int = 1) -> Path:
    """A cross-encoder of two BERT layers that reads 128 tokens, with this many scores for a pair; the folder itself."""
    from transformers import BertConfig, BertForSequenceClassification

    with _seeded():
        _save(BertForSequenceClassification(BertConfig(**_bert() | {"num_labels": labels})), folder)
    return folder


def tiny_entailment(folder: Path, labels: tuple[str, ...] = ("contradiction", "entailment", "neutral")) -> Path:
    """A cross-encoder of the same size with these classes, in this order; the folder itself."""
    from transformers import BertConfig, BertForSequenceClassification

    classes = {"id2label": dict(enumerate(labels)), "label2id": {label: place for place, label in enumerate(labels)}}
    with _seeded():
        _save(BertForSequenceClassification(BertConfig(**_bert() | classes)), folder)
    return folder


def tiny_reader(folder: Path, kind: Literal["bert", "distilbert"] = "bert") -> Path:
    """A question-answering model of the same size; the folder itself."""
    from transformers import BertConfig, BertForQuestionAnswering, DistilBertConfig, DistilBertForQuestionAnswering

    with _seeded():
        if kind == "bert":
            _save(BertForQuestionAnswering(BertConfig(**_bert())), folder)
        else:
            _save(DistilBertForQuestionAnswering(DistilBertConfig(**_distilbert())), folder, token_types=False)
    return folder


def tiny_embedder(
    folder: Path, pooling: Literal["mean", "cls"] = "mean", kind: Literal["bert", "distilbert"] = "bert"
) -> Path:
    """An embedder of the same size, saved by sentence-transformers itself; the folder itself."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel

    with _seeded():
        encoder: Any
        if kind == "bert":
            encoder = BertModel(BertConfig(**_bert()))
        else:
            encoder = DistilBertModel(DistilBertConfig(**_distilbert()))
        _save(encoder, folder, token_types=kind == "bert")
    transformer = Transformer(str(folder))
    modules = [transformer, Pooling(transformer.get_embedding_dimension(), pooling_mode=pooling)]
    SentenceTransformer(modules=modules, device="cpu").save(str(folder), create_model_card=False)
    return folder


def _bert() -> dict[str, Any]:
    layers = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    return {**_SIZE, **layers, "initializer_range": _SPREAD}


def _distilbert() -> dict[str, Any]:
    return {**_SIZE, "dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64, "initializer_range": _SPREAD}


def _save(model: Any, folder: Path, *, token_types: bool = True) -> None:
    model.save_pretrained(folder)
    _tokenizer(token_types).save_pretrained(folder)


def _tokenizer(token_types: bool) -> Any:
    """WordPiece over a few words and the letters: any text in ASCII has tokens, all else is unknown."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import BertProcessing
    from transformers import PreTrainedTokenizerFast

    letters = string.ascii_lowercase + string.digits
    pieces = [*_SPECIAL.values(), *_WORDS.split(), *letters, *(f"##{letter}" for letter in letters)]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys([*pieces, *string.punctuation]))}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = BertProcessing(("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"]))
    names = ["input_ids", *(["token_type_ids"] if token_types else []), "attention_mask"]
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        model_input_names=names,
        model_max_length=_SIZE["max_position_embeddings"],
        **_SPECIAL,
    )


@contextmanager
def _seeded() -> Iterator[None]:
    """Random weights that are the same every time, and nobody else's dice touched."""
    import torch
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # they would drown what a failing test says
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        yield
