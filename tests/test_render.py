"""The renderings of an answer: exact, inert and complete, whatever the text is."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.article import Article, text_digest
from rag.answer import Answer, Citation, Claim, Disagreement, Evidence, Findings, Reprint, Statement, Usage
from ui import plain, render
from ui.describe import findings

TAG = re.compile(r"<[^>]*>")
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> [a](javascript:alert(1)) ![i](http://evil.example/i.png)\n"
    "# Heading\n\n* item `code` https://evil.example $$x$$ {{value}} ${value} \"quoted\" 'single' &lt;b&gt; "
    "</details></p>"
)


def visible(markup: str) -> str:
    return html.unescape(TAG.sub("", markup))


def stored(text: str) -> Article:
    return Article(
        collection="c", id="a", sha256=text_digest(text), title="Title", text=text, origin="a.txt",
        ingested=datetime(2024, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def cite(source: Article, start: int, end: int, marker: int = 1, **more: str | None) -> Citation:
    fields = {"title": source.title, **more}
    return Citation(marker, source.id, source.collection, source.sha256, start, end, source.text[start:end], **fields)  # type: ignore[arg-type]


def answer_of(*claims: Claim, evidence: tuple[Evidence, ...] = (), note: str = "") -> Answer:
    return Answer("q?", "q?", "answered" if claims else "insufficient", claims, evidence, note)


def tags_of(markup: str) -> set[str]:
    return {match.lower() for match in re.findall(r"<\s*/?\s*([a-zA-Z][\w-]*)", markup)}


OURS = {"div", "p", "span", "a", "s", "strong", "mark", "article", "h3", "details", "summary", "blockquote", "time"}
OURS |= {"ul", "li"}


@given(st.text(), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6))
@settings(max_examples=300, deadline=None)
def test_a_marked_text_is_the_text(text: str, spans: list[tuple[int, int]]) -> None:
    quotes = [(start, end, f"t1-c{number}-s1") for number, (start, end) in enumerate(spans)]
    marked = render.marked_html(text, quotes)
    text = text.translate({0x202D: "\ufffd", 0x202E: "\ufffd"})
    assert visible(marked) == text
    for start, end, group in quotes:
        if not 0 <= start < end <= len(text):
            continue
        pieces = re.findall(r'<mark data-cites="([^"]*)">(.*?)</mark>', marked, re.DOTALL)
        assert visible("".join(piece for groups, piece in pieces if group in groups.split())) == text[start:end]
        assert marked.count(f'id="{group}"') == 1


@given(st.text(alphabet=st.sampled_from("<>&\"'`*_[](){}#!|~\\$:/\n\r ascript=onerror")))
def test_escaped_text_holds_nothing_that_means_something(text: str) -> None:
    escaped = render.escape(text)
    assert html.unescape(escaped) == text
    assert not re.search(r"[<>\"'`*_\[\](){}!|~\\$\n\r]", escaped)


def test_hostile_fields_stay_text() -> None:
    source = replace(stored(HOSTILE), title=HOSTILE)
    quote = Citation(
        1, "a", "c", source.sha256, 0, len(HOSTILE), HOSTILE, HOSTILE, HOSTILE, HOSTILE, "javascript:alert(1)"
    )
    reprint = Reprint(HOSTILE, HOSTILE, HOSTILE, HOSTILE, "javascript:alert(1)")
    found = Evidence(
        2, "b", "c", "v", 0, 9, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, reprints=(reprint,), flags=(HOSTILE,)
    )
    full = Answer(
        HOSTILE,
        HOSTILE + "?",
        "answered",
        (
            Claim(HOSTILE, (quote,), "contradicted", HOSTILE, context=quote, notes=(HOSTILE,)),
            Claim(HOSTILE, (quote,), "supported", context=quote, notes=(HOSTILE,)),
        ),
        (found, replace(found, marker=1)),
        HOSTILE,
        short=HOSTILE,
        writer=HOSTILE,
        missing=(HOSTILE,),
        disagreements=(Disagreement((Statement(HOSTILE, quote), Statement(HOSTILE, quote))),),
        usage=Usage(1, 2, 3, 4.0),
    )
    parts = [
        render.answer_html(full, "t1"),
        render.insufficient_html(full),
        render.sources_html(full, {("c", "a", source.sha256): source}, "t1"),
        render.retrieved_html((found,), "t1"),
        render.question_html(HOSTILE),
        render.draft_html(HOSTILE),
        render.notice_html(HOSTILE, HOSTILE, HOSTILE),
    ]
    for markup in parts:
        assert tags_of(markup) <= OURS
        assert "\n" not in markup  # a Markdown renderer sees one block of HTML
        assert not re.search(r"<[^>]*\son\w+\s*=", markup)
        assert all(href.startswith("#t1-") for href in re.findall(r'href="([^"]*)"', markup))
        assert "&#60;script" in markup


def test_citation_links_name_the_marks_they_open() -> None:
    source = stored("One two three. Four five six.")
    claims = (
        Claim("First.", (cite(source, 0, 13), cite(source, 4, 20)), "supported"),
        Claim("Second.", (cite(source, 15, 28, marker=2),), "supported"),
    )
    answer = answer_of(*claims)
    body = render.answer_html(answer, "t7")
    assert re.findall(r'href="#([^"]*)"', body) == ["t7-c1-s1", "t7-c2-s2"]
    assert visible(body).startswith("First.Source [1] Second.Source [2]")
    panel = render.sources_html(answer, {("c", "a", source.sha256): source}, "t7")
    assert 'id="t7-s1"' in panel
    assert 'id="t7-s2"' in panel
    assert panel.count('id="t7-c1-s1"') == 1
    assert panel.count('id="t7-c2-s2"') == 1
    assert panel.count(source.text) == 0
    assert visible(panel).count("Four five six.") >= 1


@pytest.mark.parametrize("verdict", ["unsupported", "contradicted"])
def test_a_failed_sentence_is_struck_and_says_why(verdict: str) -> None:
    body = render.answer_html(answer_of(Claim("It rained.", (), verdict, "no article says so")), "t1")  # type: ignore[arg-type]
    assert "<s>It rained.</s>" in body
    assert body.count("no article says so") >= 2  # in the tooltip and in the text
    assert "0 of 1 sentence supported" in body


@pytest.mark.parametrize("verdict", ["partial", "uncited"])
def test_a_doubtful_sentence_is_marked(verdict: str) -> None:
    body = render.answer_html(answer_of(Claim("It rained.", (), verdict, "only half of it")), "t1")  # type: ignore[arg-type]
    assert render.VERDICTS[verdict] in body
    assert 'title="only half of it"' in body
    assert "<s>" not in body


def test_insufficient_is_a_calm_answer() -> None:
    body = render.answer_html(answer_of(note="Nothing about the moon."), "t1")
    assert "Not in the collection" in body
    assert "Nothing about the moon." in body
    assert "error" not in body
    told = render.answer_html(answer_of(note="Not in the collection: nothing in “harbour” touches on this."), "t1")
    assert told.count("Not in the collection") == 1
    assert "Nothing in “harbour”" in told


def test_insufficient_still_shows_what_failed() -> None:
    failed = (Claim("It rained.", (), "unsupported", "no article says so"),)
    body = render.answer_html(Answer("q?", "q?", "insufficient", failed, note="Not in the collection: no."), "t1")
    assert "<s>It rained.</s>" in body
    assert "no article says so" in body


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://tern.example/a?b=1&c=2", True),
        ("http://tern.example", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,x", False),
        ("//tern.example", False),
        ("http://[broken", False),
        ("file:///etc/hosts", False),
        ("https:no-host", False),
    ],
)
def test_only_web_addresses_become_links(url: str, linked: bool) -> None:
    source = stored("One two.")
    panel = render.sources_html(answer_of(Claim("S.", (cite(source, 0, 3, url=url),), "supported")), {}, "t1")
    assert ("href=" in panel) is linked
    if linked:
        assert 'rel="noopener noreferrer"' in panel


def test_a_source_without_its_article_keeps_the_quote() -> None:
    source = stored("One two.")
    panel = render.sources_html(answer_of(Claim("S.", (cite(source, 0, 3),), "supported")), {}, "t1")
    assert '<blockquote dir="auto">One</blockquote>' in panel
    assert "cannot be opened" in panel


def test_reprints_are_folded_under_the_source_with_their_marker() -> None:
    source = stored("One two.")
    reprints = (
        Reprint("b", "The same again", "The Post", "2024-01-02", "https://post.example/b"),
        Reprint("c", " ", None, None, "javascript:alert(1)"),
    )
    found = tuple(
        Evidence(marker, "a", "c", "v", 0, 1, "x", "T", reprints=reprints[:count])
        for marker, count in ((1, 2), (2, 1), (3, 0))
    )
    answer = answer_of(Claim("S.", (cite(source, 0, 3),), "supported"), evidence=found)
    first, second, third = render.sources_html(answer, {}, "t1").split("<article")[1:]
    assert "The Post · 2 January 2024 The same again (opens the original in a new tab)" in visible(first)
    assert "date unknown Untitled" in visible(first)
    assert "and 2 reprints" in first
    assert re.findall(r'href="([^"]*)"', first) == [render.escape("https://post.example/b")]
    assert "and 1 reprint<" in second
    assert "reprint" not in third
    assert "and 2 reprints" in render.retrieved_html(found[:1], "t1")


@pytest.mark.parametrize(
    ("published", "shown"), [("2024-04-28", "28 April 2024"), (None, "date unknown"), ("spring", "spring")]
)
def test_dates(published: str | None, shown: str) -> None:
    panel = render.retrieved_html((Evidence(1, "a", "c", "v", 0, 1, "x", "T", published=published),), "t1")
    assert shown in visible(panel)


def test_plain_text_lists_numbered_sources_and_quotes() -> None:
    source = stored("One two three.\n\x1b[31mRed four.")
    claims = (
        Claim("First.", (cite(source, 0, 13, outlet="The Post", published="2024-01-02"),), "supported"),
        Claim("Second.", (cite(source, 15, len(source.text), marker=2),), "contradicted", "it says three"),
    )
    assert plain.markdown(answer_of(*claims)) == (
        "First. [1] Second. [2] (contradicted: it says three)\n\n"
        "[1] Title, The Post, 2024-01-02\n    “One two three”\n"
        "[2] Title, date unknown\n    “[31mRed four.”"
    )
    assert plain.markdown(answer_of(note="Nothing.")) == "Nothing."


def test_a_lone_surrogate_can_be_sent() -> None:
    assert render.escape("a\ud800b") == "a\ufffdb"


DANGEROUS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[text](javascript:alert(1))",
    '[text](https://evil.example "title")',
    "![image](https://evil.example/pixel.png)",
    "[ref]: https://evil.example",
    "<https://evil.example>",
    "https://evil.example and mailto:eve@evil.example",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<style>body{display:none}</style>",
    "&lt;script&gt; &#60;b&#62;",
    "</div></details><iframe src=//evil.example>",
    "text\n\n# heading\n\n    code\n\n```html\n<b>\n```",
    "evil \u202egpj.exe\u202c end",
    "$$\\href{javascript:alert(1)}{x}$$",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_links_html_and_markdown_of_articles_and_models_are_inert(text: str) -> None:
    source = replace(stored(text), title=text)
    quote = cite(source, 0, len(text))
    found = Evidence(1, "a", "c", source.sha256, 0, len(text), text, text, flags=(text,))
    answer = Answer("q?", "q?", "answered", (Claim(text, (quote,), "supported", notes=(text,)),), (found,), short=text)
    for markup in (render.answer_html(answer, "t1"), render.sources_html(answer, {}, "t1")):
        assert tags_of(markup) <= OURS
        assert all(href.startswith("#t1-") for href in re.findall(r'href="([^"]*)"', markup))
        assert "\n" not in markup
        bare = TAG.sub("", markup)
        assert not re.search(r"[<>`*_\[\](){}!|~\\$\u202d\u202e]|://|mailto:|javascript:", bare)
    assert "\u202e" not in plain.markdown(answer)
    assert "\x1b" not in plain.markdown(answer)


def test_what_a_reader_should_know_is_shown() -> None:
    first = replace(stored("Ivo Marek was elected in 2019. He resigned."), id="a", outlet="Courier")
    other = replace(stored("He has not resigned, 12 people say."), id="b", outlet="Gazette")
    he = cite(first, 31, 43, outlet="Courier", published="2024-05-03")
    twelve = cite(other, 0, len(other.text), marker=2, outlet="Gazette", published="2024-05-05")
    copies = tuple(Reprint(f"copy{number}", "Copy") for number in range(14))
    answer = Answer(
        "q?",
        "q?",
        "answered",
        (
            Claim("He resigned.", (he,), "supported", context=cite(first, 0, 30), notes=("opinion", "one source")),
            Claim("He has not.", (twelve,), "supported", notes=("according to the union",)),
        ),
        (
            Evidence(1, "a", "c", first.sha256, 0, 43, first.text, "T", "Courier", reprints=copies, flags=("is odd",)),
            Evidence(2, "b", "c", other.sha256, 0, 35, other.text, "T", "Gazette"),
        ),
        short="resigned",
        writer="stub",
        missing=("who follows him",),
        disagreements=(Disagreement((Statement("10", he), Statement("12", twelve))),),
        usage=Usage(1204, 210, 2, 3.14, counted=False),
    )
    html_text = visible(render.answer_html(answer, "t1"))
    panel = render.sources_html(answer, {}, "t1")
    text = plain.markdown(answer)
    for told in (html_text, text):
        assert "2 independent sources, 14 reprints" in told
        assert "10 (Courier, 3 May 2024)" in told
        assert "12 (Gazette, 5 May 2024, later)" in told
        assert "Not answered by any article: who follows him" in told
        assert "model stub: about 1,204 tokens in, 210 out, 3.1 s, 2 calls" in told
        assert "… “Ivo Marek was elected in 2019.”" in told
        assert "one source" in told  # for the other sentence has more than one
        assert "according to the union" in told
    assert '<p class="d-short" dir="auto"><strong>resigned</strong></p>' in render.answer_html(answer, "t1")
    assert text.startswith("**resigned**\n\n(… “Ivo Marek was elected in 2019.”) He resigned. [1] (opinion;")
    assert "Careful: this passage is odd. It is not followed." in visible(panel)
    assert "Careful: this passage is odd." in text
    assert re.findall(r'href="#(t1-d1-s\d)"', render.answer_html(answer, "t1")) == ["t1-d1-s1", "t1-d1-s2"]


def test_a_quote_within_another_is_shown_once() -> None:
    source = stored("One two three. Four five six.")
    answer = answer_of(Claim("S.", (cite(source, 0, 14), cite(source, 4, 7), cite(source, 15, 19)), "supported"))
    assert re.findall(r"<blockquote[^>]*>(.*?)<", render.sources_html(answer, {}, "t1")) == ["One two three.", "Four"]
    assert plain.markdown(answer).count("“") == 2


def test_a_note_that_is_told_already_is_no_label() -> None:
    single = (
        Claim("The union said 9,000 came.", (), "supported", notes=("according to the union", "one source")),
        Claim("It rained.", (), "partial", notes=("one source",)),
    )
    assert plain.labels(single) == [(), ()]  # the sentence names the union; all sentences have one source
    mixed = (*single, Claim("It snowed.", (), "supported"))
    assert plain.labels(mixed) == [("one source",), ("one source",), ()]
    assert plain.labels((Claim("9,000 came.", (), "supported", notes=("according to the union",)),)) == [
        ("according to the union",)
    ]


def test_a_text_cannot_be_shown_in_another_order() -> None:
    assert render.escape("a\u202eb\u202dc") == "a\ufffdb\ufffdc"
    assert plain.plain("a\u202eb\u2066c\u2069") == "abc"


def test_a_search_tells_what_a_passage_hides() -> None:
    item = Evidence(1, "a", "c", "v", 0, 1, "x\u202ey", "T", flags=("contains hidden text",))
    told = findings(Findings("q?", "q?", (item,)))
    assert "Careful: this passage contains hidden text. It is not followed." in told
    assert "\u202e" not in told
