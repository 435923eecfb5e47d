"""Web pages: the article's words and nothing around them; what the page states about it, and how we know."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import readers
from corpus.article import SourceArticle
from corpus.readers import Skipped, Source
from corpus.readers.source import canonical

PARAGRAPHS = [
    f"The bridge over the Krommel opened on Monday after {number} years of work, the mayor of Orrin said at noon."
    for number in ("seven", "eight", "nine")
]
BODY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
NEWS = '"@context": "https://schema.org", "@type": "NewsArticle"'
URL = "https://orrin.example/news/bridge"


def page(head: str = "", body: str = f"<article><h1>Bridge opens</h1>{BODY}</article>", lang: str = "") -> str:
    return f"<!doctype html><html{lang}><head>{head}</head><body>{body}</body></html>"


def linked(json: str) -> str:
    return f'<script type="application/ld+json">{json}</script>'


def news(fields: str) -> str:
    return f"{{{NEWS}, {fields}}}"


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


def read(content: str | bytes, url: str | None = None) -> SourceArticle | Skipped:
    data = content.encode() if isinstance(content, str) else content
    (item,) = readers.read(Source("page.html", "page.html", data, url, content_type="text/html"))
    return item


def article(content: str | bytes, url: str | None = None) -> SourceArticle:
    item = read(content, url)
    assert isinstance(item, SourceArticle), item
    return item


def published(content: str, url: str | None = None) -> tuple[str, str] | None:
    found = article(content, url).published
    return (found.value, found.provenance) if found else None


# Dates

JSON_DATE = linked(news('"datePublished": "2024-03-15T08:00:00+01:00", "dateModified": "2024-03-16T09:30:00Z"'))
META_DATE = meta("article:published_time", "2024-03-14T08:00:00-05:00") + meta("article:modified_time", "2024-03-17")
TIME = f'<article><time pubdate datetime="2024-03-13">Wednesday</time>{BODY}</article>'
SHOWN = f'<article><span class="publish-date">March 12, 2024, 9:02 AM</span>{BODY}</article>'
DATELINE = f"<article><p>ORRIN, 11 March 2024 (Agency)</p>{BODY}</article>"
IN_URL = "https://orrin.example/2024/03/10/bridge"


@pytest.mark.parametrize(
    ("head", "body", "url", "expected"),
    [
        (JSON_DATE + META_DATE, TIME, IN_URL, ("2024-03-15T08:00:00+01:00", "metadata")),
        (META_DATE, TIME, IN_URL, ("2024-03-14T08:00:00-05:00", "metadata")),
        ("", TIME, IN_URL, ("2024-03-13", "metadata")),
        ("", SHOWN, IN_URL, ("2024-03-10", "url")),
        ("", SHOWN, "https://orrin.example/2024/03/bridge", ("2024-03-12T09:02:00", "text")),
        ("", SHOWN, URL, ("2024-03-12T09:02:00", "text")),
        ("", DATELINE, URL, ("2024-03-11", "text")),
        ("", BODY, "https://orrin.example/2024/03/bridge", ("2024-03", "url")),
        ("", BODY, URL, None),
    ],
    ids=["json-ld", "meta", "time", "address", "shown-before-month", "shown", "dateline", "month", "nothing"],
)
def test_the_best_statement_of_the_date_counts(
    head: str, body: str, url: str, expected: tuple[str, str] | None
) -> None:
    assert published(page(head, body), url) == expected


@pytest.mark.parametrize(
    "body",
    [
        f"<article>{BODY}</article><footer><span class='date'>1 January 2020</span> © 2023 Orrin Post</footer>",
        f"<article>{BODY}</article><aside><time datetime='2019-05-01'>Earlier</time></aside>",
        f"<article>{BODY}</article><div class='date'>1 May 2019</div><div class='date'>2 May 2019</div>",
        f"<article><time class='updated' datetime='2024-03-17'>17 March</time>{BODY}</article>",
        f"<article><span class='updated-date'>17 March 2024</span>{BODY}</article>",
        f"<article>{BODY}</article><div id='comments'><p itemprop='datePublished' content='2024-03-17'>Nice!</p></div>",
        f"<article>{BODY}</article><div class='related-story'><time datetime='2019-05-01'>Earlier</time></div>",
        f"<article>{BODY}<p>The old bridge fell on 9 June 1911.</p></article>",
        f"<article>{BODY}<span class='event-date'>Doors open 3 May 2019 at 19:00, tickets at the door</span></article>",
    ],
    ids=["footer", "aside", "two-dates", "time-updated", "updated", "comment", "related", "prose", "sentence"],
)
def test_a_date_that_is_about_something_else_is_left_alone(body: str) -> None:
    assert published(page(body=body), URL) is None


def test_a_date_is_never_that_of_today() -> None:
    assert published(page(body=f"<article>{BODY}</article><p>Today is {date.today():%d %B %Y}</p>"), URL) is None
    assert published(page(linked(news('"datePublished": "2199-01-01"'))), URL) is None


def test_the_update_is_told_apart_from_the_publication() -> None:
    found = article(page(JSON_DATE + META_DATE), URL)
    assert found.updated is not None
    assert (found.updated.value, found.updated.provenance) == ("2024-03-16T09:30:00+00:00", "metadata")
    only = article(page(meta("article:modified_time", "2024-03-17")), URL)
    assert (only.published, only.updated and only.updated.value) == (None, "2024-03-17")


# JSON-LD as pages write it


@pytest.mark.parametrize(
    "json",
    [
        news('"headline": "Opened", "datePublished": "2024-03-15"'),
        '[{"@type": "Organization", "name": "X"}, {' + NEWS + ', "headline": "Opened", "datePublished": "2024-03-15"}]',
        '{"@graph": [{"@type": "WebPage", "name": "W"}, {'
        + NEWS
        + ', "headline": "Opened", "datePublished": "2024-03-15"}]}',
        '{"@type": "WebPage", "mainEntity": {' + NEWS + ', "headline": "Opened", "datePublished": "2024-03-15"}}',
        "<!-- {" + NEWS + ', "headline": "Opened", "datePublished": "2024-03-15"} -->',
        "//<![CDATA[\n{" + NEWS + ', "headline": "Opened", "datePublished": "2024-03-15",}\n//]]>',
        news('"headline": "Opened", "datePublished": "2024-03-15", "x": [1, 2,], '),
        news('"headline": "Opened", "datePublished": "2024-03-15", "description": "says "so" badly"'),
        news('"headline": "Opened", "datePublished": "2024-03-15", "body": "raw\nline"'),
        '{"@type": ["Article", "http://schema.org/NewsArticle"], "headline": "Opened", "datePublished": "2024-03-15"}',
        news('"headline": "Other", "url": "https://a.example/x"')
        + "</script><script type='application/ld+json'>"
        + news(f'"headline": "Opened", "url": "{URL}", "datePublished": "2024-03-15"'),
    ],
    ids=["plain", "list", "graph", "main", "comment", "cdata", "commas", "quotes", "raw", "types", "two"],
)
def test_json_ld_is_understood_as_pages_write_it(json: str) -> None:
    found = article(page(f'<link rel="canonical" href="{URL}">' + linked(json)))
    assert found.title == "Opened"
    assert found.published is not None
    assert found.published.value == "2024-03-15"


@pytest.mark.parametrize(
    "json",
    ["", "{", "null", "[]", '"text"', "[" * 100_000, '{"@graph":' * 3000 + "1" + "}" * 3000, '{"@type": {"a": []}}',
     news('"headline": {"@id": "#a"}, "author": {"@id": "#b"}, "datePublished": ["x", {"y": 1}]'),
     '{"@type": "Organization", "datePublished": "2001-01-01"}',
     '{"@type": "ItemList", "itemListElement": [{' + NEWS + ', "datePublished": "2001-01-01"}]}'],
)  # fmt: skip
def test_json_ld_that_says_nothing_of_the_article_costs_nothing(json: str) -> None:
    found = article(page(linked(json)), URL)
    assert (found.title, found.published, found.authors) == ("Bridge opens", None, ())


def test_people_outlet_section_and_language_are_taken_over() -> None:
    story = news(
        '"headline": "Bridge &amp; dam", "articleSection": ["Local", "News"], "inLanguage": "en_GB",'
        '"author": [{"@id": "#ann"}, {"name": "Žofie Ďurčová"}], "publisher": {"name": "The Orrin Post"}'
    )
    json = f'{{"@graph": [{story}, {{"@id": "#ann", "@type": "Person", "name": "Ann Quist"}}]}}'
    found = article(page(linked(json)), URL)
    assert (found.title, found.outlet, found.section) == ("Bridge & dam", "The Orrin Post", "Local")
    assert found.authors == ("Ann Quist", "Žofie Ďurčová")
    assert (found.language, found.language_from) == ("en-GB", "metadata")


@pytest.mark.parametrize(
    ("head", "body", "authors"),
    [
        (meta("author", "By Ann Quist and Rolf Tern"), BODY, ("Ann Quist", "Rolf Tern")),
        (meta("author", "Ann Quist, Rolf Tern and Ada Voss"), BODY, ("Ann Quist", "Rolf Tern", "Ada Voss")),
        (meta("author", "Ann Quist, staff writer"), BODY, ("Ann Quist, staff writer",)),
        (meta("author", "Trinidad and Tobago"), BODY, ("Trinidad and Tobago",)),
        (meta("article:author", "https://social.example/ann"), BODY, ()),
        (meta("author", "admin"), BODY, ()),
        ("", f'<article><a rel="author" href="/ann">Ann Quist</a>{BODY}</article>', ("Ann Quist",)),
        ("", f'<article>{BODY}</article><aside><a rel="author">Ann Quist</a></aside>', ()),
    ],
)
def test_authors_are_names(head: str, body: str, authors: tuple[str, ...]) -> None:
    assert article(page(head, body), URL).authors == authors


@pytest.mark.parametrize(
    ("title", "outlet", "kept"),
    [
        ("Bridge opens - The Orrin Post", "The Orrin Post", "Bridge opens"),
        ("Bridge opens | Orrin Post", "The Orrin Post", "Bridge opens"),
        ("Bridge opens – at last", "The Orrin Post", "Bridge opens – at last"),
        ("Well-known bridge opens", "The Orrin Post", "Well-known bridge opens"),
    ],
)
def test_a_title_does_not_end_in_its_outlet(title: str, outlet: str, kept: str) -> None:
    assert article(page(meta("og:title", title) + meta("og:site_name", outlet))).title == kept


def test_a_handle_is_no_outlet_if_a_name_is_known() -> None:
    head = linked(news('"publisher": {"name": "Orrin Today"}'))
    assert article(page(meta("og:site_name", "orrintoday") + head)).outlet == "Orrin Today"
    assert article(page(meta("og:site_name", "Orrin Radio") + head)).outlet == "Orrin Radio"
    assert article(page(meta("og:site_name", "https://orrin.example"))).outlet is None


@pytest.mark.parametrize(
    ("lang", "expected"),
    [(' lang="de_AT"', ("de-AT", "metadata")), (' lang="x"', ("en", "text")), ("", ("en", "text"))],
)
def test_a_language_is_stated_or_told_from_the_text(lang: str, expected: tuple[str, str]) -> None:
    found = article(page(lang=lang))
    assert (found.language, found.language_from) == expected


# Addresses


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ('<link rel="canonical" href="https://orrin.example/bridge?utm_source=x#top">', "https://orrin.example/bridge"),
        ('<link rel="Canonical" href="/bridge">', "https://orrin.example/bridge"),
        ('<link rel="canonical" href="//orrin.example/bridge">', "https://orrin.example/bridge"),
        ('<link rel="canonical" href="https://orrin.example/">' + meta("og:url", "/dam"), "https://orrin.example/dam"),
        ('<link rel="canonical" href="https://orrin.example/">', URL),
        ('<link rel="canonical" href="http://[oops">', URL),
        ('<link rel="canonical" href="javascript:x()">', URL),
        (linked(news('"url": "https://orrin.example/dam"')), "https://orrin.example/dam"),
        ("", URL),
    ],
)
def test_the_address_is_the_pages_own(head: str, url: str) -> None:
    assert article(page(head), URL + "?fbclid=1").url == url


def test_a_saved_page_that_names_only_its_site_has_no_address() -> None:
    assert article(page('<link rel="canonical" href="https://orrin.example/">')).url is None
    assert article(page('<link rel="canonical" href="/bridge">')).url is None  # of which site?


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://A.example:443/x?id=123&utm_source=a&fbclid=b&gclid=c#top", "https://a.example/x?id=123"),
        ("https://a.example/?p=45", "https://a.example/?p=45"),
        ("https://a.example/story.php?storyid=12&page=2", "https://a.example/story.php?page=2&storyid=12"),
        ("https://a.example/x#comments", "https://a.example/x"),
        ("https://a.example/#!/story/7", "https://a.example/#!/story/7"),
        ("urn:newsml:a:1", "urn:newsml:a:1"),
        ("http://[oops", "http://[oops"),
        ("", None),
        (None, None),
    ],
)
def test_a_canonical_address_keeps_what_names_the_article(url: str | None, expected: str | None) -> None:
    assert canonical(url) == expected
    assert canonical(expected) == expected


# The text


def test_nothing_around_the_article_is_in_its_text() -> None:
    around = """<div class="cookies"><p>We use cookies to count our visitors and remember your settings.</p></div>
    <nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav><main>{}</main>
    <footer><p>Copyright 2024 The Orrin Post. All rights reserved by the publisher.</p></footer>"""
    inside = f"""<article><h1>Bridge opens</h1><div class="share"><a href="#">Share on X</a></div>{BODY}
    <p>Read more: The long history of the bridges over the Krommel</p><p>Related stories</p>
    <p>Sign up for our newsletter and never miss a bridge again</p></article>"""
    assert article(page(body=around.format(inside))).text == "\n\n".join(PARAGRAPHS)


def test_a_paragraph_that_the_source_breaks_is_one() -> None:
    broken = f"{PARAGRAPHS[0]}<br>{PARAGRAPHS[1].replace('years of', 'years<br>of')}"
    text = article(page(body=f"<article><p>{broken}</p><p>{PARAGRAPHS[2]}</p></article>")).text
    assert "years of" in text.split("\n\n")[1]
    assert len(text.split("\n\n")) == 3


def test_an_article_that_only_json_ld_carries_in_full_is_taken_from_there() -> None:
    stated = " ".join(PARAGRAPHS * 5)
    json = linked(news(f'"articleBody": "&lt;p&gt;{stated}"'))
    assert stated in article(page(json, f"<article><p>{PARAGRAPHS[0]}</p></article>")).text


# Bytes

GERMAN = "Die Brücke über die Krommel wurde am Montag für Fußgänger geöffnet, sagte Bürgermeister Groß. " * 3
JAPANESE = "クロンメル川に架かる橋は、七年の工事を経て月曜日に開通した。市長が正午に発表した。灯台も点灯された。" * 3


@pytest.mark.parametrize(
    ("text", "encoding", "declared"),
    [
        (GERMAN, "utf-8", "utf-8"),
        (GERMAN, "utf-8", "iso-8859-1"),
        (GERMAN, "cp1252", "utf-8"),
        (GERMAN, "cp1252", "iso-8859-1"),
        (GERMAN, "cp1252", "nonsense"),
        (GERMAN, "iso-8859-15", "iso-8859-15"),
        (GERMAN, "utf-16", "utf-8"),
        (JAPANESE, "shift_jis", "utf-8"),
        (JAPANESE, "shift_jis", "shift_jis"),
        (JAPANESE, "shift_jis", "iso-8859-1"),
        (JAPANESE, "euc_jp", "euc-jp"),
        (JAPANESE, "iso-2022-jp", "iso-2022-jp"),
    ],
)
def test_a_declared_charset_is_believed_if_the_bytes_bear_it_out(text: str, encoding: str, declared: str) -> None:
    content = page(f'<meta charset="{declared}">', f"<article><p>{text}</p></article>").encode(encoding)
    assert article(content).text == text.strip()


def test_one_broken_character_does_not_spoil_the_others() -> None:
    content = page('<meta charset="utf-8">', f"<article><p>{GERMAN}</p><p>@</p></article>").encode()
    assert article(content.replace(b"@", PARAGRAPHS[0].encode() + b" caf\xe9")).text.startswith(GERMAN.strip())


def test_stray_nul_bytes_are_passed_over() -> None:
    assert article(page().replace("bridge", "bri\0dge", 2)).text == "\n\n".join(PARAGRAPHS)


DEEP = 100_000


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * DEEP + BODY,
        "<article>" + "<b>" * DEEP + BODY,
        f"<article>{BODY}</article>" + "<div>" * DEEP,
        "<p><b><i>" * DEEP + BODY,
        "<" * DEEP,
        f"<article>{BODY}</article>" + "<ul><li>a" * DEEP,
        "<table>" + "<tr><td>a<td>b" * DEEP,
    ],
    ids=["div", "b", "after", "unclosed", "less-than", "lists", "table"],
)
def test_no_nesting_hangs_or_crashes_the_reader(body: str) -> None:
    start = time.perf_counter()
    item = read(page(body=body))
    assert isinstance(item, SourceArticle) or "No article" in item.reason
    assert time.perf_counter() - start < 20  # some seconds on an idle machine


def test_elements_can_be_nested_a_thousand_deep() -> None:
    assert PARAGRAPHS[0] in article(page(body="<div>" * 1000 + BODY)).text


def test_a_page_of_ten_megabytes_is_read() -> None:
    filler, numbers = " " * 250, range(30_000)
    lines = "".join(
        f"<p>{filler}Line {number} says that the bridge was opened on day {number % 365}.</p>" for number in numbers
    )
    found = article(page(body=f"<article>{lines}</article>"))
    assert "Line 29999 says" in found.text
    scripts = "<script>" + "var x = '<p>';\n" * 700_000 + "</script>"
    assert article(page(scripts)).text == "\n\n".join(PARAGRAPHS)


@settings(max_examples=50, deadline=None)
@given(
    st.recursive(
        st.text(max_size=20), lambda inner: st.builds("<{0}>{1}".format, st.sampled_from(["p", "div", "td"]), inner)
    )
)
def test_any_page_is_an_article_or_one_reason(body: Any) -> None:
    item = read(page(body=body))
    assert isinstance(item, Skipped) or item.text.strip()
