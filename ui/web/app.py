"""The web app: built once over an assistant, served on one address until Ctrl-C.

Gradio is imported when a page is built, not before: a port in use is reported at once.
"""

from __future__ import annotations

import errno
import logging
import socket
import sys
import webbrowser
from collections.abc import Sequence
from typing import TYPE_CHECKING

from corpus.errors import DossierError
from ui.web.service import Assistant

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI

SHUTDOWN_SECONDS = 1  # an open page holds a connection; this long it may finish what it is being sent


def build(assistant: Assistant, *, examples: Sequence[str] | None = None) -> gr.Blocks:
    """The chat page over an assistant; `examples` are the questions offered while the conversation is empty."""
    import gradio as gr

    from ui.web import chat

    page: gr.Blocks
    with gr.Blocks(title="Dossier", analytics_enabled=False, fill_width=True, fill_height=True) as page:
        chat.Page(assistant, chat.EXAMPLES if examples is None else examples).wire(page)
    return page


def mount(app: FastAPI, assistant: Assistant, path: str = "/", *, examples: Sequence[str] | None = None) -> FastAPI:
    """Puts the page into a FastAPI app under `path`, with its theme and style."""
    import gradio as gr

    from ui.web import style

    mounted: FastAPI = gr.mount_gradio_app(
        app,
        build(assistant, examples=examples),
        path,
        theme=style.theme(),
        css=style.css(),
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
    )
    return mounted


def serve(
    assistant: Assistant,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = False,
    *,
    examples: Sequence[str] | None = None,
) -> None:
    """Serves the page on `host` and `port` until it is interrupted.

    Raises:
        DossierError: the port is in use, or the host is not an address of this machine.
    """
    with listen(host, port) as listener:
        import uvicorn
        from fastapi import FastAPI

        url = url_of(host, listener.getsockname()[1])

        class Announced(uvicorn.Server):
            """Says where it listens once it does."""

            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                sys.stdout.write(f"Dossier is open at {url} (Ctrl-C stops it)\n")
                sys.stdout.flush()
                if open_browser:
                    webbrowser.open(url)

            async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
                # An open page holds a connection; that it is cut now is no news worth a traceback.
                logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
                await super().shutdown(sockets)

        app = mount(FastAPI(openapi_url=None, docs_url=None, redoc_url=None), assistant, examples=examples)
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=SHUTDOWN_SECONDS)
        try:
            Announced(config).run(sockets=[listener])
        except KeyboardInterrupt:
            return


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address, held from here on, so that nobody can take it while the app is built."""
    if not 0 <= port <= 65_535:
        raise DossierError(f"{port} is not a port.", hint="Choose one between 1024 and 65535 with --port.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise DossierError(
            f"Cannot listen on {host}:{port}: {error}.", hint="Give an address of this machine."
        ) from error
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise _refused(host, port, error) from error
    return listener


def url_of(host: str, port: int) -> str:
    """The address to open in a browser on this machine."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 (compared with, not bound to)
    shown = everywhere.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def _refused(host: str, port: int, error: OSError) -> DossierError:
    if error.errno == errno.EADDRINUSE:
        return DossierError(f"Port {port} is in use on {host}.", hint=f"Choose another one, such as --port {port + 1}.")
    if error.errno == errno.EACCES:
        return DossierError(f"Port {port} needs special rights.", hint="Choose one above 1023 with --port.")
    return DossierError(f"Cannot listen on {host}:{port}: {error.strerror}.", hint="Give an address of this machine.")
