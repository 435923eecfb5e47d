"""Language models, through llama-index: one table of engines, one place where their failures become ours.

Nothing is imported before a model is opened, llama-index's global settings are never read, and a model talks to
nobody but the server it was opened for: no tokenizer is fetched, no default model resolved.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from rag.errors import MissingExtra, ModelUnavailable, SettingsError

if TYPE_CHECKING:
    from rag.ports import LanguageModel

_CONTEXT = 8192  # tokens; only Ollama acts on it: its own default cuts a long prompt off without a word
_REPLY = 2048  # tokens of a reply; only Anthropic insists on a limit
_PASSING = frozenset({429, 500, 502, 503, 504, 529})  # statuses worth one more try, as long as nothing was said yet
_PAUSE = 1.0  # seconds before it
_MALFORMED = (ValueError, TypeError, AttributeError, LookupError)  # what the engines do with a reply in no known shape
# A URL without user:password, since the spec is shown in answers.
_URL = r"(?P<url>https?://(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?(?:/[^\s#@]*)?)"

Options = Callable[[Mapping[str, str], str, float], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Engine:
    """How one kind of spec is written and opened. Classes are named, ``module:class``, to be imported when needed."""

    grammar: str  # of what follows "kind:", for people
    pattern: str  # the same, for us
    opens: str
    failure: str  # the root of the errors of the vendor's client
    options: Options
    variable: str = ""  # the environment variable of the vendor's own key, where one is demanded


def _openai(parts: Mapping[str, str], key: str, timeout: float) -> dict[str, Any]:
    # Without a key a server by URL gets a placeholder: for None the client would send it the user's OPENAI_API_KEY.
    options = {"model": parts["model"], "is_chat_model": True, "temperature": 0.0, "context_window": _CONTEXT}
    return options | {"api_base": parts.get("url"), "api_key": key or "none", "timeout": timeout, "max_retries": 0}


def _ollama(parts: Mapping[str, str], key: str, timeout: float) -> dict[str, Any]:
    options = {"model": parts["model"], "temperature": 0.0, "context_window": _CONTEXT, "request_timeout": timeout}
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return options | {"base_url": parts.get("url", "http://127.0.0.1:11434"), "headers": headers}


def _anthropic(parts: Mapping[str, str], key: str, timeout: float) -> dict[str, Any]:
    options = {"model": parts["model"], "temperature": 0.0, "max_tokens": _REPLY}
    return options | {"api_key": key, "timeout": timeout, "max_retries": 0}


_LIKE = ("llama_index.llms.openai_like:OpenAILike", "openai:OpenAIError", _openai)
_OLLAMA = ("llama_index.llms.ollama:Ollama", "ollama:ResponseError", _ollama)
_ANTHROPIC = ("llama_index.llms.anthropic:Anthropic", "anthropic:AnthropicError", _anthropic)
_ENGINES = {
    "openai-like": _Engine("<url>#<model>", rf"{_URL}#(?P<model>\S+)", *_LIKE),
    "ollama": _Engine("<model>[@<url>]", rf"(?P<model>[^\s@]+)(?:@{_URL})?", *_OLLAMA),
    # Not llama-index's class OpenAI: it refuses every model that is newer than its own list of names.
    "openai": _Engine("<model>", r"(?P<model>\S+)", *_LIKE, "OPENAI_API_KEY"),
    "anthropic": _Engine("<model>", r"(?P<model>\S+)", *_ANTHROPIC, "ANTHROPIC_API_KEY"),
}


def open_language_model(spec: str, *, api_key: str, timeout: float) -> LanguageModel:
    """The model that a spec such as ``ollama:llama3.2`` names; nothing is sent before it is used.

    Args:
        api_key: sent to the model's server; empty for none, or for the vendor's own environment variable.
        timeout: seconds of silence from the server before giving up.

    Raises:
        SettingsError: the spec is malformed, or the key is absent or no key.
        MissingExtra: the engine's package is not installed; names the command.
    """
    kind, parts = _parsed(spec)
    engine = _ENGINES[kind]
    key = _checked_key(spec, api_key, engine.variable)
    module, _, name = engine.opens.partition(":")
    try:
        opens = getattr(importlib.import_module(module), name)
    except ImportError as error:
        hint = f"pip install 'dossier[{kind}]'"
        raise MissingExtra(f"{spec} needs a package that is not installed.", hint=hint) from error
    build = partial(opens, **engine.options(parts, key, timeout))
    try:
        build().metadata  # noqa: B018  # where a client refuses a model that it has never heard of
    except ValueError as error:
        hint = f"Choose another model, or a newer client: pip install -U 'dossier[{kind}]'."
        raise SettingsError(f"The installed client cannot use {spec}: {_line(error, key)}.", hint=hint) from None
    return LlamaIndexModel(spec, build, _failures(engine.failure), key)


def _parsed(spec: str) -> tuple[str, dict[str, str]]:
    kind, _, rest = spec.partition(":")
    match = re.fullmatch(_ENGINES[kind].pattern, rest) if kind in _ENGINES else None
    if match is None:
        grammar = ", ".join(f"{kind}:{engine.grammar}" for kind, engine in _ENGINES.items())
        raise SettingsError(f"“{spec}” names no language model.", hint=f"Write one of: {grammar}.")
    return kind, {name: value for name, value in match.groupdict().items() if value}


def _checked_key(spec: str, api_key: str, variable: str) -> str:
    key = api_key.strip() or os.environ.get(variable, "").strip()
    if variable and not key:
        raise SettingsError(f"{spec} needs a key.", hint=f"Set {variable}, or DOSSIER_MODELS__API_KEY.")
    if not (key.isascii() and key.isprintable()):  # the HTTP library would refuse it, and print it
        raise SettingsError(f"The key for {spec} holds characters that no key has.", hint="Copy it again.")
    return key


def _failures(vendor: str) -> tuple[type[BaseException], ...]:
    """Everything a reply can die of: the client's errors, those of the HTTP library under it, and no known shape."""
    roots = [root.split(":") for root in (vendor, "httpx:HTTPError", "httpx2:HTTPError")]
    loaded = [getattr(sys.modules[module], name) for module, name in roots if module in sys.modules]
    return (*loaded, ConnectionError, EOFError, *_MALFORMED)


@dataclass(frozen=True, slots=True)
class LlamaIndexModel:
    """A `rag.ports.LanguageModel` over any llama-index chat model; its repr shows the name alone."""

    name: str
    _build: Callable[[], Any] = field(repr=False)
    _failures: tuple[type[BaseException], ...] = field(repr=False)
    _key: str = field(repr=False)  # to keep it out of messages

    def stream(self, system: str, prompt: str) -> Iterator[str]:
        """Pieces of the reply as they come; one more try where the server was only busy and nothing was said.

        Raises:
            ModelUnavailable: not reachable, refused, or broke off (after the pieces that came); names the remedy.
        """
        for tries_left in (1, 0):
            begun = False
            try:
                for piece in self._pieces(system, prompt):
                    begun = True
                    yield piece
            except self._failures as error:
                if begun or not tries_left or getattr(error, "status_code", None) not in _PASSING:
                    cause = None if self._key and self._key in str(error) else error  # servers do echo keys
                    raise _unavailable(self.name, error, self._key, begun) from cause
                time.sleep(_PAUSE)
            else:
                return

    def _pieces(self, system: str, prompt: str) -> Iterator[str]:
        from llama_index.core.llms import ChatMessage

        messages = [ChatMessage(role="system", content=system), ChatMessage(role="user", content=prompt)]
        llm = self._build()  # one client a reply, so that it can be closed
        ended = False
        try:
            for response in llm.stream_chat(messages):
                ended = ended or _is_end(response.raw)
                if response.delta:
                    yield response.delta
        finally:  # the vendors' streams refer to themselves: an abandoned one would go on until garbage collection
            if llm._client is not None:
                llm._client.close()
        if not ended:  # a connection that closes politely in mid-sentence is no error to the clients
            raise EOFError("the stream ended before the reply did")


def _is_end(raw: Any) -> bool:
    """Did the model say that it finished? Ollama and Anthropic give mappings, the OpenAI protocol an object."""
    if isinstance(raw, Mapping):
        return bool(raw.get("done")) or raw.get("type") == "message_delta"
    return any(choice.finish_reason for choice in raw.choices)


_WRITER = "DOSSIER_MODELS__WRITER"
_KEY = "DOSSIER_MODELS__API_KEY, or the provider's own variable"
_DIAGNOSES: dict[int | str, tuple[str, str]] = {
    401: ("refused the key", f"Check the key: {_KEY}."),
    403: ("refused access", f"Check that the key may use this model: {_KEY}."),
    404: ("is not there", f"Check model and address in {_WRITER}; a local model may have to be pulled first."),
    429: ("is over its limit", "Wait a moment, or check the quota with the provider."),
    "server": ("failed", "Try again later, or look into the server's log."),
    "request": ("refused the request", f"Check model and address in {_WRITER}."),
    "timeout": ("did not answer in time", "Raise DOSSIER_MODELS__TIMEOUT, or choose a faster model."),
    "broken": ("broke off its reply", "Ask again, or look into the server's log."),
    "unreachable": ("cannot be reached", f"Check that the server runs, and its address in {_WRITER}."),
    "malformed": ("gave no chat reply", f"Check the address in {_WRITER}: a base URL often ends in /v1."),
}


def _unavailable(name: str, error: BaseException, key: str, begun: bool) -> ModelUnavailable:
    """Any failure of any engine as our error: what happened, in the server's words where safe, and the remedy."""
    kind = _kind(error, begun)
    what, hint = _DIAGNOSES[kind]
    prefix = f"{type(error).__name__}: " if isinstance(error, _MALFORMED) else ""
    words = "" if kind in (401, 403) else f" ({prefix}{_line(error, key)})"  # these quote keys
    return ModelUnavailable(f"The language model {name} {what}{words}.", hint=hint)


def _kind(error: BaseException, begun: bool) -> int | str:
    status = getattr(error, "status_code", None) or 0
    if status > 0:  # Ollama's client writes -1 for none
        return status if status in _DIAGNOSES else "server" if status >= 500 else "request"
    names = {kind.__name__ for one in (error, error.__cause__) for kind in type(one).__mro__}
    if any("Timeout" in name for name in names):
        return "timeout"
    if not begun and names & {"ConnectionError", "ConnectError", "APIConnectionError"}:
        return "unreachable"
    return "broken" if begun or names & {"EOFError", "TransportError"} else "malformed"


def _line(error: BaseException, key: str) -> str:
    """What the server said, or the client, on one short line and without the key."""
    body = getattr(error, "body", None)
    said = body.get("error", body) if isinstance(body, Mapping) else None
    words = said["message"] if isinstance(said, Mapping) and isinstance(said.get("message"), str) else str(error)
    words = " ".join(words.split()).rstrip(".")
    return (words.replace(key, "…") if key else words)[:200] or type(error).__name__
