"""The chat page: the conversation on the left, the sources of the answer on the right.

`Page` lays the components out and wires them; `ui.web.answering` does what happens to a question.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from corpus.errors import DossierError
from ui import render
from ui.web import style
from ui.web.answering import NO_SOURCES, Answering, Parts, Updates
from ui.web.filters import ALL, Filters
from ui.web.service import Assistant

EXAMPLES = (
    "What happened, and when?",
    "Who is quoted, and what do they say?",
    "Which figures do the articles give?",
)
AT_ONCE = 8  # questions answered at the same time; the others wait in line

INTRODUCTION = (
    '<div class="d-intro"><p class="d-intro-title">Ask your articles</p>'
    "<p>Every sentence of an answer quotes the exact words of a stored article. Follow a number to read them.</p></div>"
)


def writer_line(writer: str) -> str:
    """Says plainly who writes the answers."""
    if writer == "extractive":
        return "Writer: extractive (no language model configured): answers are verbatim sentences"
    return f"Writer: {writer}"


class Page:
    """The layout, and what its events are wired to. Made inside a `gr.Blocks` context."""

    def __init__(self, assistant: Assistant, examples: Sequence[str]) -> None:
        self.assistant = assistant
        self._header()
        self.welcome = gr.HTML(elem_id="welcome", visible=False)
        with gr.Row(elem_id="workspace") as self.workspace:
            self._conversation(examples)
            self._sources()
        self.parts = Parts(
            self.box, self.chat, self.panel, self.note, gr.State([]), pending=gr.State(None), alone=gr.State(False)
        )

    # ---------------------------------------------------------------------------------------------- layout

    def _header(self) -> None:
        with gr.Row(elem_id="masthead"):
            gr.HTML('<h1 class="d-brand">Dossier</h1>', elem_id="brand")
            self.writer = gr.HTML(self._writer_html(), elem_id="writer")
            self.picker = gr.Dropdown(
                [("All collections", ALL)],
                value=ALL,
                label="Collection",
                show_label=False,
                container=False,
                filterable=False,
                elem_id="picker",
            )
            self.renew = gr.Button("New conversation", size="sm", elem_id="renew")

    def _conversation(self, examples: Sequence[str]) -> None:
        with gr.Column(elem_id="talk"):
            self.chat = gr.Chatbot(
                elem_id="conversation",
                label="Conversation",
                show_label=False,
                container=False,
                height="100%",
                layout="panel",
                latex_delimiters=[],
                feedback_options=None,
                buttons=[],
                placeholder=INTRODUCTION,
                examples=[{"text": example} for example in examples],
                group_consecutive_messages=False,
            )
            self.filters = Filters(self.assistant)
            self.note = gr.HTML("", elem_id="alone", apply_default_css=False, js_on_load=style.script("understood.js"))
            self.box = gr.Textbox(
                elem_id="question",
                label="Question",
                show_label=False,
                container=False,
                placeholder="Ask a question",
                lines=1,
                max_lines=6,
                submit_btn="Ask",
                autofocus=True,
            )

    def _sources(self) -> None:
        with gr.Column(elem_id="evidence"):
            gr.HTML('<h2 class="d-section">Sources</h2>')
            self.panel = gr.HTML(
                NO_SOURCES, elem_id="sources", apply_default_css=False, js_on_load=style.script("sources.js")
            )

    def _writer_html(self) -> str:
        return f'<p class="d-writer">{render.escape(writer_line(self.assistant.writer))}</p>'

    # ---------------------------------------------------------------------------------------------- events

    def wire(self, page: gr.Blocks) -> None:
        """Connects what a visitor does to the handlers."""
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        parts, does, where = self.parts, Answering(self.assistant, self.parts), self.filters.inputs
        answers: dict[str, Any] = {
            "outputs": parts.all,
            "concurrency_limit": AT_ONCE,
            "concurrency_id": "ask",
            "trigger_mode": "multiple",
            **quiet,
        }
        typed = [parts.box, self.picker, parts.exchanges, parts.pending, parts.alone, *where]
        ask: dict[str, Any] = {"fn": does.ask, "inputs": typed, **answers}
        asked = parts.box.submit(**ask)
        chosen = parts.chat.example_select(_example, outputs=parts.box, **quiet).then(**ask)
        again = parts.note.apply(does.again, [self.picker, parts.exchanges, parts.pending, *where], **answers)
        running = [asked, chosen, again]
        parts.box.stop(does.stopped, [parts.exchanges, parts.pending], parts.all, cancels=running, **quiet)
        self.renew.click(does.fresh, None, parts.all, cancels=running, **quiet)
        parts.note.edit(does.edit, parts.exchanges, parts.all, **quiet)
        parts.note.clear(does.with_history, None, parts.all, **quiet)
        parts.panel.click(does.show, parts.exchanges, parts.panel, concurrency_limit=None, **quiet)
        self.filters.wire(self.picker, quiet)
        page.load(self.arrive, None, [self.picker, self.writer, self.welcome, self.workspace, *where], **quiet)

    def arrive(self) -> Updates:
        """A page was opened: says what there is to ask, or how to begin."""
        try:
            collections = list(self.assistant.collections())
        except DossierError as error:
            message = str(error.args[0]) if error.args else str(error)
            trouble = render.notice_html("The collections cannot be read", message, error.hint)
            return self._without_workspace(trouble)
        if not any(item.articles for item in collections):
            return self._without_workspace(_EMPTY_HOME)
        total = sum(item.articles for item in collections)
        choices = [(_sized("All collections", total), ALL)]
        choices += [(_sized(item.name, item.articles), item.name) for item in collections]
        return {
            self.picker: gr.update(choices=choices, value=ALL, visible=True),
            self.writer: self._writer_html(),
            self.welcome: gr.update(visible=False),
            self.workspace: gr.update(visible=True),
            **self.filters.offered(ALL),
        }

    def _without_workspace(self, html: str) -> Updates:
        return {
            self.picker: gr.update(visible=False),
            self.writer: self._writer_html(),
            self.welcome: gr.update(value=html, visible=True),
            self.workspace: gr.update(visible=False),
        }


_EMPTY_HOME = (
    '<div class="d-welcome"><p class="d-intro-title">There are no articles yet</p>'
    "<p>Add a file or a folder in a terminal, then load this page again:</p>"
    "<pre><code>dossier add PATH</code></pre>"
    '<p class="d-meta">Text, Markdown, HTML, PDF, Word, feed and JSON Lines files can be read.</p></div>'
)


def _example(event: gr.SelectData) -> str:
    return str(event.value["text"])


def _sized(name: str, articles: int) -> str:
    return f"{name} ({articles:,} article{'' if articles == 1 else 's'})"
