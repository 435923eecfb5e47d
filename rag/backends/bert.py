"""A BERT encoder with mean pooling in plain torch: what sentence-transformers computes, without its seconds of imports.

The default embedder is of this kind, and so are most small ones. Anything else goes through sentence-transformers
itself; a test holds both to the same vectors.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import Tensor

_ACTIVATIONS = ("gelu",)  # the exact one
_TRANSFORMER, _POOLING, _NORMALIZE = "Transformer", "Pooling", "Normalize"


@dataclass(frozen=True, slots=True)
class Tokens:
    """One text: token ids, and where in the text each token stands; special ones stand nowhere, an empty span."""

    ids: list[int]
    spans: list[tuple[int, int]]
    text: str


class BertEncoder:
    """Weights and tokenizer of one model folder.

    Args:
        folder: a sentence-transformers model for which `is_supported` holds.
        device: a torch device; without it, a GPU if there is one.
    """

    prompts: Mapping[str, str]  # what the model wants put before a "query" or a "document"

    def __init__(self, folder: Path, device: str | None = None) -> None:
        import torch
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        self.device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        self.prompts = _prompts(folder)
        config = _json(folder / "config.json")
        self._heads: int = config["num_attention_heads"]
        self._epsilon: float = config["layer_norm_eps"]
        self._layers: int = config["num_hidden_layers"]
        self.width: int = config["hidden_size"]
        limits = (
            _json(folder / "sentence_bert_config.json").get("max_seq_length"),
            _json(folder / "tokenizer_config.json").get("model_max_length"),
            config["max_position_embeddings"],
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(min(limit for limit in limits if limit))
        weights = {
            name.removeprefix("bert."): tensor for name, tensor in load_file(folder / "model.safetensors").items()
        }
        self._weights = {name: tensor.float().to(self.device) for name, tensor in _fused(weights, self._layers).items()}
        self._matrices = self._weights  # those that are multiplied with

    def convert(self, precision: torch.dtype) -> None:
        """Multiply in this precision from now on, unless a pass is to be exact; all between stays in float32."""
        self._matrices = {
            name: tensor if precision == tensor.dtype else tensor.to(precision)
            for name, tensor in self._weights.items()
            if name.startswith("encoder.") and "LayerNorm" not in name
        }

    def tokenize(self, texts: Sequence[str]) -> list[Tokens]:
        found = self._tokenizer.encode_batch(list(texts))
        return [Tokens(item.ids, item.offsets, text) for item, text in zip(found, texts, strict=True)]

    def forward(self, batch: Sequence[Tokens], *, exact: bool = False) -> list[tuple[Tensor, Tensor]]:
        """For each text its unit vector (width,) and the last layer (tokens, width), special tokens too; float32.

        Args:
            exact: all of it in float32, whatever `convert` was told.
        """
        import torch
        from torch.nn.functional import embedding, gelu, layer_norm, linear, normalize, scaled_dot_product_attention

        lengths = [len(tokens.ids) for tokens in batch]
        longest = max(lengths)
        ids = torch.tensor([tokens.ids + [0] * (longest - len(tokens.ids)) for tokens in batch], device=self.device)
        mask = None
        if min(lengths) < longest:
            mask = (torch.arange(longest)[None, :] < torch.tensor(lengths)[:, None])[:, None, None, :].to(self.device)
        w, matrices = self._weights, self._weights if exact else self._matrices

        def normed(values: Tensor, name: str) -> Tensor:
            return layer_norm(values, (self.width,), w[f"{name}.weight"], w[f"{name}.bias"], self._epsilon)

        def dense(values: Tensor, name: str) -> Tensor:
            weight = matrices[f"{name}.weight"]
            return linear(values.to(weight.dtype), weight, matrices[f"{name}.bias"])

        with torch.inference_mode():
            first = embedding(ids, w["embeddings.word_embeddings.weight"]) + w["embeddings.position"][:longest]
            hidden = normed(first, "embeddings.LayerNorm")
            for number in range(self._layers):
                layer = f"encoder.layer.{number}"
                shape = (len(batch), longest, 3, self._heads, self.width // self._heads)
                query, key, value = dense(hidden, f"{layer}.attention.all").view(shape).permute(2, 0, 3, 1, 4)
                attended = scaled_dot_product_attention(query, key, value, attn_mask=mask)
                attended = attended.transpose(1, 2).reshape(len(batch), longest, self.width)
                attended = dense(attended, f"{layer}.attention.output.dense").float()
                hidden = normed(attended + hidden, f"{layer}.attention.output.LayerNorm")
                inner = gelu(dense(hidden, f"{layer}.intermediate.dense").float())
                hidden = normed(dense(inner, f"{layer}.output.dense").float() + hidden, f"{layer}.output.LayerNorm")
            rows = [row[:length] for row, length in zip(hidden, lengths, strict=True)]
            return [(normalize(row.mean(dim=0), dim=0), row) for row in rows]


def is_supported(folder: Path) -> bool:
    """Whether the folder holds a BERT with mean pooling, and nothing after it but normalizing."""
    needed = (
        "config.json",
        "modules.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "model.safetensors",
        "sentence_bert_config.json",
    )
    if not all((folder / name).is_file() for name in needed):
        return False
    config, modules = _json(folder / "config.json"), _json(folder / "modules.json")
    kinds = [module["type"].rpartition(".")[2] for module in modules]
    if kinds not in ([_TRANSFORMER, _POOLING], [_TRANSFORMER, _POOLING, _NORMALIZE]) or modules[0]["path"]:
        return False
    plain = config.get("model_type") == "bert" and config.get("hidden_act") in _ACTIVATIONS
    absolute = config.get("position_embedding_type", "absolute") == "absolute"
    return plain and absolute and _pools_by_mean(_json(folder / modules[1]["path"] / "config.json"))


def _pools_by_mean(pooling: dict[str, Any]) -> bool:
    if "pooling_mode" in pooling:
        return bool(pooling["pooling_mode"] == "mean")
    return [name for name, on in pooling.items() if name.startswith("pooling_mode_") and on] == [
        "pooling_mode_mean_tokens"
    ]


def _fused(weights: dict[str, Tensor], layers: int) -> dict[str, Tensor]:
    """The same weights with query, key and value as one matrix, and what every position gets added as one table."""
    import torch

    kind = weights["embeddings.token_type_embeddings.weight"][0]
    fused = dict(weights) | {"embeddings.position": weights["embeddings.position_embeddings.weight"] + kind}
    for number in range(layers):
        attention = f"encoder.layer.{number}.attention"
        for part in ("weight", "bias"):
            names = [f"{attention}.self.{name}.{part}" for name in ("query", "key", "value")]
            fused[f"{attention}.all.{part}"] = torch.cat([fused.pop(name) for name in names])
    return {name: tensor for name, tensor in fused.items() if tensor.is_floating_point()}


def _prompts(folder: Path) -> dict[str, str]:
    path = folder / "config_sentence_transformers.json"
    found = _json(path).get("prompts", {}) if path.is_file() else {}
    return {kind: prompt for kind, prompt in found.items() if prompt}


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
