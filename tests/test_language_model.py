"""Language models behind real HTTP: what streams, what fails, and what never leaves the machine."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from openai_server import PATIENCE, Reply, ScriptedServer, babbles, breaks, fails, says, scripted_model

from rag.backends import llama_index as backend
from rag.backends.llama_index import open_language_model
from rag.errors import MissingExtra, ModelUnavailable, SettingsError
from rag.ports import Ended, LanguageModel

KEY = "sk-rookery-7"
MODULES = {
    "openai-like": "llama_index.llms.openai_like",
    "llama.cpp": "llama_index.llms.openai_like",
    "ollama": "llama_index.llms.ollama",
    "openai": "llama_index.llms.openai_like",
    "anthropic": "llama_index.llms.anthropic",
}


@pytest.fixture(params=MODULES)
def kind(request: pytest.FixtureRequest) -> str:
    pytest.importorskip(MODULES[request.param])
    return str(request.param)


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_API_BASE", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"):
        monkeypatch.setenv(name, "")  # whatever a test then sets is undone with it
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(backend, "_PAUSES", (0.0, 0.0))


@pytest.fixture
def names_looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every host that anybody asks the resolver for, which comes before every connection."""
    hosts: list[str] = []
    resolve = socket.getaddrinfo

    def recording(host: str, *args: object, **kwargs: object) -> object:
        hosts.append(host)
        return resolve(host, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", recording)
    return hosts


def opened(kind: str, server: ScriptedServer, key: str = KEY, timeout: float = PATIENCE) -> LanguageModel:
    """The engine of that kind, talking to the scripted server."""
    specs = {
        "openai-like": f"openai-like:{server.openai_url}#rook",
        "llama.cpp": f"llama.cpp:{server.url}#rook",
        "ollama": f"ollama:rook:3b@{server.url}",
        "openai": "openai:gpt-99-not-yet-known",
        "anthropic": "anthropic:claude-sonnet-4-5",
    }
    # How the vendors' clients are led to another address; undone by `bare_environment`.
    os.environ |= {"OPENAI_API_BASE": server.openai_url, "ANTHROPIC_BASE_URL": server.url}
    return open_language_model(specs[kind], api_key=key, timeout=timeout)


def failure(kind: str, *replies: Reply, timeout: float = PATIENCE) -> tuple[list[str], ModelUnavailable]:
    """The pieces that came, and the error that ended them."""
    pieces: list[str] = []
    with scripted_model(*replies) as server:
        model = opened(kind, server, timeout=timeout)
        with pytest.raises(ModelUnavailable) as raised:
            pieces.extend(model.stream("system", "prompt"))
    return pieces, raised.value


def test_a_reply_arrives_in_pieces_while_the_model_still_speaks(kind: str) -> None:
    gate = threading.Event()
    with scripted_model(says("Die Krähe ", "flog. ", "[1] 🐦‍⬛", gate=gate)) as server:
        pieces = opened(kind, server).stream("system", "prompt")
        first = next(pieces)  # the server holds the others back until now
        gate.set()
        assert [first, *pieces] == ["Die Krähe ", "flog. ", "[1] 🐦‍⬛"]


def test_the_model_gets_both_prompts_at_temperature_zero(kind: str) -> None:
    with scripted_model(says("Yes.")) as server:
        model = opened(kind, server)
        assert list(model.stream("Cite everything.", "Où est Qaanaaq ?")) == ["Yes."]
    (request,) = server.requests
    system = request.body["system"] if kind == "anthropic" else request.body["messages"][0]["content"]
    assert "Cite everything." in str(system)
    assert request.prompt.endswith("Où est Qaanaaq ?")
    assert request.body["stream"] is True
    assert request.body.get("temperature", request.body.get("options", {}).get("temperature")) == 0.0
    assert model.name.startswith(f"{kind}:")
    assert model.name.endswith(request.body["model"]) or kind == "ollama"


def test_a_reader_who_leaves_early_ends_the_request(kind: str) -> None:
    gate = threading.Event()
    with scripted_model(says(*(["word " * 2000] * 500), gate=gate)) as server:
        pieces = opened(kind, server).stream("system", "prompt")
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]
        gate.set()
        assert server.hung_up.wait(PATIENCE)


REFUSALS = {
    400: "refused the request",
    401: "refused the key",
    403: "refused access",
    404: "is not there",
    429: "is over its limit",
    500: "failed",
    503: "failed",
}


@pytest.mark.parametrize(("status", "said"), REFUSALS.items())
def test_a_refusal_says_what_happened_and_what_to_do(kind: str, status: int, said: str) -> None:
    pieces, error = failure(kind, fails(status))
    assert pieces == []
    assert said in str(error)
    assert error.hint


def test_the_servers_own_words_are_passed_on(kind: str) -> None:
    _, error = failure(kind, fails(404, "model 'rook' not found, try pulling it first"))
    assert "model 'rook' not found, try pulling it first" in str(error)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again(kind: str, status: int) -> None:
    with scripted_model(fails(status), says("Now. ", "[1]")) as server:
        assert list(opened(kind, server).stream("system", "prompt")) == ["Now. ", "[1]"]
    assert len(server.requests) == 2


@pytest.mark.parametrize(("status", "requests"), [(401, 1), (404, 1), (500, 3)])
def test_nobody_is_asked_more_than_two_times_again(kind: str, status: int, requests: int) -> None:
    with scripted_model(fails(status)) as server, pytest.raises(ModelUnavailable):
        list(opened(kind, server).stream("system", "prompt"))
    assert len(server.requests) == requests


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that are waited between tries, which here take no time."""
    waited: list[float] = []
    monkeypatch.setattr(backend, "_PAUSES", (1.0, 3.0))
    monkeypatch.setattr(backend.time, "sleep", waited.append)
    return waited


@pytest.mark.parametrize("told", ["7", "0", "2.5"])
def test_a_server_that_says_when_to_come_back_is_believed(kind: str, told: str, pauses: list[float]) -> None:
    with scripted_model(fails(429, retry_after=told), fails(503), says("Now.")) as server:
        assert list(opened(kind, server).stream("system", "prompt")) == ["Now."]
    assert pauses == [float(told), 3.0]


def test_a_server_may_name_a_date(kind: str, pauses: list[float]) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=9), usegmt=True)
    past = "Wed, 21 Oct 2015 07:28:00 GMT"
    with scripted_model(fails(429, retry_after=date), fails(429, retry_after=past), says("Now.")) as server:
        assert list(opened(kind, server).stream("system", "prompt")) == ["Now."]
    assert 7 <= pauses[0] <= 9
    assert pauses[1] == 0.0


@pytest.mark.parametrize("told", ["", "soon", "-5", "Wed, 99 Foo 2015", "1e3"])
def test_a_time_that_is_none_leaves_it_to_our_own(kind: str, told: str, pauses: list[float]) -> None:
    with scripted_model(fails(429, retry_after=told), says("Now.")) as server:
        assert list(opened(kind, server).stream("system", "prompt")) == ["Now."]
    assert pauses == [1.0]


def test_nobody_waits_for_an_hour(kind: str, pauses: list[float]) -> None:
    pieces, error = failure(kind, fails(429, retry_after="3600"))
    assert (pieces, pauses) == ([], [])
    assert "over its limit for another 3600 seconds" in str(error)


def ended(model: LanguageModel) -> tuple[str, Ended | None]:
    """What was said, and how it ended."""
    stream, said = model.stream("system", "prompt"), ""
    while True:
        try:
            said += next(stream)
        except StopIteration as stop:
            return said, stop.value


def test_the_servers_own_token_counts_are_passed_on(kind: str) -> None:
    with scripted_model(says("It ", "rose.", usage=(812, 7))) as server:
        assert ended(opened(kind, server)) == ("It rose.", Ended("stop", 812, 7))


FINISHES = {
    "openai": {"length": "length", "content_filter": "refused", "stop": "stop", "tool_calls": "stop"},
    "ollama": {"length": "length", "stop": "stop", "load": "stop"},
    "anthropic": {"max_tokens": "length", "refusal": "refused", "end_turn": "stop", "stop_sequence": "stop"},
}


def test_why_a_reply_ended_is_passed_on(kind: str) -> None:
    for finish, reason in FINISHES[{"openai-like": "openai", "llama.cpp": "openai"}.get(kind, kind)].items():
        with scripted_model(says("It rose", finish=finish)) as server:
            said, end = ended(opened(kind, server))
        assert said == "It rose"
        assert end is not None
        assert end.reason == reason


def test_thoughts_in_a_field_of_their_own_are_not_passed_on(kind: str) -> None:
    with scripted_model(says("It rose.", thought="Let me think about 1999.")) as server:
        assert ended(opened(kind, server))[0] == "It rose."


def test_a_server_that_counts_no_tokens_and_refuses_to_be_asked_is_asked_without() -> None:
    refusal = fails(400, "Unrecognized request argument supplied: stream_options")
    with scripted_model(refusal, says("It rose.", usage=(812, 7))) as server:
        said, end = ended(opened("openai-like", server))
    assert (said, end) == ("It rose.", Ended("stop"))
    assert ["stream_options" in request.body for request in server.requests] == [True, False]


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/"])
def test_llama_cpp_needs_an_address_and_no_model(path: str) -> None:
    pytest.importorskip(MODULES["openai-like"])
    with scripted_model(says("It rose.")) as server:
        model = open_language_model(f"llama.cpp:{server.url}{path}", api_key="", timeout=PATIENCE)
        assert list(model.stream("system", "prompt")) == ["It rose."]
    assert server.requests[0].path == "/v1/chat/completions"
    assert server.requests[0].body["model"] == "default"


def test_ollama_is_asked_for_the_window_that_is_set() -> None:
    pytest.importorskip(MODULES["ollama"])
    with scripted_model(says("It rose.")) as server:
        model = open_language_model(f"ollama:rook@{server.url}", api_key="", timeout=PATIENCE, context=16384)
        list(model.stream("system", "prompt"))
    assert server.requests[0].body["options"]["num_ctx"] == 16384


@pytest.mark.parametrize("ending", ["cut", "polite"])
def test_a_stream_that_breaks_off_keeps_what_came(kind: str, ending: str) -> None:
    pieces, error = failure(kind, breaks("It rose ", "by ", ending=ending))  # type: ignore[arg-type]
    assert pieces == ["It rose ", "by "]
    assert "broke off" in str(error)


@pytest.mark.parametrize("pieces", [(), ("It rose ",)])
def test_silence_is_not_waited_for_beyond_the_timeout(kind: str, pieces: tuple[str, ...]) -> None:
    with scripted_model(breaks(*pieces, ending="hang")) as server:
        stream = opened(kind, server, timeout=0.15).stream("system", "prompt")
        assert [next(stream) for _ in pieces] == list(pieces)
        with pytest.raises(ModelUnavailable, match=r"in time.*DOSSIER_MODELS__TIMEOUT"):
            next(stream)
    assert len(server.requests) == 1  # a server that cannot keep up is not asked twice


@pytest.mark.parametrize("raw", ["{nope", "<html>", '{"choices"'])
def test_what_is_no_chunk_is_a_failure_of_the_model(kind: str, raw: str) -> None:
    pieces, error = failure(kind, babbles("It rose ", raw=raw))
    assert pieces == ["It rose "]
    assert "broke off" in str(error)
    pieces, error = failure(kind, babbles(raw=raw))
    assert pieces == []
    assert "no chat reply" in str(error)


@pytest.mark.parametrize(
    "raw", ["[]", "null", '"text"', '{"unexpected": true}', '{"error": {"message": "overloaded"}}']
)
@pytest.mark.parametrize("engine", ["openai-like", "ollama"])
def test_a_chunk_of_another_shape_is_a_failure_of_the_model(engine: str, raw: str) -> None:
    pytest.importorskip(MODULES[engine])
    pieces, error = failure(engine, babbles("It rose ", raw=raw))
    assert pieces == ["It rose "]
    assert "broke off" in str(error)


def test_nobody_listens(kind: str) -> None:
    with scripted_model() as server:
        model = opened(kind, server)
    with pytest.raises(ModelUnavailable, match=r"cannot be reached.*DOSSIER_MODELS__WRITER"):
        list(model.stream("system", "prompt"))


def test_the_key_is_sent_and_nowhere_shown(kind: str) -> None:
    with scripted_model(fails(500, f"no quota left for {KEY}")) as server:
        model = opened(kind, server, key=f" {KEY}\n")
        with pytest.raises(ModelUnavailable) as raised:
            list(model.stream("system", "prompt"))
    headers = server.requests[0].headers
    assert (headers["x-api-key"] if kind == "anthropic" else headers["authorization"].removeprefix("Bearer ")) == KEY
    assert KEY not in repr(model)
    assert KEY not in "".join(traceback.format_exception(raised.value))
    assert "no quota left for …" in str(raised.value)


def test_a_server_by_url_never_gets_the_users_openai_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with scripted_model(says("Yes.")) as server:
        list(opened("openai-like", server, key="").stream("system", "prompt"))
    assert KEY not in str(server.requests[0].headers)


def test_openai_reads_its_own_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with scripted_model(says("Yes.")) as server:
        list(opened("openai", server, key="").stream("system", "prompt"))
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("spec", ["openai:gpt-5", "anthropic:claude-sonnet-4-5"])
def test_a_vendor_without_a_key_is_refused_at_once(spec: str) -> None:
    with pytest.raises(SettingsError, match=r"needs a key.*_API_KEY"):
        open_language_model(spec, api_key="", timeout=1)


def test_a_key_that_cannot_be_one_is_refused_and_not_shown() -> None:
    with pytest.raises(SettingsError) as raised:
        open_language_model("openai-like:http://127.0.0.1/v1#rook", api_key=f"{KEY}\nsecond line", timeout=1)
    assert KEY not in str(raised.value)


def test_nobody_but_the_named_server_is_contacted(names_looked_up: list[str]) -> None:
    from llama_index.core.settings import Settings

    with scripted_model(says("Yes.")) as server:
        list(opened("openai-like", server).stream("system " * 3000, "prompt " * 3000))
    assert set(names_looked_up) == {"127.0.0.1"}
    assert len(server.requests) == 1
    assert Settings._llm is None  # reading Settings.llm would resolve a default model


def test_opening_sends_nothing(kind: str, names_looked_up: list[str]) -> None:
    with scripted_model() as server:
        opened(kind, server)
    assert server.requests == []
    assert names_looked_up == []


@pytest.mark.parametrize("spec", ["openai-like:http://127.0.0.1/v1#m", "ollama:m", "openai:m", "anthropic:m"])
def test_a_missing_package_names_the_command(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = spec.partition(":")[0]
    monkeypatch.setitem(sys.modules, MODULES[kind], None)
    with pytest.raises(MissingExtra) as raised:
        open_language_model(spec, api_key=KEY, timeout=1)
    assert f"pip install 'dossier[{kind}]'" in raised.value.hint


MALFORMED = [
    *(
        "",
        "extractive",
        "gpt-4",
        "gpt:4",
        "OpenAI:gpt-4",
        ":",
        "ollama",
        "ollama:",
        "ollama:a b",
        "openai:",
        "anthropic: x",
    ),
    *("ollama:rook@", "ollama:rook@localhost:11434", "ollama:rook@http://h#x", "openai-like:rook", "openai-like:#rook"),
    *("llama.cpp", "llama.cpp:", "llama.cpp:rook", "llama.cpp:http://127.0.0.1:8080#"),
    *("openai-like:http://127.0.0.1/v1", "openai-like:http://127.0.0.1/v1#", "openai-like:127.0.0.1/v1#rook"),
    *("openai-like:http://#rook", "openai-like:http:///v1#rook", "openai-like:ftp://host/v1#rook"),
    *(
        "openai-like:http://host:port/v1#rook",
        "openai-like:http://[::1/v1#rook",
        "openai-like:http://me:word@host/v1#rook",
    ),
]


@pytest.mark.parametrize("spec", MALFORMED)
def test_a_malformed_spec_is_answered_with_the_grammar(spec: str) -> None:
    with pytest.raises(SettingsError) as raised:
        open_language_model(spec, api_key=KEY, timeout=1)
    kinds = ("openai-like:<url>#<model>", "llama.cpp:<url>[#<model>]", "ollama:<model>[@<url>]")
    for grammar in (*kinds, "openai:<model>", "anthropic:<model>"):
        assert grammar in raised.value.hint


WELL_FORMED = [
    *("openai-like:http://[::1]:8080/v1#org/rook-7b", "openai-like:https://models.example/api/v1#r#7"),
    *("llama.cpp:http://127.0.0.1:8080", "llama.cpp:http://127.0.0.1:8080#rook"),
    *("ollama:rook", "ollama:hf.co/org/rook:q4@https://ollama.example:443/base", "openai:ft:gpt-4o:org::id"),
]


@pytest.mark.parametrize("spec", WELL_FORMED)
def test_a_well_formed_spec_is_the_models_name(spec: str) -> None:
    pytest.importorskip(MODULES[spec.partition(":")[0]])
    assert open_language_model(spec, api_key=KEY, timeout=1).name == spec


def test_the_scripted_server_lists_its_model_and_replies_at_once() -> None:
    openai = pytest.importorskip("openai")
    with (
        scripted_model(says("It ", "rose.")) as server,
        openai.OpenAI(api_key=KEY, base_url=server.openai_url) as client,
    ):
        assert [model.id for model in client.models.list()] == ["scripted"]
        reply = client.chat.completions.create(model="rook", messages=[{"role": "user", "content": "Rose?"}])
    assert reply.choices[0].message.content == "It rose."
    assert server.requests[0].prompt == "Rose?"


def test_a_refusal_in_a_field_of_its_own_is_one() -> None:
    pytest.importorskip(MODULES["openai"])
    delta = {"content": None, "refusal": "I can't help with that."}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "rook"}
    raw = json.dumps(chunk | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    with scripted_model(babbles(raw=raw)) as server:
        assert ended(opened("openai", server)) == ("", Ended("refused"))
