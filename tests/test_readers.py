"""Readers: every file becomes articles, or says why not; none stops the others."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from corpus import readers
from corpus.article import SourceArticle
from corpus.catalog import Catalog
from corpus.errors import NothingToRead
from corpus.readers import Skipped
from corpus.readers.source import MAX_FILE_BYTES

TEXT = "“Das Café in Köln öffnete – für 3 € – am Montag”, sagte Frau Müller. Es war kühl.\n\nDanach schloss es wieder."
JAPANESE = "日本語の記事です。今日は晴れ。明日も晴れるでしょう。\n東京都の知事が発表した。灯台は点灯された。"


def read(path: Path) -> list[SourceArticle | Skipped]:
    return list(readers.read(path))


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def article(path: Path) -> SourceArticle:
    (only,) = read(path)
    assert isinstance(only, SourceArticle), only
    return only


def reason(path: Path) -> str:
    (only,) = read(path)
    assert isinstance(only, Skipped), only
    assert only.origin == str(path)
    return only.reason


# Plain text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (TEXT, "utf-8"),
        (TEXT, "utf-8-sig"),
        (TEXT, "utf-16"),
        (TEXT, "utf-32"),
        (TEXT, "cp1252"),
        (JAPANESE, "utf-16"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
    ],
)
def test_a_text_file_is_read_in_the_encoding_that_it_is_in(tmp_path: Path, text: str, encoding: str) -> None:
    assert article(written(tmp_path, "a.txt", text.encode(encoding))).text == text


def test_big_endian_utf_16_is_known_by_its_mark(tmp_path: Path) -> None:
    assert article(written(tmp_path, "a.txt", b"\xfe\xff" + TEXT.encode("utf-16-be"))).text == TEXT


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \n\t\r\n", "empty"),
        (b"\xef\xbb\xbf", "white space"),
        ("\u00a0\u3000\u2028".encode(), "white space"),
        (bytes(range(256)) * 20, "not text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(128, 256)) * 9, "not text"),
        (TEXT.encode("utf-16-le"), "not text"),
        (JAPANESE.encode("utf-16-be"), "not text"),
        (b"\xff\xfe" + TEXT.encode("utf-16-le")[:-1], "utf-16"),
        (TEXT.encode() + JAPANESE.encode("shift_jis") + b" \x80\xff\xfe caf\xe9", "encoding"),
    ],
    ids=["empty", "white", "only-a-mark", "only-odd-spaces", "binary", "picture", "utf-16-le-unmarked",
         "utf-16-be-unmarked", "utf-16-cut", "mixture"],
)  # fmt: skip
def test_a_text_file_that_holds_no_text_says_so(tmp_path: Path, content: bytes, words: str) -> None:
    assert words in reason(written(tmp_path, "a.txt", content))


def test_line_ends_become_one_kind_and_nothing_else_changes(tmp_path: Path) -> None:
    text = "Headline\r\n\r\nOne\ttab,  two spaces.\rOld line.\u00a0It\u2019s\u0301 so.\n"
    assert article(written(tmp_path, "a.txt", text)).text == text.replace("\r\n", "\n").replace("\r", "\n").strip()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Bridge opens\n\nIt opened on Monday.", "Bridge opens"),
        ("Bridge opens\nIt opened on Monday.", "Bridge opens"),
        ("It opened on Monday.", "It opened on Monday."),
        ("word " * 100, " ".join(["word"] * 16) + " …"),
        ("x" * 500, "x" * 80 + " …"),
    ],
    ids=["headline", "no-blank-line", "one-line", "long-line", "one-long-word"],
)
def test_a_text_file_has_a_title(tmp_path: Path, text: str, title: str) -> None:
    found = article(written(tmp_path, "a.txt", text))
    assert found.title == title
    assert found.text.startswith(title.removesuffix(" …"))


def test_the_same_file_is_the_same_article_and_another_is_another(tmp_path: Path) -> None:
    one, other = written(tmp_path, "a.txt", TEXT), written(tmp_path, "b.txt", TEXT)
    assert article(one).id != article(other).id
    assert article(one).id == article(written(tmp_path, "a.txt", "New text.")).id
    assert article(one).published is None  # the day of the file is not the day of publication


# Markdown

FRONT = """---
title: "The mine: closing"
date: 2024-03-15T08:00:00+01:00
updated: 2024-03-16
author: [Ann Quist, Žofie Ďurčová]
source: The Orrin Post
lang: en
url: https://tern.example/mine
---
"""


def test_front_matter_is_taken_over_and_the_text_kept_as_written(tmp_path: Path) -> None:
    found = article(written(tmp_path, "a.md", FRONT + "\nThe **mine** closes. [See](x)\n"))
    assert found.text == "The **mine** closes. [See](x)"
    assert (found.title, found.outlet, found.language) == ("The mine: closing", "The Orrin Post", "en")
    assert found.authors == ("Ann Quist", "Žofie Ďurčová")
    assert found.published is not None
    assert found.published.value == "2024-03-15T08:00:00+01:00"
    assert found.updated is not None
    assert found.updated.value == "2024-03-16"


def test_an_article_with_an_address_is_the_same_wherever_it_lies(tmp_path: Path) -> None:
    assert article(written(tmp_path, "a.md", FRONT + "A")).id == article(written(tmp_path, "b.md", FRONT + "B")).id


def test_a_heading_serves_as_the_title_and_is_no_part_of_the_text(tmp_path: Path) -> None:
    found = article(written(tmp_path, "a.md", "# Bridge opens #\n\nIt opened.\n\n## Later\n\nIt closed.\n"))
    assert (found.title, found.text) == ("Bridge opens", "It opened.\n\n## Later\n\nIt closed.")
    assert article(written(tmp_path, "bridge-opens_again.md", "It did.")).title == "Bridge opens again"


@pytest.mark.parametrize("rule", ["\n---\n\nIt opened.", "One.\n\n---\n\nTwo."])
def test_a_rule_in_the_text_is_no_front_matter(tmp_path: Path, rule: str) -> None:
    assert "---" in article(written(tmp_path, "a.md", "Text first.\n" + rule)).text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "empty"),
        (FRONT, "no article"),
        ("---\ntitle: [\n---\nText.", "YAML"),
        ("---\ndate: 2024-02-30\n---\nText.", "YAML"),
        ("---\nnumber: " + "1" * 5000 + "\n---\nText.", "YAML"),
        ("---\na: " + "[" * 5000 + "\n---\nText.", "YAML"),
        ("---\n- one\n- two\n---\nText.", "key: value"),
        ("---\ntitle: {a: b}\n---\nText.", "title"),
        (b"---\ntitle: \xff\0\n---\nText.", "not text"),
    ],
    ids=[
        "empty",
        "front-matter-only",
        "broken",
        "no-such-day",
        "huge-number",
        "deep",
        "list",
        "title-not-text",
        "binary",
    ],
)
def test_a_markdown_file_that_cannot_be_read_says_why(tmp_path: Path, content: str | bytes, words: str) -> None:
    assert words in reason(written(tmp_path, "a.md", content))


@pytest.mark.parametrize(
    "front", ["url: 'http://[oops'", "title: 2024", "tags: !!set {a, b}", "authors: 7", "date: soon"]
)
def test_odd_fields_do_not_cost_the_article(tmp_path: Path, front: str) -> None:
    assert article(written(tmp_path, "a.md", f"---\n{front}\n---\nText.")).text == "Text."


# JSON Lines


def test_broken_lines_are_named_and_the_good_ones_kept(tmp_path: Path) -> None:
    lines = [
        b'{"id": "one", "text": "First."}',
        b"",
        b'{"text": ',
        b'["a list"]',
        b'{"title": "No text"}',
        b'{"text": {"a": 1}}',
        b'{"text": "caf\xe9"}',
        b'{"text": "x", "n": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"id": 2, "body": "Second."}\r',
    ]
    path = written(tmp_path, "a.jsonl", b"\n".join(lines))
    found = read(path)
    assert [item.id for item in found if isinstance(item, SourceArticle)] == ["one", "2"]
    skipped = [item for item in found if isinstance(item, Skipped)]
    assert [item.origin for item in skipped] == [f"{path}:{number}" for number in (3, 4, 5, 6, 7, 8, 9)]
    assert all(len(item.reason) > 20 for item in skipped)


@pytest.mark.parametrize("content", ["", "\n\n \n"])
def test_a_json_lines_file_without_lines_says_so(tmp_path: Path, content: str) -> None:
    assert "empty" in reason(written(tmp_path, "a.jsonl", content))


def test_a_line_larger_than_any_article_is_left_out_and_the_next_one_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(b'{"text": "First."}\n{"text": "')
        file.write(b"x" * (MAX_FILE_BYTES + 1_000_000))
        file.write(b'"}\n{"text": "Third."}\n')
    first, large, third = read(path)
    assert isinstance(large, Skipped)
    assert large.origin == f"{path}:2"
    assert [item.text for item in (first, third) if isinstance(item, SourceArticle)] == ["First.", "Third."]


def test_a_record_without_an_id_is_known_by_its_address_or_title_not_by_its_line(tmp_path: Path) -> None:
    records = [{"title": "A", "text": "a"}, {"url": "https://b.example/b", "text": "b"}, {"text": "c"}]
    lines = [json.dumps(record) + "\n" for record in records]
    path = written(tmp_path, "a.jsonl", "".join(lines))
    ids = {item.text: item.id for item in read(path) if isinstance(item, SourceArticle)}
    written(tmp_path, "a.jsonl", "".join(reversed(lines)))
    assert ids == {item.text: item.id for item in read(path) if isinstance(item, SourceArticle)}
    assert len(set(ids.values())) == 3


def test_half_characters_become_whole_ones_that_can_be_stored(tmp_path: Path) -> None:
    path = written(tmp_path, "a.jsonl", '{"id": "a\\udc00", "text": "cut \\ud83d here", "authors": ["\\ud83d"]}\n')
    found = article(path)
    assert found.text == "cut \ufffd here"
    assert list(Catalog(tmp_path / "c.db").put("x", [found])) == ["added"]


# HTML

PAGE = """<!doctype html><html lang="en"><head><title>Bridge opens – Orrin Post</title>
<meta property="og:site_name" content="The Orrin Post"><meta property="article:published_time" content="2024-03-15">
<link rel="canonical" href="https://orrin.example/bridge"></head><body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><div class="cookie-banner">We value your privacy.</div>
<article><h1>Bridge opens</h1>{paragraphs}</article><footer>Copyright, all rights reserved.</footer></body></html>"""
PARAGRAPHS = [
    f"The bridge over the Krommel opened on Monday after {number} years of work, the mayor of Orrin said at noon."
    for number in (7, 8, 9)
]


def page(*paragraphs: str) -> str:
    return PAGE.format(paragraphs="".join(f"<p>{text}</p>" for text in paragraphs))


def test_a_page_gives_its_article_and_nothing_around_it(tmp_path: Path) -> None:
    found = article(written(tmp_path, "a.html", page(*PARAGRAPHS)))
    assert all(text in found.text for text in PARAGRAPHS)
    assert not [word for word in ("Sport", "privacy", "Copyright", "<p>") if word in found.text]
    assert (found.outlet, found.url, found.language) == ("The Orrin Post", "https://orrin.example/bridge", "en")
    assert found.published is not None
    assert (found.published.value, found.published.provenance) == ("2024-03-15", "metadata")


def test_markup_written_as_text_stays_text(tmp_path: Path) -> None:
    hostile = "&lt;script&gt;alert(1)&lt;/script&gt; was written on the wall of the town hall, said the mayor."
    found = article(written(tmp_path, "a.html", page(*PARAGRAPHS, hostile)))
    assert "<script>alert(1)</script>" in found.text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "empty"),
        ("<html></html>", "No article"),
        (bytes(range(256)) * 9, "not text"),
    ],
    ids=["empty", "bare", "binary"],
)
def test_a_page_without_an_article_says_so(tmp_path: Path, content: str | bytes, words: str) -> None:
    assert words.lower() in reason(written(tmp_path, "a.html", content)).lower()


# Files and folders


@pytest.mark.parametrize("name", ["a.pdf2", "a.exe", "noending", "a."])
def test_a_file_of_another_kind_is_reported_with_what_can_be_read(tmp_path: Path, name: str) -> None:
    assert ".txt" in reason(written(tmp_path, name, "x"))


def test_endings_count_in_any_case(tmp_path: Path) -> None:
    assert article(written(tmp_path, "A.TXT", "Text.")).text == "Text."


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.jsonl"])
def test_a_file_that_vanishes_before_it_is_read_is_reported(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name, "Text.")
    assert readers.find(tmp_path) == [path]
    path.unlink()
    assert "could not be read" in reason(path)


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_a_file_larger_than_any_article_is_reported_unread(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    assert "Split it" in reason(path)


def test_a_pipe_is_reported_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    assert "no file" in reason(tmp_path / "a.txt")


def test_a_link_to_nothing_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "gone.txt")
    (found,) = readers.find(tmp_path)
    assert "link to nothing" in reason(found)


def test_a_folder_that_cannot_be_listed_is_reported_and_the_others_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    good = written(tmp_path, "z.txt", "Text.")
    listing = os.scandir

    def refusing(path: str) -> object:  # the permissions of a folder do not stop a superuser
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return listing(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = readers.find(tmp_path)
    assert set(found) == {tmp_path / "closed", good}
    assert "cannot be listed" in reason(tmp_path / "closed")


def test_a_file_name_in_a_legacy_encoding_can_be_stored(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    written(tmp_path, name, "Text.")
    (path,) = readers.find(tmp_path)
    (found,) = read(path)
    assert isinstance(found, SourceArticle)
    assert list(Catalog(tmp_path / "c.db").put("x", [found])) == ["added"]


def test_folders_are_walked_in_order_without_hidden_files_and_readmes(tmp_path: Path) -> None:
    for name in ("b.txt", "a/c.md", "a/.hidden.txt", ".git/d.txt", "README.md", "z/y/x.html", ".e.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        written(tmp_path, name, "x")
    names = [path.relative_to(tmp_path).as_posix() for path in readers.find(tmp_path)]
    assert names == ["b.txt", "a/c.md", "z/y/x.html"]
    assert readers.find(tmp_path / "README.md") == [tmp_path / "README.md"]  # named, so it is meant


@pytest.mark.parametrize("kind", ["missing", "empty", "hidden-only"])
def test_a_path_without_articles_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "articles"
    if kind != "missing":
        path.mkdir()
    if kind == "hidden-only":
        written(path, ".DS_Store", "x")
    with pytest.raises(NothingToRead) as raised:
        readers.find(path)
    assert raised.value.hint
    assert str(path) in str(raised.value)


def test_records_without_ids_that_share_a_headline_stay_apart(tmp_path: Path) -> None:
    file = tmp_path / "news.jsonl"
    records = [{"title": "Weather", "text": "Rain on Monday."}, {"title": "Weather", "text": "Sun on Tuesday."}]
    file.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    first = [item.id for item in readers.read(file)]
    assert len(set(first)) == 2
    assert [item.id for item in readers.read(file)] == first


def test_an_id_that_stands_twice_in_a_file_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "news.jsonl"
    records = [{"id": "1", "text": "Rain on Monday."}, {"id": "1", "text": "Sun on Tuesday."}]
    file.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    kept, skipped = readers.read(file)
    assert kept.text == "Rain on Monday."
    assert skipped.origin == f"{file}:2"
    assert "stands in this file before" in skipped.reason
