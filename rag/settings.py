"""Settings: data only, from the environment (prefix ``DOSSIER_``, ``__`` between levels). `rag.wiring` acts on them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.errors import SettingsError

_PREFIX = "DOSSIER_"
_OTHERS = frozenset({"DOSSIER_DATA"})  # where question sets for measuring lie: no setting of ours


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Models(_Section):
    """Which models do the work."""

    embedder: str = Field(
        "bundled", description="`bundled` (all-MiniLM-L6-v2), a sentence-transformers hub id, or a local folder"
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto",
        description="of the embedder: `auto` takes the fastest that the processor has and that keeps its vectors",
    )
    reranker: str = Field(
        "sentences",
        description="`sentences` (needs no weights of its own), or a cross-encoder: a hub id, or a local folder",
    )
    reader: str = Field(
        "",
        description="a question-answering model that points at the answering words: a hub id, or a local folder; "
        "empty for none",
    )
    writer: str = Field(
        "extractive",
        description="`extractive`, or `openai-like:<url>#<model>`, `llama.cpp:<url>`, `ollama:<model>`, "
        "`openai:<model>`, `anthropic:<model>`",
    )
    judge: str = Field(
        "built-in",
        description="`built-in`, `entailment:<hub id or folder>` (a cross-encoder with three classes), or a language "
        "model as for the writer",
    )
    api_key: str = Field(
        "",
        description="key for the model server; without it the vendor's own variable counts (OPENAI_API_KEY, …)",
        repr=False,
    )
    timeout: float = Field(60.0, gt=0, description="seconds without an answer from the model before giving up")
    context: int = Field(
        8192, ge=1024, description="tokens of the model's window; it is not shown passages that do not fit"
    )


class Passages(_Section):
    """How articles are cut."""

    size: int = Field(
        1000, ge=100, le=4000, description="characters that a passage aims for; it holds whole paragraphs or sentences"
    )


class Retrieval(_Section):
    """How much is searched and shown."""

    candidates: int = Field(50, ge=1, le=1000, description="passages that each leg proposes")
    evidence: int = Field(8, ge=1, le=50, description="passages that the writer sees")


class Answers(_Section):
    """What an answer shows."""

    sentences: int = Field(3, ge=1, le=20, description="sentences of an extractive answer at most")
    threshold: float = Field(
        0.3, ge=0, le=1, description="confidence below which the answer is “not in the collection”"
    )
    doubt: float = Field(
        0.3,
        ge=0,
        le=1,
        description="confidence below which an extractive answer says that it may be none, if above the threshold",
    )
    unsupported: Literal["show", "leave-out"] = Field(
        "show", description="sentences that fail their check: `show` them struck, with the reason, or `leave-out`"
    )


class Fetching(_Section):
    """What is fetched from the web, and from where; see `corpus.fetching.Limits`."""

    max_bytes: int = Field(20_000_000, ge=1, description="bytes of a page or feed, unpacked, at most")
    timeout: float = Field(30.0, gt=0, description="seconds for a page or feed, redirects included, at most")
    private_addresses: bool = Field(
        False, description="whether to fetch also from this machine and from networks that are not public"
    )
    user_agent: str = Field(
        "", pattern=r"^[ -~]*$", description="who servers are told is asking; without it, Dossier and its version"
    )


class Settings(BaseSettings):
    """Everything that can be set.

    Raises:
        SettingsError: through `load_settings`, for a wrong value or an unknown ``DOSSIER_*`` name.
    """

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
    )

    home: Path = Field(
        default_factory=lambda: user_data_path("dossier", appauthor=False),
        description="where the catalog and the indexes live",
    )
    models: Models = Models()
    passages: Passages = Passages()
    retrieval: Retrieval = Retrieval()
    answers: Answers = Answers()
    fetching: Fetching = Fetching()


def load_settings() -> Settings:
    """Settings from the environment.

    Raises:
        SettingsError: a value is wrong, or a ``DOSSIER_*`` variable names no setting.
    """
    names = {name for name, _, _ in fields()}
    for variable in os.environ:
        if variable.upper().startswith(_PREFIX) and variable.upper() not in names | _OTHERS:
            raise SettingsError(f"{variable} is not a setting.", hint=f"Settings: {', '.join(sorted(names))}.")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = _PREFIX + "__".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(
            f"{name} is wrong: {first['msg']}.", hint="dossier config lists every setting and what it means."
        ) from error


def fields(settings: Settings | None = None) -> Iterator[tuple[str, Any, str]]:
    """Every setting as (environment variable, value, description)."""
    yield from _walk(Settings, settings, _PREFIX)


def _walk(model: type[BaseModel], values: BaseModel | None, prefix: str) -> Iterator[tuple[str, Any, str]]:
    for name, info in model.model_fields.items():
        value = getattr(values, name, None)
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from _walk(info.annotation, value, f"{prefix}{name.upper()}__")
        else:
            yield prefix + name.upper(), value, info.description or ""
