"""A conversation as data, and how the events of one answer become what the page shows. No Gradio here.

The page is always drawn from a list of finished exchanges plus the one in flight. What failed is not an exchange: it
is shown until the next question and then gone, and it never enters the history that the assistant is given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypedDict

from corpus.article import Article
from corpus.errors import DossierError
from rag.answer import Answer, Answered, Checked, Claim, Drafting, Event, Retrieved, Searching, Turn, WriterFailed
from rag.scope import Scope, Understanding
from ui import render
from ui.web.service import Assistant
from ui.web.understood import Understood, without_repeats


class Message(TypedDict):
    """One bubble, in the form that Gradio's Chatbot takes."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its finished answer, numbered from 1 within the conversation."""

    number: int
    answer: Answer
    failure: str = ""  # why the language model's answer was replaced by an extractive one
    off: frozenset[Understanding] = frozenset()  # what was not to be read out of the question

    @property
    def prefix(self) -> str:
        return prefix_of(self.number)

    @property
    def turn(self) -> Turn:
        return Turn(self.answer.question, self.answer.text)

    def html(self, newest: bool = False) -> str:
        """The answer; only the newest one can be asked again in another reading."""
        answer = self.answer
        understood = Understood(
            self.prefix, answer.question, answer.standalone, answer.constraints, self.off, newest=newest
        )
        # The failure is told in a box of its own, and the search in lines of its own: the note need not.
        note = without_repeats(answer.note.removeprefix(self.failure).strip(), answer.constraints)
        shown = render.answer_html(replace(answer, note=note), self.prefix, understood.html())
        return _with_failure(self.failure, shown)


@dataclass(frozen=True, slots=True)
class Asking:
    """What is being answered, and whether it takes the place of the newest exchange."""

    question: str
    scope: Scope
    again: bool = False

    @property
    def alone(self) -> bool:
        """Whether the question was edited to be asked on its own."""
        return "follow_up" in self.scope.off and not self.again


def prefix_of(number: int) -> str:
    """What the ids of one exchange begin with."""
    return f"t{number}"


@dataclass(slots=True)
class Live:
    """The exchange in flight: takes the events of a stream in order and can be drawn after each."""

    number: int
    question: str
    off: frozenset[Understanding] = frozenset()
    status: str = "Searching…"
    understood: str = ""
    claims: list[Claim] = field(default_factory=list)
    draft: str = ""
    failure: str = ""
    finished: Exchange | None = None

    def take(self, event: Event) -> None:
        """Moves on by one event."""
        match event:
            case Searching(question=asked, standalone=standalone, constraints=constraints):
                read = Understood(prefix_of(self.number), asked, standalone, constraints, self.off, finished=False)
                self.understood = read.html()
            case Retrieved(evidence=evidence):
                self.status = f"Reading {len(evidence)} passages…" if len(evidence) != 1 else "Reading 1 passage…"
            case Drafting(delta=delta):
                self.draft += delta
            case Checked(claim=claim):
                self.claims.append(claim)
                self.draft = after_sentence(self.draft, claim.text)
            case WriterFailed(message=message):
                self.failure, self.claims, self.draft = message, [], ""
                self.status = "Answering with verbatim sentences…"
            case Answered(answer=answer):
                self.finished = Exchange(self.number, answer, self.failure, self.off)

    def html(self) -> str:
        """The answer so far, or what is being done about it."""
        if self.finished is not None:
            return self.finished.html(newest=True)
        body = render.claims_html(self.claims, prefix_of(self.number), self.draft)
        working = f'<p class="d-working">{render.escape(self.status)}</p>'
        return _with_failure(self.failure, f'<div class="d-answer d-live">{body or working}{self.understood}</div>')


def after_sentence(draft: str, sentence: str) -> str:
    """The draft behind a sentence that has been checked, without the markers that followed it.

    The checked sentence has its markers taken out and its white space tidied, so it is sought word by word, with
    markers allowed in between. Where it is not found, the draft stays as it is: a word too many in grey is better than
    one lost.
    """
    gap = r"(?:\s|\[\d+(?:\s*,\s*\d+)*\])*"
    words = re.findall(r"\w+|[^\w\s]", sentence)
    found = re.search("".join(re.escape(word) + gap for word in words), draft) if words else None
    return draft[found.end() :] if found else draft


def messages(exchanges: Sequence[Exchange], *, closed: bool = False) -> list[Message]:
    """The bubbles of the finished exchanges. The newest can be asked again, unless it is ``closed`` by a new one."""
    newest = 0 if closed or not exchanges else exchanges[-1].number
    return [
        message
        for item in exchanges
        for message in bubbles(item.answer.question, item.html(newest=item.number == newest))
    ]


def bubbles(question: str, answer: str) -> list[Message]:
    """One exchange: the question (left out where it is blank) and the answer's HTML."""
    asked: list[Message] = [{"role": "user", "content": render.question_html(question)}] if question.strip() else []
    return [*asked, {"role": "assistant", "content": answer}]


def error_html(error: DossierError) -> str:
    """What happened and what to do about it, as a box in the conversation."""
    message = str(error.args[0]) if error.args else str(error)
    return render.notice_html("This question could not be answered", message, error.hint)


def sources_html(exchange: Exchange, assistant: Assistant) -> str:
    """The sources of one finished exchange, each with its article in full where it can still be opened."""
    return panel_html(
        exchange.answer.question,
        render.sources_html(exchange.answer, _articles(exchange.answer, assistant), exchange.prefix),
    )


def panel_html(question: str, cards: str) -> str:
    """Source cards under a line that says which question they belong to."""
    shown = question if len(question) <= 160 else f"{question[:160].rstrip()} …"
    return f'<p class="d-for">For “{render.escape(shown)}”</p>{cards}'


def _articles(answer: Answer, assistant: Assistant) -> Mapping[render.ArticleKey, Article]:
    """The quoted articles; one that cannot be opened is left out, and its card says so."""
    articles: dict[render.ArticleKey, Article] = {}
    for key in dict.fromkeys(render.key_of(citation) for citation in answer.citations):
        try:
            articles[key] = assistant.article(*key)
        except DossierError:
            continue
    return articles


def _with_failure(failure: str, html: str) -> str:
    if not failure:
        return html
    title = "The language model could not finish, so this answer quotes the articles instead"
    return f'<div class="d-stack">{render.notice_html(title, failure, kind="warning")}{html}</div>'
