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
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, cast

from rag.errors import MissingExtra, ModelUnavailable, SettingsError
from rag.ports import Ended

if TYPE_CHECKING:
    from rag.ports import LanguageModel

_REPLY = 2048  # tokens of a reply; only Anthropic insists on a limit
_PASSING = frozenset({429, 500, 502, 503, 504, 529})  # statuses worth another try, as long as nothing was said yet
_PAUSES = (1.0, 3.0)  # seconds before each further try, where the server names no other time
_LONGEST_PAUSE = 30.0  # seconds; a server that asks for more is not waited for
_MALFORMED = (ValueError, TypeError, AttributeError, LookupError)  # what the engines do with a reply in no known shape
# A URL without user:password, since the spec is shown in answers.
_URL = r"(?P<url>https?://(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?(?:/[^\s#@]*)?)"

Options = Callable[[Mapping[str, str], str, float, int], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Engine:
    """How one kind of spec is written and opened. Classes are named, ``module:class``, to be imported when needed."""

    grammar: str  # of what follows "kind:", for people
    pattern: str  # the same, for us
    opens: str
    failure: str  # the root of the errors of the vendor's client
    options: Options
    extra: str  # of our package
    variable: str = ""  # the environment variable of the vendor's own key, where one is demanded
    asks: Mapping[str, Any] = field(default_factory=dict)  # of each call, where the server knows of it


def _openai(parts: Mapping[str, str], key: str, timeout: float, context: int) -> dict[str, Any]:
    # Without a key a server by URL gets a placeholder: for None the client would send it the user's OPENAI_API_KEY.
    options = {"model": parts["model"], "is_chat_model": True, "temperature": 0.0, "context_window": context}
    return options | {"api_base": parts.get("url"), "api_key": key or "none", "timeout": timeout, "max_retries": 0}


def _llama_cpp(parts: Mapping[str, str], key: str, timeout: float, context: int) -> dict[str, Any]:
    url = parts["url"].rstrip("/").removesuffix("/v1")
    return _openai({"model": parts.get("model", "default"), "url": f"{url}/v1"}, key, timeout, context)


def _ollama(parts: Mapping[str, str], key: str, timeout: float, context: int) -> dict[str, Any]:
    # Its own window would be smaller, and cut a long prompt off without a word.
    options = {"model": parts["model"], "temperature": 0.0, "context_window": context, "request_timeout": timeout}
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return options | {"base_url": parts.get("url", "http://127.0.0.1:11434"), "headers": headers}


def _anthropic(parts: Mapping[str, str], key: str, timeout: float, context: int) -> dict[str, Any]:
    options = {"model": parts["model"], "temperature": 0.0, "max_tokens": _REPLY}
    return options | {"api_key": key, "timeout": timeout, "max_retries": 0}


_LIKE = ("llama_index.llms.openai_like:OpenAILike", "openai:OpenAIError")
_OLLAMA = ("llama_index.llms.ollama:Ollama", "ollama:ResponseError")
_ANTHROPIC = ("llama_index.llms.anthropic:Anthropic", "anthropic:AnthropicError")
_COUNTED = {"stream_options": {"include_usage": True}}  # the OpenAI protocol's way to ask for token counts
_ENGINES = {
    "openai-like": _Engine(
        "<url>#<model>", rf"{_URL}#(?P<model>\S+)", *_LIKE, _openai, extra="openai-like", asks=_COUNTED
    ),
    # Its server holds one model and asks for no name.
    "llama.cpp": _Engine(
        "<url>[#<model>]", rf"{_URL}(?:#(?P<model>\S+))?", *_LIKE, _llama_cpp, extra="openai-like", asks=_COUNTED
    ),
    "ollama": _Engine("<model>[@<url>]", rf"(?P<model>[^\s@]+)(?:@{_URL})?", *_OLLAMA, _ollama, extra="ollama"),
    # Not llama-index's class OpenAI: it refuses every model that is newer than its own list of names.
    "openai": _Engine(
        "<model>", r"(?P<model>\S+)", *_LIKE, _openai, extra="openai", variable="OPENAI_API_KEY", asks=_COUNTED
    ),
    "anthropic": _Engine(
        "<model>", r"(?P<model>\S+)", *_ANTHROPIC, _anthropic, extra="anthropic", variable="ANTHROPIC_API_KEY"
    ),
}


def open_language_model(spec: str, *, api_key: str, timeout: float, context: int = 8192) -> LanguageModel:
    """The model that a spec such as ``ollama:llama3.2`` names; nothing is sent before it is used.

    Args:
        api_key: sent to the model's server; empty for none, or for the vendor's own environment variable.
        timeout: seconds of silence from the server before giving up.
        context: tokens of the window that a server is asked for, where it asks (Ollama).

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
        hint = f"pip install 'dossier[{engine.extra}]'"
        raise MissingExtra(f"{spec} needs a package that is not installed.", hint=hint) from error
    build = partial(opens, **engine.options(parts, key, timeout, context))
    try:
        build().metadata  # noqa: B018  # where a client refuses a model that it has never heard of
    except ValueError as error:
        hint = f"Choose another model, or a newer client: pip install -U 'dossier[{engine.extra}]'."
        raise SettingsError(f"The installed client cannot use {spec}: {_line(error, key)}.", hint=hint) from None
    return LlamaIndexModel(spec, build, _failures(engine.failure), engine.asks, key)


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
    _asks: Mapping[str, Any] = field(repr=False)
    _key: str = field(repr=False)  # to keep it out of messages

    def stream(self, system: str, prompt: str) -> Generator[str, None, Ended]:
        """Pieces of the reply as they come; up to two more tries where the server was only busy and nothing was said.

        Raises:
            ModelUnavailable: not reachable, refused, or broke off (after the pieces that came); names the remedy.
        """
        asks, pauses, begun = self._asks, iter(_PAUSES), False
        while True:
            try:
                with closing(self._pieces(system, prompt, asks)) as pieces:
                    while True:
                        piece = next(pieces)
                        begun = True
                        yield piece
            except StopIteration as ended:
                return cast("Ended", ended.value)
            except self._failures as error:
                if not begun and _unknown(asks, error):
                    asks = {}
                    continue
                pause = None if begun else _pause(error, pauses)
                if pause is None:
                    cause = None if self._key and self._key in str(error) else error  # servers do echo keys
                    raise _unavailable(self.name, error, self._key, begun) from cause
                time.sleep(pause)

    def _pieces(self, system: str, prompt: str, asks: Mapping[str, Any]) -> Generator[str, None, Ended]:
        from llama_index.core.llms import ChatMessage

        messages = [ChatMessage(role="system", content=system), ChatMessage(role="user", content=prompt)]
        llm = self._build()  # one client a reply, so that it can be closed
        ended: Ended | None = None
        try:
            for response in llm.stream_chat(messages, **asks):
                ended = _ended(response.raw, ended)
                if response.delta:
                    yield response.delta
        finally:  # the vendors' streams refer to themselves: an abandoned one would go on until garbage collection
            if llm._client is not None:
                llm._client.close()
        if ended is None:  # a connection that closes politely in mid-sentence is no error to the clients
            raise EOFError("the stream ended before the reply did")
        return ended


_REASONS: Mapping[str, Literal["length", "refused"]] = {
    "length": "length",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "content_filter": "refused",
    "refusal": "refused",
}  # any other is a proper end


def _ended(raw: Any, before: Ended | None) -> Ended | None:
    """How the reply ended, by this chunk and those before it; None while the model has not said that it finished.

    Ollama and Anthropic give mappings, the OpenAI protocol objects, where the token counts may follow the end.
    """
    if not isinstance(raw, Mapping):
        refused = any(getattr(choice.delta, "refusal", None) for choice in raw.choices)
        finish = next((choice.finish_reason for choice in raw.choices if choice.finish_reason), None)
        reason = "refusal" if refused else finish
        counts = _counts(raw.usage, "prompt_tokens", "completion_tokens")
    elif raw.get("type") == "message_delta":
        reason = getattr(raw.get("delta"), "stop_reason", None) or "stop"
        counts = _counts(raw.get("usage"), "input_tokens", "output_tokens")
    else:
        reason = (raw.get("done_reason") or "stop") if raw.get("done") else None
        counts = raw.get("prompt_eval_count"), raw.get("eval_count")
    if reason is None and before is None:
        return None
    so_far = before or Ended()
    told = zip(counts, (so_far.prompt_tokens, so_far.reply_tokens), strict=True)
    return Ended(_REASONS.get(reason or "", so_far.reason), *(new if new is not None else old for new, old in told))


def _counts(usage: Any, prompt: str, reply: str) -> tuple[int | None, int | None]:
    return getattr(usage, prompt, None), getattr(usage, reply, None)


def _unknown(asks: Mapping[str, Any], error: BaseException) -> bool:
    """Whether a server refused a request only because it does not know what else was asked."""
    return getattr(error, "status_code", None) in (400, 422) and any(name in str(error) for name in asks)


def _pause(error: BaseException, pauses: Iterator[float]) -> float | None:
    """Seconds to wait before another try, the server's word before ours; None if there is to be none."""
    if getattr(error, "status_code", None) not in _PASSING:
        return None
    ours = next(pauses, None)
    told = _retry_after(error)
    if ours is None or (told is not None and told > _LONGEST_PAUSE):
        return None
    return ours if told is None else told


def _retry_after(error: BaseException | None) -> float | None:
    """The seconds of a ``Retry-After`` header (RFC 9110, 10.2.3), given as such or as a date; None without one.

    Ollama's client hides the reply that it speaks of in the error's context.
    """
    response = getattr(error, "response", None) or getattr(getattr(error, "__context__", None), "response", None)
    written = response.headers.get("retry-after", "").strip() if response is not None else ""
    if re.fullmatch(r"\d{1,9}(?:\.\d+)?", written):
        return float(written)
    try:
        until = parsedate_to_datetime(written)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


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
    seconds = _retry_after(error)
    if seconds is not None and seconds > _LONGEST_PAUSE:
        what += f" for another {seconds:.0f} seconds"
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
