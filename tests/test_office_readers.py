"""PDF, Word and feeds: made here with other libraries than those that read them, or by hand."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, EncodedStreamObject, NameObject

from corpus import readers
from corpus.article import Dated, SourceArticle
from corpus.readers import Skipped
from evals.samples import ARTICLES

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Radio Orrin</title><language>en</language>
<item><title>Mill &amp; dam</title><link>https://radio.example/mill</link>
<pubDate>Thu, 04 Dec 2025 12:30:00 +0100</pubDate><description>Short.</description>
<content:encoded><![CDATA[<p>The mill <b>closed</b> on Monday.</p><p>The dam stays.</p>]]></content:encoded></item>
<item><title>Only a summary</title><link>https://radio.example/2025/11/30/summary</link>
<description>The ferry is late.</description></item>
<item><title>Nothing</title><link>https://radio.example/nothing</link></item>
</channel></rss>"""


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


def test_a_pdf_is_read_in_paragraphs_with_its_particulars() -> None:
    article = only(ARTICLES / "official" / "quarnholt-winter-road-plan.pdf")
    assert article.title == "Quarnholt sets out its winter road plan"
    assert (
        "“We have just spent six months mending this bridge, and we do not intend to pickle it,” said" in article.text
    )
    assert article.published is not None
    assert (article.published.value, article.published.provenance) == ("2025-11-25", "text")  # its dateline


def pdf(file: Path, pages: list[str | None], **about: str) -> Path:
    """A PDF of one line a page; None is a page whose content is broken."""
    writer = PdfWriter()
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    names = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    fonts = DictionaryObject({NameObject("/F1"): names})
    for line in pages:
        page = writer.add_blank_page(600, 800)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        content = DecodedStreamObject() if line is not None else EncodedStreamObject()
        content.set_data(b"BT /F1 12 Tf 50 700 Td (%s) Tj ET" % line.encode()) if line is not None else None
        if line is None:
            content._data = b"this was never compressed"
            content[NameObject("/Filter")] = NameObject("/NoSuchFilter")
        page[NameObject("/Contents")] = writer._add_object(content)
    writer.add_metadata({f"/{name}": value for name, value in about.items()})
    writer.write(file)
    return file


def test_the_date_of_a_pdf_file_is_that_of_the_file_with_its_zone(tmp_path: Path) -> None:
    made = "D:20240315080000+01'00'"
    article = only(pdf(tmp_path / "a.pdf", ["The mill closed."], CreationDate=made))
    assert article.published is not None
    assert (article.published.value, article.published.provenance) == ("2024-03-15T08:00:00+01:00", "file")
    assert only(pdf(tmp_path / "b.pdf", ["The mill closed."], CreationDate="soon")).published is None


def test_a_broken_page_does_not_cost_the_others_and_is_reported(tmp_path: Path) -> None:
    article, lost = read(pdf(tmp_path / "a.pdf", ["The mill closed.", None, "The dam stays."]))
    assert isinstance(article, SourceArticle)
    assert article.text == "The mill closed.\n\nThe dam stays."
    assert isinstance(lost, Skipped)
    assert "1 could not be read (the first is page 2)" in lost.reason
    assert "most of its pages" in reason(pdf(tmp_path / "b.pdf", [None, None, "The dam stays."]))


def test_a_pdf_of_a_thousand_pages_is_read(tmp_path: Path) -> None:
    article = only(pdf(tmp_path / "a.pdf", [f"Page {number} is read." for number in range(1000)]))
    assert article.text.endswith("Page 999 is read.")


@pytest.mark.parametrize("keep", [10, 200, 900])
def test_a_truncated_pdf_is_reported(tmp_path: Path, keep: int) -> None:
    whole = (ARTICLES / "official" / "quarnholt-winter-road-plan.pdf").read_bytes()
    file = tmp_path / "cut.pdf"
    file.write_bytes(whole[:keep])
    assert reason(file)


def test_a_locked_pdf_and_one_without_text_say_what_to_do(tmp_path: Path) -> None:
    blank, locked = PdfWriter(), PdfWriter()
    for writer in (blank, locked):
        writer.add_blank_page(200, 200)
    locked.encrypt("secret", algorithm="RC4-128")
    blank.write(tmp_path / "blank.pdf")
    locked.write(tmp_path / "locked.pdf")
    assert "OCR" in reason(tmp_path / "blank.pdf")
    assert "password" in reason(tmp_path / "locked.pdf")


def test_a_word_document_keeps_its_paragraphs(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.title = "The mill"
    document.core_properties.author = "Ada Quist"
    document.core_properties.created = datetime(2024, 3, 15, 8, tzinfo=UTC)
    for paragraph in ("The mill closed.", "", "The dam stays."):
        document.add_paragraph(paragraph)
    document.save(str(tmp_path / "mill.docx"))
    article = only(tmp_path / "mill.docx")
    assert article.published == Dated("2024-03-15T08:00:00+00:00", "file")
    assert (article.title, article.authors) == ("The mill", ("Ada Quist",))
    assert article.text == "The mill closed.\n\nThe dam stays."


def test_the_dateline_of_a_word_document_counts_more_than_the_day_of_its_file(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.author = "Ada Quist"
    document.core_properties.created = datetime(2024, 3, 15, 8, tzinfo=UTC)
    document.add_paragraph("ORRIN, 12 March 2024 (Agency)")
    document.add_paragraph("The mill closed.")
    document.save(str(tmp_path / "mill.docx"))
    assert only(tmp_path / "mill.docx").published == Dated("2024-03-12", "text")


def test_broken_word_documents_are_reported(tmp_path: Path) -> None:
    (tmp_path / "text.docx").write_text("not a zip at all", encoding="utf-8")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", b"\0" * 210_000_000)
    (tmp_path / "bomb.docx").write_bytes(archive.getvalue())
    assert "damaged" in reason(tmp_path / "text.docx")
    assert "unpacks" in reason(tmp_path / "bomb.docx")


def test_a_feed_gives_an_article_for_each_entry_that_has_text(tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_text(RSS, encoding="utf-8")
    full, summary, nothing = read(file)
    assert isinstance(full, SourceArticle)
    assert (full.title, full.outlet, full.language) == ("Mill & dam", "Radio Orrin", "en")
    assert full.text == "The mill closed on Monday.\n\nThe dam stays."
    assert full.published is not None
    assert full.published.value == "2025-12-04T12:30:00+01:00"
    assert isinstance(summary, SourceArticle)
    assert summary.published is not None
    assert (summary.published.value, summary.published.provenance) == ("2025-11-30", "url")
    assert isinstance(nothing, Skipped)


def feed(file: Path, items: str, head: str = "<title>Radio Orrin</title>", doctype: str = "") -> Path:
    file.write_text(
        f'<?xml version="1.0"?>{doctype}<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">'
        f"<channel>{head}{items}</channel></rss>",
        encoding="utf-8",
    )
    return file


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Thu, 04 Dec 2025 12:30:00 EST", "2025-12-04T12:30:00-05:00"),
        ("Thu, 04 Dec 2025 12:30:00 GMT", "2025-12-04T12:30:00+00:00"),
        ("04 Dec 2025 12:30 +0530", "2025-12-04T12:30:00+05:30"),
        ("2025-12-04T12:30:00Z", "2025-12-04T12:30:00+00:00"),
        ("Thu, 04 Dec 2025", "2025-12-04"),
        ("05/04/2025", None),
    ],
)
def test_the_date_of_an_entry_keeps_its_zone(tmp_path: Path, written: str, kept: str | None) -> None:
    item = f"<item><description>The mill closed.</description><pubDate>{written}</pubDate></item>"
    article = only(feed(tmp_path / "feed.xml", item))
    assert article.published == (Dated(kept, "metadata") if kept else None)
    assert article.updated is None


def test_the_particulars_of_an_entry_are_taken_over(tmp_path: Path) -> None:
    item = """<item><link>https://radio.example/mill?utm_source=rss&amp;id=7#top</link>
    <category>https://radio.example/topic/9</category><category>Local</category><category>Mills</category>
    <description>&lt;p&gt;The mill closed.&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;</description>
    <pubDate>Thu, 04 Dec 2025 12:30:00 GMT</pubDate><atom:updated>2025-12-05T08:00:00+01:00</atom:updated></item>"""
    article = only(feed(tmp_path / "feed.xml", item, "<title>Radio Orrin</title><language>en_us</language>"))
    assert (article.text, article.extent, article.section) == ("The mill closed.", "summary", "Local")
    assert article.url == "https://radio.example/mill?id=7"
    assert (article.language, article.language_from) == ("en-US", "metadata")
    assert article.updated == Dated("2025-12-05T08:00:00+01:00", "metadata")


def test_a_recording_without_words_is_skipped_with_the_reason(tmp_path: Path) -> None:
    item = '<item><title>Noon</title><enclosure url="https://radio.example/a.mp3" type="audio/mpeg" length="1"/></item>'
    assert "recording" in reason(feed(tmp_path / "feed.xml", item))


def test_entities_of_a_feed_never_expand(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("swordfish", encoding="utf-8")
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE rss [<!ENTITY e0 "ha">{bomb}<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    item = "<item><title>&e9; &x;</title><description>The mill closed. &e9; &x;</description></item>"
    said = reason(feed(tmp_path / "feed.xml", item, doctype=doctype))  # what they stood for is part of the text
    assert "entities of its own" in said
    assert "swordfish" not in said


def test_other_xml_and_entity_bombs_are_no_feeds(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "ha">{entities}]><rss version="2.0"><x>&e8;</x></rss>'
    (tmp_path / "bomb.xml").write_text(bomb, encoding="utf-8")
    (tmp_path / "other.xml").write_text("<invoice><total>12</total></invoice>", encoding="utf-8")
    assert all(isinstance(item, Skipped) for item in read(tmp_path / "bomb.xml"))
    assert "not an RSS or Atom feed" in reason(tmp_path / "other.xml")


def test_a_feed_file_is_never_taken_for_a_path(tmp_path: Path) -> None:
    secret = tmp_path / "secret.rss"
    secret.write_text(RSS, encoding="utf-8")
    pointer = tmp_path / "pointer.xml"
    pointer.write_text(str(secret), encoding="utf-8")
    assert "not an RSS or Atom feed" in reason(pointer)


def test_entries_that_share_a_link_and_dates_beyond_all_zones(tmp_path: Path) -> None:
    entry = "<item><link>https://radio.example/</link><description>{}</description><pubDate>{}</pubDate></item>"
    far = "Mon, 01 Jan 2024 00:00:00 +99999999999999"
    items = entry.format("The mill closed.", far) + entry.format("The dam opened.", far)
    file = tmp_path / "feed.xml"
    file.write_text(f'<rss version="2.0"><channel><title>R</title>{items}</channel></rss>', encoding="utf-8")
    found = [item for item in read(file) if isinstance(item, SourceArticle)]
    assert [item.text for item in found] == ["The mill closed.", "The dam opened."]
    assert len({item.id for item in found}) == 2


def test_a_word_table_is_text_and_damage_anywhere_is_reported(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Damages", "77,000 crowns"
    document.save(str(tmp_path / "table.docx"))
    assert only(tmp_path / "table.docx").text == "Damages | 77,000 crowns"
    whole = bytearray((tmp_path / "table.docx").read_bytes())
    for position in range(60, len(whole), len(whole) // 40):
        mutant = whole.copy()
        mutant[position : position + 4] = b"\xff\x00\xff\x00"
        (tmp_path / "mutant.docx").write_bytes(mutant)
        assert len(read(tmp_path / "mutant.docx")) == 1
