"""The chat page: the conversation on the left, the sources of the answer on the right.

`Page` lays the components out; the functions below it turn what happens into updates of those components. The server
keeps nothing between events but the `gr.State` of each visitor.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from corpus.errors import DossierError
from rag.answer import Drafting, Retrieved
from ui import render
from ui.web import conversation, style
from ui.web.conversation import Exchange, Live, Message
from ui.web.pump import Broken, pumped
from ui.web.service import Assistant

log = logging.getLogger(__name__)

Updates = dict[Any, Any]
"""Component → its new value or properties, as Gradio takes them."""

EXAMPLES = (
    "What happened, and when?",
    "Who is quoted, and what do they say?",
    "Which figures do the articles give?",
)
ALL = "*"  # the picker's value for "all collections"; no collection may be called that
AT_ONCE = 8  # questions answered at the same time; the others wait in line
DRAFT_EVERY = 0.06  # seconds between two drawings of a growing draft

NO_SOURCES = '<p class="d-meta d-quiet">The articles behind an answer appear here, with the quoted words marked.</p>'
INTRODUCTION = (
    '<div class="d-intro"><p class="d-intro-title">Ask your articles</p>'
    "<p>Every sentence of an answer quotes the exact words of a stored article. Follow a number to read them.</p></div>"
)

DEFECT = render.notice_html(
    "Something went wrong inside Dossier",
    "The question is back in the box, and the conversation so far is kept.",
    "The terminal in which Dossier runs says what happened.",
)


def writer_line(writer: str) -> str:
    """Says plainly who writes the answers."""
    if writer == "extractive":
        return "Writer: extractive (no language model configured): answers are verbatim sentences"
    return f"Writer: {writer}"


class Page:
    """The layout, and the handlers that its events are wired to. Made inside a `gr.Blocks` context."""

    def __init__(self, assistant: Assistant, examples: Sequence[str]) -> None:
        self.assistant = assistant
        self.exchanges = gr.State([])
        self.pending = gr.State(None)  # the question being answered
        self._header()
        self.welcome = gr.HTML(elem_id="welcome", visible=False)
        with gr.Row(elem_id="workspace") as self.workspace:
            self._conversation(examples)
            self._sources()

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
            self.panel = gr.HTML(NO_SOURCES, elem_id="sources", apply_default_css=False, js_on_load=style.script())

    def _writer_html(self) -> str:
        return f'<p class="d-writer">{render.escape(writer_line(self.assistant.writer))}</p>'

    # ---------------------------------------------------------------------------------------------- events

    def wire(self, page: gr.Blocks) -> None:
        """Connects what a visitor does to the handlers."""
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        answer: dict[str, Any] = {
            "fn": self.ask,
            "inputs": [self.box, self.picker, self.exchanges, self.pending],
            "outputs": [self.box, self.chat, self.panel, self.exchanges, self.pending],
            "concurrency_limit": AT_ONCE,
            "concurrency_id": "ask",
            "trigger_mode": "multiple",
            **quiet,
        }
        asked = self.box.submit(**answer)
        chosen = self.chat.example_select(_example, outputs=self.box, **quiet).then(**answer)
        running = [asked, chosen]
        after = [self.box, self.chat, self.panel, self.pending]
        self.box.stop(self.stopped, [self.exchanges, self.pending], after, cancels=running, **quiet)
        self.renew.click(_fresh, None, [*after, self.exchanges], cancels=running, **quiet)
        self.panel.click(self.show, self.exchanges, self.panel, concurrency_limit=None, **quiet)
        page.load(self.arrive, None, [self.picker, self.writer, self.welcome, self.workspace], **quiet)

    def ask(
        self, question: str, collection: str | None, exchanges: list[Exchange], pending: str | None
    ) -> Iterator[Updates]:
        """Streams one answer into the page; can be stopped at any time, and survives a defect of the program."""
        if pending is not None:
            gr.Info("An answer is still being written. Wait for it, or stop it.")
            yield self._nothing()
            return
        for update in pumped(self._answer(question, collection, exchanges)):
            if isinstance(update, Broken):
                log.error("An answer ended in a defect", exc_info=update.error)
                yield self._failed(question, exchanges, DEFECT)
            else:
                yield update or self._nothing()

    def _answer(self, question: str, collection: str | None, exchanges: list[Exchange]) -> Iterator[Updates]:
        live = Live(len(exchanges) + 1, question)
        before = conversation.messages(exchanges)
        drawn = 0.0
        yield self._begun(question, [*before, *conversation.bubbles(question, live.html())])
        try:
            history = [item.turn for item in exchanges]
            for event in self.assistant.stream(question, history, collection=_scope(collection)):
                live.take(event)
                if isinstance(event, Drafting):
                    if time.monotonic() - drawn < DRAFT_EVERY:
                        continue
                    drawn = time.monotonic()
                update: Updates = {self.chat: [*before, *conversation.bubbles(question, live.html())]}
                if isinstance(event, Retrieved):
                    cards = render.retrieved_html(event.evidence, conversation.prefix_of(live.number))
                    update[self.panel] = conversation.panel_html(question, cards)
                yield update
        except DossierError as error:
            yield self._failed(question, exchanges, conversation.error_html(error))
            return
        yield self._answered(live, exchanges)

    def _answered(self, live: Live, exchanges: list[Exchange]) -> Updates:
        if live.finished is None:
            notice = render.notice_html("This question could not be answered", "The answer broke off.", "Ask again.")
            return self._failed(live.question, exchanges, notice)
        done = [*exchanges, live.finished]
        return {
            self.box: gr.update(submit_btn="Ask", stop_btn=False),  # what was typed meanwhile stays
            self.chat: conversation.messages(done),
            self.panel: conversation.sources_html(live.finished, self.assistant),
            self.exchanges: done,
            self.pending: None,
        }

    def _begun(self, question: str, shown: list[Message]) -> Updates:
        box = gr.update(value="", submit_btn=False, stop_btn="Stop")
        return {self.box: box, self.chat: shown, self.panel: NO_SOURCES, self.pending: question}

    def _failed(self, question: str, exchanges: list[Exchange], notice: str) -> Updates:
        """Shows why, and puts the question back into the box, to be changed and asked anew."""
        return {
            self.box: gr.update(value=question, submit_btn="Ask", stop_btn=False),
            self.chat: [*conversation.messages(exchanges), *conversation.bubbles(question, notice)],
            self.panel: NO_SOURCES,
            self.pending: None,
        }

    def _nothing(self) -> Updates:
        return {self.chat: gr.skip()}

    def stopped(self, exchanges: list[Exchange], question: str | None) -> Updates:
        """The visitor stopped the answer."""
        if question is None:
            return self._nothing()
        notice = render.notice_html("Stopped", "The question is back in the box.", kind="info")
        return self._failed(question, exchanges, notice)

    def show(self, exchanges: list[Exchange], event: gr.EventData) -> str:
        """The sources of an earlier answer, asked for by following one of its citations."""
        wanted = (event._data or {}).get("turn")
        for item in exchanges:
            if item.number == wanted:
                return conversation.sources_html(item, self.assistant)
        return NO_SOURCES

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


def _fresh() -> tuple[Any, list[Message], str, None, list[Exchange]]:
    return gr.update(value="", submit_btn="Ask", stop_btn=False), [], NO_SOURCES, None, []


def _example(event: gr.SelectData) -> str:
    return str(event.value["text"])


def _scope(collection: str | None) -> str | None:
    return None if collection in (None, ALL) else collection


def _sized(name: str, articles: int) -> str:
    return f"{name} ({articles:,} article{'' if articles == 1 else 's'})"
