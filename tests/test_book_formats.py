"""OpenDocument, Rich Text and EPUB."""

from __future__ import annotations

from pathlib import Path

import pytest
from files import FERRY, MILL, epub, odt, zipped

from corpus import readers
from corpus.article import Dated, SourceArticle
from corpus.readers import Skipped


def read(path: Path) -> list[SourceArticle | Skipped]:
    return list(readers.read(path))


def only(path: Path) -> SourceArticle:
    (item,) = read(path)
    assert isinstance(item, SourceArticle), item
    return item


def reason(path: Path) -> str:
    (item,) = read(path)
    assert isinstance(item, Skipped), item
    return item.reason


BOMB = (
    '<!DOCTYPE x [<!ENTITY e0 "ha">'
    + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    + '<!ENTITY secret SYSTEM "{secret}">]>'
)

# OpenDocument

ABOUT = (
    "<dc:title>The mill closes</dc:title><meta:initial-creator>Žofie Ďurčová</meta:initial-creator>"
    "<meta:creation-date>2024-03-15T08:00:00.123456789</meta:creation-date><dc:language>cs-CZ</dc:language>"
)


def test_an_opendocument_text_is_read_with_its_particulars(tmp_path: Path) -> None:
    body = "<text:h>The mill</text:h><text:p>It <text:span>closed</text:span>.</text:p><text:p/><text:p>So.</text:p>"
    article = only(odt(tmp_path / "mill.odt", body, ABOUT))
    assert article.text == "The mill\n\nIt closed.\n\nSo."
    assert (article.title, article.authors, article.language) == ("The mill closes", ("Žofie Ďurčová",), "cs-CZ")
    assert article.published == Dated("2024-03-15T08:00:00", "file")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('<text:p>a<text:s text:c="9999999"/>b<text:tab/>c<text:line-break/>d\n e</text:p>', "a b c\nd e"),
        ("<text:p>One<text:note><text:note-body><text:p>Foot.</text:p></text:note-body></text:note>.</text:p>", "One."),
        ("<text:tracked-changes><text:p>Gone.</text:p></text:tracked-changes><text:p>Here.</text:p>", "Here."),
        ("<text:p>So<office:annotation><text:p>Sure?</text:p></office:annotation>.</text:p>", "So."),
        ("<text:list><text:list-item><text:p>One.</text:p></text:list-item></text:list>", "One."),
        (
            "<table:table><table:table-row><table:table-cell><text:p>Damages</text:p></table:table-cell>"
            "<table:table-cell><text:p>7 crowns</text:p></table:table-cell></table:table-row></table:table>",
            "Damages | 7 crowns",
        ),
    ],
    ids=["spaces", "note", "deleted", "comment", "list", "table"],
)
def test_an_opendocument_text_gives_the_words_that_are_printed(tmp_path: Path, body: str, text: str) -> None:
    assert only(odt(tmp_path / "a.odt", body)).text == text


def test_opendocument_files_without_words_or_key_say_so(tmp_path: Path) -> None:
    locked = {"META-INF/manifest.xml": "<manifest><encryption-data/></manifest>"}
    assert "password" in reason(odt(tmp_path / "locked.odt", "<text:p>x</text:p>", more=locked))
    assert "no text" in reason(odt(tmp_path / "empty.odt", "<text:p/>"))
    assert "damaged" in reason(odt(tmp_path / "broken.odt", "<text:p>"))
    (tmp_path / "bare.odt").write_bytes(zipped({"x": "y"}))
    assert "damaged" in reason(tmp_path / "bare.odt")
    (tmp_path / "bomb.odt").write_bytes(zipped({"content.xml": b"\0" * 210_000_000}))
    assert "unpacks" in reason(tmp_path / "bomb.odt")


def test_entities_of_a_document_never_expand(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("swordfish", encoding="utf-8")
    doctype = BOMB.replace("{secret}", (tmp_path / "secret.txt").as_uri())
    for item in read(odt(tmp_path / "a.odt", "<text:p>The mill. &e9; &secret;</text:p>", doctype=doctype)):
        text = item.text if isinstance(item, SourceArticle) else item.reason
        assert len(text) < 300
        assert "swordfish" not in text


# Rich Text

RTF = (
    rb"""{\rtf1\ansi\ansicpg1250\deff0{\fonttbl{\f0\fswiss\fcharset238 Arial;}}{\stylesheet{\s1 heading;}}
{\info{\title Ml\'fdn zav\'f8el}{\author \u381?ofie}{\creatim\yr2024\mo3\dy15\hr8\min5}}
\f0\fs24 Ml\'fdn v Orrin\'ec se zav\'f8el.\par \u8220?Ano,\u8221? \u-10179?\u-8704? \{braces\}.\par
See {\field{\*\fldinst{HYPERLINK "http://a.example"}}{\fldrslt the mill}}.\par
{\pict\pngblip """
    + b"89504e470d0a1a0a" * 40
    + rb"""}\trowd Damages\cell 7 crowns\cell\row}"""
)


def test_rich_text_is_read_in_its_code_page_with_its_particulars(tmp_path: Path) -> None:
    (tmp_path / "a.rtf").write_bytes(RTF)
    article = only(tmp_path / "a.rtf")
    assert article.text.split("\n\n") == [
        "Mlýn v Orrině se zavřel.", "“Ano,” 😀 {braces}.", "See the mill.", "Damages | 7 crowns",
    ]  # fmt: skip
    assert (article.title, article.authors) == ("Mlýn zavřel", ("Žofie",))
    assert article.published == Dated("2024-03-15T08:05:00", "file")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"Only text.", "not Rich Text"),
        (rb"{\rtf1\ansi }", "no text"),
        (rb"{\rtf1 \u99999999999 x}", "damaged"),
        (rb"{\rtf1 {\info{\creatim\yr2024\mo13\dy40}}", "no text"),
    ],
    ids=["empty", "text", "no-words", "no-such-letter", "cut"],
)
def test_rich_text_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.rtf").write_bytes(content)
    assert words in reason(tmp_path / "a.rtf")


def test_a_word_file_that_is_rich_text_inside_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.doc").write_bytes(RTF)
    assert only(tmp_path / "a.doc").title == "Mlýn zavřel"


# EPUB

BOOK = (
    "<dc:title>Orrin Almanac</dc:title><dc:creator>Ada Quist</dc:creator><dc:creator>Žofie Ďurčová</dc:creator>"
    "<dc:publisher>Orrin House</dc:publisher><dc:date>2024-03</dc:date><dc:language>en-GB</dc:language>"
)


def test_a_book_gives_an_article_for_each_chapter_in_the_order_of_reading(tmp_path: Path) -> None:
    chapters = {
        "cover.xhtml": f"<p>{MILL}</p>",
        "nav.xhtml": f"<p>{MILL}</p>",
        "rights.xhtml": f'<section epub:type="copyright-page"><p>{MILL}</p></section>',
        "short.xhtml": "<h1>Part One</h1>",
        "z%20mill.xhtml": f"<h1>The <i>mill</i></h1><p>{MILL}</p><p>Half&nbsp;past &amp; so&hellip;</p>",
        "a/ferry.xhtml": f"<p>{FERRY}</p>",
    }
    names = {name.replace("%20", " "): body for name, body in chapters.items()}
    file = epub(tmp_path / "book.epub", names, BOOK, {"nav.xhtml": "nav"})
    mill, ferry = read(file)
    assert isinstance(mill, SourceArticle)
    assert isinstance(ferry, SourceArticle)
    assert mill.text == f"{MILL}\n\nHalf past & so…"
    assert (mill.title, ferry.title) == ("The mill", "Orrin Almanac")
    assert mill.origin == f"{file}/OEBPS/z mill.xhtml"
    assert (mill.outlet, mill.authors) == ("Orrin House", ("Ada Quist", "Žofie Ďurčová"))
    assert mill.published == Dated("2024-03", "metadata")
    assert (mill.language, mill.language_from) == ("en-GB", "metadata")
    assert mill.id != ferry.id
    assert [item.id for item in read(file) if isinstance(item, SourceArticle)] == [mill.id, ferry.id]


def test_a_chapter_that_is_not_there_does_not_cost_the_others(tmp_path: Path) -> None:
    file = epub(tmp_path / "book.epub", {"a.xhtml": f"<p>{MILL}</p>", "../../x.xhtml": f"<p>{FERRY}</p>"})
    mill, lost = read(file)
    assert isinstance(mill, SourceArticle)
    assert isinstance(lost, Skipped)
    assert "damaged" in lost.reason


def test_books_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    assert "no text" in reason(epub(tmp_path / "a.epub", {"a.xhtml": "<img src='a.png'/>"}))
    (tmp_path / "b.epub").write_bytes(zipped({"mimetype": "application/epub+zip"}))
    assert "damaged" in reason(tmp_path / "b.epub")
    locked = epub(tmp_path / "c.epub", {"a.xhtml": f"<p>{MILL}</p>"}).read_bytes()
    (tmp_path / "d.epub").write_bytes(locked[: len(locked) // 2])
    assert "damaged" in reason(tmp_path / "d.epub")
