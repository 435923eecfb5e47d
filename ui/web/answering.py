"""Answering on the page: a question typed, edited or asked again in another reading, streamed, stopped or failed.

What happens becomes updates of the components in `Parts`. The server keeps nothing between events but the `gr.State`
of each visitor.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from corpus.errors import DossierError
from rag.answer import Drafting, Retrieved
from rag.scope import UNDERSTANDINGS, Scope, Understanding
from ui import render
from ui.web import conversation
from ui.web.conversation import Asking, Exchange, Live, Message
from ui.web.filters import scope_of
from ui.web.pump import Broken, pumped
from ui.web.service import Assistant

log = logging.getLogger(__name__)

Updates = dict[Any, Any]
"""Component → its new value or properties, as Gradio takes them."""

DRAFT_EVERY = 0.06  # seconds between two drawings of a growing draft

NO_SOURCES = '<p class="d-meta d-quiet">The articles behind an answer appear here, with the quoted words marked.</p>'
ALONE = (
    '<p class="d-alone">Asked on its own, without the conversation. '
    '<button type="button" class="d-with-history">Use the conversation</button></p>'
)
IN_THE_BOX = "The question is back in the box."
KEPT = "The answer before it is kept."


@dataclass(frozen=True, slots=True)
class Parts:
    """The components that answering changes."""

    box: gr.Textbox
    chat: gr.Chatbot
    panel: gr.HTML
    note: gr.HTML  # says so if the question in the box will be asked on its own
    exchanges: gr.State
    pending: gr.State  # what is being answered, or None
    alone: gr.State  # whether the question in the box takes nothing from the conversation

    @property
    def all(self) -> list[Any]:
        return [self.box, self.chat, self.panel, self.note, self.exchanges, self.pending, self.alone]


class Answering:
    """The handlers. Their updates name the parts that change."""

    def __init__(self, assistant: Assistant, parts: Parts) -> None:
        self.assistant = assistant
        self.parts = parts

    def ask(
        self,
        question: str,
        collection: str | None,
        exchanges: list[Exchange],
        pending: Asking | None,
        alone: bool,
        *chosen: Any,
    ) -> Iterator[Updates]:
        """Answers what was typed."""
        off: frozenset[Understanding] = frozenset({"follow_up"} if alone else ())
        yield from self._stream(Asking(question, Scope(off=off)), collection, chosen, exchanges, pending)

    def again(
        self,
        event: gr.EventData,
        collection: str | None,
        exchanges: list[Exchange],
        pending: Asking | None,
        *chosen: Any,
    ) -> Iterator[Updates]:
        """Answers the newest question anew, with one understanding switched off, or on again."""
        wanted = event._data or {}
        newest = exchanges[-1] if exchanges else None
        kind = next((kind for kind in UNDERSTANDINGS if kind == wanted.get("kind")), None)
        if newest is None or kind is None or wanted.get("turn") != newest.number:
            yield self._nothing()
            return
        asking = Asking(newest.answer.question, Scope(off=newest.off ^ {kind}), again=True)
        yield from self._stream(asking, collection, chosen, exchanges, pending)

    def edit(self, event: gr.EventData, exchanges: list[Exchange]) -> Updates:
        """Puts the question as it was searched into the box, to be changed and asked on its own."""
        wanted = (event._data or {}).get("turn")
        for item in exchanges:
            if item.number == wanted:
                return {self.parts.box: item.answer.standalone, **self._alone(True)}
        return self._nothing()

    def with_history(self) -> Updates:
        """The question in the box belongs to the conversation after all."""
        return self._alone(False)

    def stopped(self, exchanges: list[Exchange], pending: Asking | None) -> Updates:
        """The visitor stopped the answer."""
        if pending is None:
            return self._nothing()
        notice = render.notice_html("Stopped", KEPT if pending.again else IN_THE_BOX, kind="info")
        return self._failed(pending, exchanges, notice)

    def fresh(self) -> Updates:
        """A new conversation."""
        return {
            self.parts.box: gr.update(value="", submit_btn="Ask", stop_btn=False),
            self.parts.chat: [],
            self.parts.panel: NO_SOURCES,
            self.parts.exchanges: [],
            self.parts.pending: None,
            **self._alone(False),
        }

    def show(self, exchanges: list[Exchange], event: gr.EventData) -> str:
        """The sources of an earlier answer, asked for by following one of its citations."""
        wanted = (event._data or {}).get("turn")
        for item in exchanges:
            if item.number == wanted:
                return conversation.sources_html(item, self.assistant)
        return NO_SOURCES

    # ---------------------------------------------------------------------------------------------- one answer

    def _stream(
        self,
        asking: Asking,
        collection: str | None,
        chosen: Sequence[Any],
        exchanges: list[Exchange],
        pending: Asking | None,
    ) -> Iterator[Updates]:
        """Streams one answer into the page; can be stopped at any time, and survives a defect of the program."""
        if pending is not None:
            gr.Info("An answer is still being written. Wait for it, or stop it.")
            yield self._nothing()
            return
        try:
            asking = replace(asking, scope=replace(scope_of(collection, chosen), off=asking.scope.off))
        except DossierError as error:
            yield self._failed(asking, exchanges, conversation.error_html(error))
            return
        for update in pumped(self._answer(asking, exchanges)):
            if isinstance(update, Broken):
                log.error("An answer ended in a defect", exc_info=update.error)
                yield self._failed(asking, exchanges, _defect(asking))
            else:
                yield update or self._nothing()

    def _answer(self, asking: Asking, exchanges: list[Exchange]) -> Iterator[Updates]:
        kept = exchanges[:-1] if asking.again else exchanges
        live = Live(len(kept) + 1, asking.question, asking.scope.off)
        before = conversation.messages(kept, closed=True)
        drawn = 0.0
        yield self._begun(asking, [*before, *conversation.bubbles(asking.question, live.html())])
        try:
            history = [item.turn for item in kept]
            for event in self.assistant.stream(asking.question, history, scope=asking.scope):
                live.take(event)
                if isinstance(event, Drafting):
                    if time.monotonic() - drawn < DRAFT_EVERY:
                        continue
                    drawn = time.monotonic()
                update: Updates = {self.parts.chat: [*before, *conversation.bubbles(asking.question, live.html())]}
                if isinstance(event, Retrieved):
                    cards = render.retrieved_html(event.evidence, conversation.prefix_of(live.number))
                    update[self.parts.panel] = conversation.panel_html(asking.question, cards)
                yield update
        except DossierError as error:
            yield self._failed(asking, exchanges, conversation.error_html(error))
            return
        if live.finished is None:
            notice = render.notice_html("This question could not be answered", "The answer broke off.", "Ask again.")
            yield self._failed(asking, exchanges, notice)
            return
        yield self._answered(live.finished, kept)

    def _begun(self, asking: Asking, shown: list[Message]) -> Updates:
        box: dict[str, Any] = {"submit_btn": False, "stop_btn": "Stop"}
        updates: Updates = {self.parts.chat: shown, self.parts.panel: NO_SOURCES, self.parts.pending: asking}
        if asking.again:  # what is being typed stays
            return {self.parts.box: gr.update(**box), **updates}
        return {self.parts.box: gr.update(value="", **box), **updates, **self._alone(False)}

    def _answered(self, finished: Exchange, kept: list[Exchange]) -> Updates:
        done = [*kept, finished]
        return {
            self.parts.box: gr.update(submit_btn="Ask", stop_btn=False),  # what was typed meanwhile stays
            self.parts.chat: conversation.messages(done),
            self.parts.panel: conversation.sources_html(finished, self.assistant),
            self.parts.exchanges: done,
            self.parts.pending: None,
        }

    def _failed(self, asking: Asking, exchanges: list[Exchange], notice: str) -> Updates:
        """Shows why, and puts the question back into the box; what was asked again keeps its answer instead."""
        box: dict[str, Any] = {"submit_btn": "Ask", "stop_btn": False}
        before = conversation.messages(exchanges)
        if asking.again:
            return {
                self.parts.box: gr.update(**box),
                self.parts.chat: [*before, *conversation.bubbles("", notice)],
                self.parts.panel: conversation.sources_html(exchanges[-1], self.assistant),
                self.parts.pending: None,
            }
        return {
            self.parts.box: gr.update(value=asking.question, **box),
            self.parts.chat: [*before, *conversation.bubbles(asking.question, notice)],
            self.parts.panel: NO_SOURCES,
            self.parts.pending: None,
            **self._alone(asking.alone),
        }

    def _alone(self, alone: bool) -> Updates:
        return {self.parts.alone: alone, self.parts.note: ALONE if alone else ""}

    def _nothing(self) -> Updates:
        return {self.parts.chat: gr.skip()}


def _defect(asking: Asking) -> str:
    return render.notice_html(
        "Something went wrong inside Dossier",
        KEPT if asking.again else "The question is back in the box, and the conversation so far is kept.",
        "The terminal in which Dossier runs says what happened.",
    )
