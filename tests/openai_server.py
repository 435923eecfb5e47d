"""A language model that says what the script says, behind a real HTTP server on the loopback.

It speaks the OpenAI protocol (`/v1/chat/completions`, streaming or not, and `/v1/models`) and streams the same replies
in Ollama's (`/api/chat`) and Anthropic's (`/v1/messages`) way, so that one test can be run against every engine::

    with scripted_model(says("It rose. ", "[1]"), fails(429)) as server:
        ...  # server.url, server.requests
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, Literal

PATIENCE = 10.0  # seconds after which a test that waits for ever is a failed test


@dataclass(frozen=True, slots=True)
class Reply:
    """What one request gets: an error status, or pieces of text and then some ending.

    ``gate`` holds back all pieces but the first until it is set. ``raw`` is sent after the pieces, where the next
    chunk's JSON would be. ``thought`` goes before them, in the field that is not for the answer. ``finish`` is the
    reason for the end in the protocol's own word, ``usage`` the tokens of prompt and reply, ``delay`` the seconds
    before each piece.
    """

    pieces: tuple[str, ...] = ()
    status: int = 200
    message: str = ""
    raw: str | None = None
    ending: Literal["proper", "polite", "cut", "hang"] = "proper"
    gate: threading.Event | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    finish: str = ""
    usage: tuple[int, int] | None = None
    thought: str = ""
    delay: float = 0.0


def says(*pieces: str, **more: Any) -> Reply:
    """A proper reply; ``more`` as in `Reply`."""
    return Reply(pieces, **more)


def fails(status: int, message: str = "scripted", **headers: str) -> Reply:
    """An error status with an error body; ``retry_after="2"`` is the header Retry-After."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return Reply(status=status, message=message, headers=named)


def breaks(*pieces: str, ending: Literal["polite", "cut", "hang"]) -> Reply:
    """Some pieces, then the stream closes politely but unfinished, is cut off, or falls silent."""
    return Reply(pieces, ending=ending)


def babbles(*pieces: str, raw: str) -> Reply:
    """Some pieces, then something that is no chunk."""
    return Reply(pieces, raw=raw)


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked for; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        """Every message's text, in order."""
        return "\n".join(_text(message["content"]) for message in self.body["messages"])


def _text(content: str | list[dict[str, Any]]) -> str:
    return content if isinstance(content, str) else "".join(block["text"] for block in content)


@dataclass
class ScriptedServer:
    """``replies`` are used up in order; the last one then repeats."""

    url: str
    replies: deque[Reply]
    requests: list[Request] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)  # a client left before its reply was over
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def openai_url(self) -> str:
        return f"{self.url}/v1"

    def next_reply(self) -> Reply:
        return self.replies.popleft() if len(self.replies) > 1 else self.replies[0]


@contextmanager
def scripted_model(*replies: Reply) -> Iterator[ScriptedServer]:
    """A server that gives these replies; also the body of a fixture."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    http.daemon_threads = True
    server = ScriptedServer(f"http://127.0.0.1:{http.server_address[1]}", deque(replies or (says("Yes."),)))
    http.script = server  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        http.shutdown()
        thread.join(PATIENCE)
        http.socket.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # chunked, so that a cut can be told from an end

    def do_GET(self) -> None:
        known = self.path == "/v1/models"
        body = (
            {"object": "list", "data": [{"id": "scripted", "object": "model"}]} if known else {"error": "no such path"}
        )
        self._send(200 if known else 404, body)

    def do_POST(self) -> None:
        server: ScriptedServer = self.server.script  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        server.requests.append(Request(self.path, headers, body))
        reply = server.next_reply()
        if self.path not in _PROTOCOLS:
            self._send(404, {"error": {"message": "no such path"}})
        elif reply.status != 200:
            said = reply.message if self.path == "/api/chat" else {"message": reply.message, "type": "scripted"}
            self._send(reply.status, {"error": said}, reply.headers)
        elif self.path == "/v1/chat/completions" and not body.get("stream"):
            message = {"role": "assistant", "content": "".join(reply.pieces)}
            self._send(200, _completion("chat.completion", message=message, finish_reason="stop"))
        else:
            try:
                self._stream(server, reply, counted="stream_options" in body)
            except (BrokenPipeError, ConnectionResetError):
                server.hung_up.set()

    def _send(self, status: int, body: dict[str, Any], headers: Mapping[str, str] = MappingProxyType({})) -> None:
        data = json.dumps(body).encode()
        self.close_connection = True  # leaves no idle connection behind in clients that nobody closes
        self.send_response(status)
        self.send_header("Connection", "close")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, server: ScriptedServer, reply: Reply, counted: bool) -> None:
        protocol = _PROTOCOLS[self.path]
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", protocol.content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for line in protocol.start(reply):
            self._chunk(protocol.frame(line))
        for number, piece in enumerate(reply.pieces):
            if number and reply.gate:
                reply.gate.wait(PATIENCE)
            if reply.delay:
                time.sleep(reply.delay)
            self._chunk(protocol.frame(protocol.piece(piece)))
        if reply.raw is not None:
            self._chunk(protocol.frame(reply.raw))
        if reply.ending == "hang":
            server.closing.wait(PATIENCE)
        if reply.ending == "proper":
            self._chunk("".join(protocol.frame(line) for line in protocol.end(reply, counted)))
        if reply.ending in ("proper", "polite"):
            self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def log_message(self, *args: Any) -> None:
        """Silent."""


class _OpenAI:
    content_type = "text/event-stream"

    def start(self, reply: Reply) -> list[str]:
        return [self._delta(reasoning_content=reply.thought)] if reply.thought else []

    def piece(self, text: str) -> str:
        return self._delta(content=text)

    def frame(self, line: str) -> str:
        return f"data: {line}\n\n"

    def end(self, reply: Reply, counted: bool) -> list[str]:
        last = json.dumps(_completion("chat.completion.chunk", delta={}, finish_reason=reply.finish or "stop"))
        if not (counted and reply.usage):
            return [last, "[DONE]"]
        prompt, said = reply.usage
        usage = {"prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said}
        counts = _completion("chat.completion.chunk") | {"choices": [], "usage": usage}
        return [last, json.dumps(counts), "[DONE]"]

    def _delta(self, **delta: str) -> str:
        return json.dumps(_completion("chat.completion.chunk", delta=delta, finish_reason=None))


class _Ollama:
    content_type = "application/x-ndjson"

    def start(self, reply: Reply) -> list[str]:
        return [self._message("", thinking=reply.thought)] if reply.thought else []

    def piece(self, text: str) -> str:
        return self._message(text)

    def frame(self, line: str) -> str:
        return f"{line}\n"

    def end(self, reply: Reply, counted: bool) -> list[str]:
        last = json.loads(self._message("")) | {"done": True, "done_reason": reply.finish or "stop"}
        counts = dict(zip(("prompt_eval_count", "eval_count"), reply.usage or (), strict=False))
        return [json.dumps(last | counts)]

    def _message(self, text: str, **more: str) -> str:
        message = {"role": "assistant", "content": text} | more
        return json.dumps({"model": "scripted", "message": message, "done": False})


class _Anthropic:
    content_type = "text/event-stream"

    def start(self, reply: Reply) -> list[str]:
        usage = {"input_tokens": (reply.usage or (0, 0))[0], "output_tokens": 1}
        message = {"id": "1", "type": "message", "role": "assistant", "content": [], "model": "scripted"}
        thought = [self._delta(type="thinking_delta", thinking=reply.thought)] if reply.thought else []
        return [json.dumps({"type": "message_start", "message": message | {"usage": usage}}), *thought]

    def piece(self, text: str) -> str:
        return self._delta(type="text_delta", text=text)

    def frame(self, line: str) -> str:
        kind = json.loads(line)["type"] if line.startswith('{"type"') else "message_delta"
        return f"event: {kind}\ndata: {line}\n\n"

    def end(self, reply: Reply, counted: bool) -> list[str]:
        usage = {"output_tokens": (reply.usage or (0, 1))[1]}
        delta = {"stop_reason": reply.finish or "end_turn"}
        return [
            json.dumps({"type": "message_delta", "delta": delta, "usage": usage}),
            json.dumps({"type": "message_stop"}),
        ]

    def _delta(self, **delta: str) -> str:
        return json.dumps({"type": "content_block_delta", "index": 0, "delta": delta})


_PROTOCOLS = {"/v1/chat/completions": _OpenAI(), "/api/chat": _Ollama(), "/v1/messages": _Anthropic()}


def _completion(kind: str, **choice: Any) -> dict[str, Any]:
    return {"id": "1", "object": kind, "created": 0, "model": "scripted", "choices": [{"index": 0, **choice}]}
