"""Whatever a file holds, it ends as articles or as one line in the report, with the reason and the remedy.

``FUZZ_EXAMPLES=500 pytest tests/test_reader_fuzz.py`` looks deeper than the usual run.
"""

from __future__ import annotations

import gzip
import io
import json
import logging
import os
import random
import re
import struct
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from files import (
    FERRY,
    MANY,
    MILL,
    ONE,
    atom,
    docx,
    epub_bytes,
    html,
    jsonl,
    nitf,
    odt_bytes,
    odt_of,
    page,
    pdf,
    response,
    rss,
    special,
    table,
    tarred,
    zipped,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from corpus import readers
from corpus.article import Dated, SourceArticle
from corpus.errors import NothingToRead
from corpus.readers import READERS, Skipped, Source, workers

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
LIMIT = 10.0  # seconds for a file
LINUX = sys.platform == "linux"

_PYTHON = re.compile(
    r"Traceback|\b\w+(?:Error|Exception|Warning)\b|\bNoneType\b|<class|object at 0x"
    r"|\ban? (?:int|str|dict|bool|float)\b"
)


def article(number: int = 1, text: str = f"{MILL}\n\n{FERRY}") -> SourceArticle:
    return SourceArticle(
        id=f"mill-{number}",
        title=f"Mill {number} – “closed”",
        text=text,
        origin="",
        url=f"https://post.example/2024/mill-{number}",
        outlet="The Orrin Post",
        authors=("Ada Quist", "Žofie Ďurčová"),
        language="en",
        published=Dated("2024-03-15T08:00:00+01:00"),
    )


def are_in_order(items: list[SourceArticle | Skipped]) -> None:
    """What is promised of everything that comes out of a reader."""
    assert items
    for item in items:
        if isinstance(item, SourceArticle):
            assert item.text.strip()
            assert item.title.strip()
            assert item.id
            "".join([item.text, item.title, item.id, item.origin, item.url or "", *item.authors]).encode("utf-8")
        else:
            assert type(item) is Skipped
            is_a_line_with_a_remedy(item.reason)
            item.origin.encode("utf-8")


def is_a_line_with_a_remedy(reason: str) -> None:
    reason.encode("utf-8")
    assert len(reason.splitlines()) == 1, reason
    assert reason.endswith("."), reason
    assert len(re.findall(r"[.:] |\. ", reason)) >= 1, reason  # what happened, and what to do
    assert len(reason) < 1500, reason
    assert not _PYTHON.search(reason), reason


class _Surprises(logging.Handler):
    """What readers let through, and only the net below all of them catches: it becomes a line, but a vague one."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.caught: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.caught.append(record)


def assert_ends_well(name: str, data: bytes) -> list[SourceArticle | Skipped]:
    """Read it: articles and lines in order, in bounded time, and no exception that only the boundary caught."""
    surprises, log = _Surprises(), logging.getLogger(readers.__name__)
    log.addHandler(surprises)
    log.setLevel(logging.INFO)
    begun = time.monotonic()
    try:
        items = list(readers.read(Source(f"/nowhere/{name}", f"/nowhere/{name}", data)))
    finally:
        log.removeHandler(surprises)
        log.setLevel(logging.NOTSET)
    assert time.monotonic() - begun < LIMIT
    are_in_order(items)
    assert [record.exc_info for record in surprises.caught] == []
    return items


# Noise


@pytest.mark.parametrize("ending", [*READERS, ""])
def test_noise_under_any_name(ending: str) -> None:
    @settings(max_examples=EXAMPLES)
    @given(st.one_of(st.binary(max_size=2000), st.text(max_size=500).map(lambda text: text.encode("utf-8", "replace"))))
    def check(data: bytes) -> None:
        assert_ends_well(f"noise{ending}", data)

    check()


OPENINGS = {
    ".pdf": [b"%PDF-1.7\n"],
    ".zip": [b"PK\x03\x04", b"PK\x05\x06"],
    ".gz": [b"\x1f\x8b\x08\0\0\0\0\0\0\xff"],
    ".warc": [b"WARC/1.0\r\n", b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 9\r\n\r\n"],
    ".rtf": [rb"{\rtf1\ansi ", rb"{\rtf1{\info{\title "],
    ".rss": [b"<rss version='2.0'><channel><item><description>", b"<?xml version='1.0'?><feed>"],
    ".nitf": [b"<nitf><body><body.content><p>"],
    ".html": [b"<!doctype html><p>", b"<html><script type='application/ld+json'>"],
    ".mbox": [b"From a Mon Jan  1 08:00:00 2024\n", b"From a Mon Jan  1 08:00:00 2024\nContent-Type: "],
    ".eml": [b"Subject: =?", b"Content-Type: multipart/mixed; boundary=a\n\n--a\n", b"From: "],
    ".json": [b'{"items": [{', b'[{"text": "', b"[", b'{"uri": "a", "bodies": '],
    ".jsonl": [b'{"text": ', b'{"text": "a", "published": '],
    ".csv": [b"text,date\n", b'"text";"', b"sep=;\ntext;title\n"],
    ".md": [b"---\n", b"---\ntitle: ", b"---\ndate: 2024-13-45\n---\n"],
}


@pytest.mark.parametrize("ending", OPENINGS)
def test_noise_that_begins_as_its_kind_does(ending: str) -> None:
    @settings(max_examples=EXAMPLES)
    @given(st.sampled_from(OPENINGS[ending]), st.binary(max_size=500))
    def check(opening: bytes, data: bytes) -> None:
        assert_ends_well(f"noise{ending}", opening + data)

    check()


_scalar = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))
_value = st.recursive(
    _scalar, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
_names = st.sampled_from(
    """id title text url authors outlet section language published updated extent uri items bodies headlines version
    content_html author summary _source pubstatus type""".split()
)


@settings(max_examples=5 * EXAMPLES)
@given(st.dictionaries(_names, _value, max_size=6), st.sampled_from(["a.json", "a.jsonl"]))
def test_records_whose_fields_hold_anything(record: dict[str, object], name: str) -> None:
    assert_ends_well(name, json.dumps(record).encode())
    assert_ends_well(name, json.dumps([record, {"text": MILL, **record}]).encode())


# Real files, damaged


def whole(ending: str) -> bytes:
    return ONE[ending](article()) if ending in ONE else MANY[ending]([article(1), article(2), article(3)])


def mutants(data: bytes, number: int, seed: str) -> Iterator[bytes]:
    chance = random.Random(seed)  # the same in every run: a failure stays one
    for _ in range(number):
        mutant = bytearray(data)
        for _ in range(chance.choice([1, 1, 2, 8])):
            damage = chance.choice([_flip, _cut, _splice, _double, _remove, _blank, _swap_number])
            damage(mutant, chance)
        yield bytes(mutant)


def _span(data: bytearray, chance: random.Random) -> slice:
    start = chance.randrange(len(data) + 1)
    return slice(start, start + chance.choice([1, 2, 4, 16, 100, 1000]))


def _flip(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice([1, 3, 30])):
        if data:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _splice(data: bytearray, chance: random.Random) -> None:
    data[_span(data, chance)] = data[_span(data, chance)]


def _double(data: bytearray, chance: random.Random) -> None:
    span = _span(data, chance)
    data[span.start : span.start] = data[span] * chance.choice([1, 2, 50])


def _remove(data: bytearray, chance: random.Random) -> None:
    del data[_span(data, chance)]


def _blank(data: bytearray, chance: random.Random) -> None:
    span = _span(data, chance)
    data[span] = bytes([chance.choice([0, 0xFF, 0x20, 0x0A])]) * len(data[span])


def _swap_number(data: bytearray, chance: random.Random) -> None:
    """Another number in place of one: a length that lies, a year that is none, an object that is its own parent."""
    numbers = list(re.finditer(rb"\d+", bytes(data)))
    if numbers:
        match = chance.choice(numbers)
        data[match.start() : match.end()] = chance.choice(
            [b"0", b"-1", b"1", b"2", b"99999999999999999999", b"4294967296", b"1e999", chance.choice(numbers)[0]]
        )


@pytest.mark.parametrize("ending", [*ONE, *MANY])
def test_damaged_files(ending: str) -> None:
    for mutant in mutants(whole(ending), EXAMPLES, ending):
        assert_ends_well(f"damaged{ending}", mutant)


# Within a package, the damage is past the checksums.
@pytest.mark.parametrize("ending", [".docx", ".odt", ".epub"])
def test_documents_with_damaged_parts(ending: str) -> None:
    with zipfile.ZipFile(io.BytesIO(whole(ending))) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for name, part in parts.items():
        for mutant in mutants(part, max(4, EXAMPLES // 4), name):
            assert_ends_well(f"damaged{ending}", zipped({**parts, name: mutant}))


@pytest.mark.parametrize("ending", [".tar.gz", ".warc.gz", ".jsonl.gz"])
def test_damage_that_was_packed(ending: str) -> None:
    for mutant in mutants(gzip.decompress(whole(ending)), EXAMPLES, ending):
        assert_ends_well(f"damaged{ending}", gzip.compress(mutant))


# The files that readers are afraid of: what each holds, and how it ends. `WHOLE` is an article with all its text; words
# stand in the reason why there is none; `EITHER` is one of the two.

BODY = f"{MILL}\n\n{FERRY}\n\nThat is the end."
SAMPLE = article(text=BODY)
WHOLE, EITHER = "", None
SECRET = "root:x:0:0"  # in every Unix system's /etc/passwd, which no document may show
LONG = MILL.replace(".", ",") * 50_000  # a line of 10 MB

JAPANESE = (
    "灯台は昨日の夜、百年ぶりに点灯された。港には多くの人々が集まり、光が海を照らすのを見守った。\n\n"
    "市長は式典で、灯台の修理には三年かかったと話した。来週からは見学もできるという。子どもたちはとても喜んだ。"
)
LAUGHS = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
ENTITIES = f'<!DOCTYPE x [<!ENTITY e0 "ha">{LAUGHS}<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
BLOAT = f'<!DOCTYPE x [<!ENTITY e0 "{"ha" * 50_000}">]>'
SHOWN = "&e9; &secret;"
BROKEN_UTF8 = ("Ä" * 3000).encode() + b"\xc3 \xff " + f"\n\n{BODY}".encode()


def locked_pdf(password: str, algorithm: str) -> bytes:
    writer, data = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(SAMPLE)))), io.BytesIO()
    writer.encrypt(password, "owner", algorithm=algorithm)
    writer.write(data)
    return data.getvalue()


def thousand_pages() -> bytes:
    return pdf(article(text="\n\n".join([f"Page {number} is read." for number in range(999)] + [BODY])), 2)


def in_chapter(body: str, doctype: str = "") -> bytes:
    return epub_bytes({"a.xhtml": f"<p>{BODY}</p>{body}"}, doctype=doctype)


def nested(levels: int, name: str, data: bytes) -> bytes:
    for level in range(levels):
        data = zipped({f"{level}-{name}": data})
    return data


def lying_record(change: int) -> bytes:
    record = response("https://post.example/a", page(BODY))
    length = re.search(rb"Content-Length: (\d+)", record)
    assert length
    stated = b"Content-Length: %d" % (int(length[1]) + change)
    return record.replace(length[0], stated, 1) + response("https://post.example/b", page(BODY.replace("mill", "inn")))


def deep_html() -> bytes:
    return (
        f"<html><body><p>{MILL}</p>{'<div>' * 100_000}{FERRY}{'</div>' * 100_000}<p>{BODY}</p></body></html>".encode()
    )


def escaping() -> bytes:
    names = ["../up.txt", "/etc/root.txt", "a/../../b.txt", "C:/c.txt", "..\\d.txt"]
    return zipped(dict.fromkeys(names, MILL))


# ruff: noqa: E501, PLW0108 - the table of hostile files has a line for each, and all lines look alike
HOSTILE: dict[str, tuple[Callable[[], bytes], str | None]] = {
    # PDF
    "locked.pdf": (lambda: locked_pdf("secret", "RC4-128"), "password"),
    "locked-aes.pdf": (lambda: locked_pdf("secret", "AES-256"), "password"),
    "locked-for-change-alone.pdf": (lambda: locked_pdf("", "AES-256"), WHOLE),
    "half.pdf": (lambda: pdf(SAMPLE)[: len(pdf(SAMPLE)) // 2], EITHER),
    "head.pdf": (lambda: pdf(SAMPLE)[:100], "damaged"),
    "tail-cut.pdf": (lambda: pdf(SAMPLE)[:-40], EITHER),
    "thousand.pdf": (thousand_pages, WHOLE),
    # Bombs
    "flat.zip": (lambda: zipped({"a.txt": b"a" * 50_000_000}), "hundreds of times"),
    "nested.zip": (lambda: nested(3, "a.zip", zipped({"a.txt": b"a" * 50_000_000})), "archives"),
    "nested-twice.zip": (lambda: nested(2, "a.zip", zipped({"a.txt": b"a" * 50_000_000})), "hundreds of times"),
    "bomb.txt.gz": (lambda: gzip.compress(b"a" * 50_000_000), "hundreds of times"),
    "bomb.tar.gz": (lambda: tarred({"a.txt": b"a" * 50_000_000}, "w:gz"), "hundreds of times"),
    "bomb.docx": (lambda: zipped({"word/document.xml": b" " * 210_000_000}), "unpacks"),
    "bomb.odt": (lambda: odt_bytes("", more={"x.xml": b" " * 210_000_000}), "unpacks"),
    "bomb.epub": (lambda: zipped({"META-INF/container.xml": b"", "x.xhtml": b" " * 210_000_000}), "unpacks"),
    "blank-part.docx": (lambda: zipped({"word/document.xml": b" " * 90_000_000}), "damaged"),
    "blank-part.odt": (lambda: zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": b"<a>" + b" " * 90_000_000}), "damaged"),
    "blank-chapter.epub": (lambda: in_chapter(" " * 90_000_000), EITHER),
    "escaping.zip": (escaping, "leads out"),
    "escaping.tar": (lambda: tarred({"../../up.txt": MILL, "/root.txt": MILL}), "leads out"),
    "links.tar": (lambda: tarred({"a.txt": special("a.txt", tarfile.SYMTYPE, "/etc/passwd")}), "link"),
    # Entities
    "laughs.nitf": (lambda: nitf(SAMPLE, ENTITIES, SHOWN), EITHER),
    "laughs.rss": (lambda: rss([SAMPLE], ENTITIES, SHOWN), EITHER),
    "laughs.atom": (lambda: atom([SAMPLE], ENTITIES, SHOWN), EITHER),
    "laughs.docx": (lambda: docx(SAMPLE, ENTITIES, f"<w:p><w:r><w:t>{SHOWN}</w:t></w:r></w:p>"), EITHER),
    "laughs.odt": (lambda: odt_of(SAMPLE, ENTITIES, f"<text:p>{SHOWN}</text:p>"), EITHER),
    "laughs.epub": (lambda: in_chapter(SHOWN, ENTITIES), EITHER),
    "laughs.xhtml": (lambda: html(SAMPLE).replace(b"<!doctype html>", ENTITIES.encode()).replace(b"</article>", SHOWN.encode()), EITHER),
    "bloat.nitf": (lambda: nitf(SAMPLE, BLOAT, "&e0;" * 5000), EITHER),
    "bloat.docx": (lambda: docx(SAMPLE, BLOAT, f"<w:p><w:r><w:t>{'&e0;' * 5000}</w:t></w:r></w:p>"), EITHER),
    "bloat.odt": (lambda: odt_of(SAMPLE, BLOAT, f"<text:p>{'&e0;' * 5000}</text:p>"), EITHER),
    # Depth and length
    "deep.html": (deep_html, EITHER),
    "deep.odt": (lambda: odt_of(SAMPLE, more="<text:section>" * 100_000), "damaged"),
    "deep.nitf": (lambda: nitf(SAMPLE, more="<block>" * 100_000), EITHER),
    "deep.json": (lambda: b"[" * 100_000 + b"]" * 100_000, "not JSON"),
    "deep.jsonl": (lambda: b'{"text": ' * 100_000 + b'"a"' + b"}" * 100_000, "not JSON"),
    "deep-field.json": (lambda: b'{"text": "%s", "authors": %s1%s}' % (MILL.encode(), b"[" * 900, b"]" * 900), EITHER),
    "deep.md": (lambda: b"---\nauthors: " + b"[" * 50_000 + b"\n---\n" + BODY.encode(), "front matter"),
    "aliases.md": (lambda: b"---\na: &a [x]\n" + b"".join(b"%c: &%c [%s]\n" % (n, n, b"*%c," % (n - 1) * 9) for n in b"bcdefghi") + b"title: *i\n---\n" + BODY.encode(), EITHER),
    "deep.rtf": (lambda: rb"{\rtf1 " + b"{" * 100_000 + BODY.encode() + b"}" * 100_001, EITHER),
    "deep.eml": (lambda: b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(2000)), EITHER),
    "line.txt": (lambda: LONG.encode(), EITHER),
    "line.html": (lambda: f"<html><body><p>{LONG}</p></body></html>".encode(), EITHER),
    "line.csv": (lambda: f"title,text\nA,{LONG.replace(',', ';')}\n".encode(), EITHER),
    "field.csv": (lambda: b'title,text\nA,"' + f"{MILL}\n".encode() * 40_000 + b'"\n', EITHER),
    "open-quote.csv": (lambda: b'title,text\nA,"' + f"{MILL}\n".encode() * 40_000, "quotation mark"),
    "line.jsonl": (lambda: json.dumps({"text": LONG}).encode(), EITHER),
    "too-large.txt": (lambda: b"a " * 11_000_000, "MB"),
    "too-long-line.jsonl": (lambda: b'{"text": "' + b"a" * 21_000_000 + b'"}', "MB"),
    # Encodings
    "shift-jis.txt": (lambda: JAPANESE.encode("shift_jis"), EITHER),
    "cp1252.txt": (lambda: BODY.replace("mill", "moulin d’été “à côté”").encode("cp1252"), EITHER),
    "utf-16.txt": (lambda: BODY.encode("utf-16"), WHOLE),
    "utf-16-without-mark.txt": (lambda: BODY.encode("utf-16-le"), "not text"),
    "utf-16.csv": (lambda: table([SAMPLE]).decode().encode("utf-16"), WHOLE),
    "utf-16.jsonl": (lambda: jsonl([SAMPLE]).decode().encode("utf-16"), "UTF-8"),
    "shift-jis.csv": (lambda: ("title,text\n" + "灯台,昨日点灯された。港の人々は喜んだ。\n" * 9).encode("shift_jis"), EITHER),
    "shift-jis.html": (lambda: html(article(text=JAPANESE)).decode().replace("utf-8", "shift_jis").encode("shift_jis", "replace"), EITHER),
    "cp1252.html": (lambda: page(BODY.replace("mill", "moulin d’été")).encode("cp1252"), EITHER),
    "mixed.txt": (lambda: "ä été ".encode() * 50 + "ä été ".encode("latin-1") * 50 + BODY.encode(), EITHER),
    "mixed.jsonl": (lambda: jsonl([SAMPLE]) + '{"text": "été"}\n'.encode("latin-1"), "UTF-8"),
    "mixed.mbox": (lambda: MANY[".mbox"]([SAMPLE]) + "From a@b Mon Jan  1 08:00:00 2024\nSubject: été\n\nété\n".encode("latin-1"), EITHER),
    "broken.txt": (lambda: BROKEN_UTF8, EITHER),
    "broken.html": (lambda: html(SAMPLE).replace(b"mill at", b"mill \xff at"), EITHER),
    "broken.csv": (lambda: table([SAMPLE]).replace(b"mill at", b"mill \xff at"), EITHER),
    "broken.jsonl": (lambda: jsonl([SAMPLE]).replace(b"mill at", b"mill \xff at"), "UTF-8"),
    "broken.rss": (lambda: rss([SAMPLE]).replace(b"mill at", b"mill \xff at"), EITHER),
    "broken.nitf": (lambda: nitf(SAMPLE).replace(b"mill at", b"mill \xff at"), EITHER),
    "wrong-declaration.nitf": (lambda: nitf(SAMPLE).replace(b"utf-8", b"utf-16", 1), EITHER),
    "no-such-encoding.rss": (lambda: rss([SAMPLE]).replace(b"utf-8", b"klingon", 1), EITHER),
    "nul.txt": (lambda: BODY.replace(" at ", "\0at\0").encode(), EITHER),
    "nul.html": (lambda: html(SAMPLE).replace(b"mill at", b"mill\0 at"), EITHER),
    "nul.csv": (lambda: table([SAMPLE]).replace(b"mill at", b"mill\0 at"), EITHER),
    "nul.jsonl": (lambda: jsonl([SAMPLE]).replace(b"mill at", b"mill\\u0000 at"), EITHER),
    "only-nul.txt": (lambda: bytes(1000), "not text"),
    # Structure
    "no-from-line.mbox": (lambda: BODY.encode(), "no messages"),
    "cut.txt.gz": (lambda: gzip.compress(BODY.encode())[:-30], "cut short"),
    "cut.html.gz": (lambda: gzip.compress(html(SAMPLE))[:-30], "cut short"),
    "checksum.txt.gz": (lambda: gzip.compress(BODY.encode())[:-8] + b"\0" * 8, "damaged"),
    "short-record.warc": (lambda: lying_record(-200), "damaged"),
    "long-record.warc": (lambda: lying_record(200), "damaged"),
    "far-record.warc": (lambda: lying_record(10**15), "than it states"),
    "negative-record.warc": (lambda: lying_record(-(10**9)), EITHER),
    "cut.warc": (lambda: lying_record(0)[:-100], "than it states"),
    "header-alone.csv": (lambda: b"title,text\n", "no rows"),
    "not-a-feed.rss": (lambda: b"<html-is-not-here/>", "not an RSS"),
    "crc.docx": (lambda: docx(SAMPLE).replace(struct.pack("<H", 8), struct.pack("<H", 99)), "damaged"),
    **{f"empty{ending}": (bytes, ".") for ending in READERS},
}  # fmt: skip


# With what the articles in them end: none of them may be a part of one.
ENDS = ("That is the end.", "every spring,", "every spring;", "every spring.", "Leute freuten sich.", "喜んだ。", "été")


def gathered(folder: Path) -> dict[str, list[SourceArticle | Skipped]]:
    """What comes of each file, all read in processes of their own, as the command reads them."""
    found: dict[str, list[SourceArticle | Skipped]] = {}
    items: list[SourceArticle | Skipped] = []
    for item in workers.read_all([Source.of(file) for file in readers.find(folder)], patience=3 * LIMIT):
        if isinstance(item, workers.Finished):
            found[os.path.relpath(item.file, folder)], items = items, []
        else:
            items.append(item)
    return found


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[SourceArticle | Skipped]]:
    folder = tmp_path_factory.mktemp("hostile")
    for name, (make, _) in HOSTILE.items():
        (folder / name).write_bytes(make())
    return gathered(folder)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_end_as_an_article_or_a_line(
    outcomes: dict[str, list[SourceArticle | Skipped]], name: str
) -> None:
    items, expected = outcomes[name], HOSTILE[name][1]
    are_in_order(items)
    texts = [item.text.strip() for item in items if isinstance(item, SourceArticle)]
    reasons = [item.reason for item in items if isinstance(item, Skipped)]
    assert not any("crash" in reason or "took longer" in reason for reason in reasons)
    assert not any(SECRET in words or "haha" in words for words in [*reasons, *texts])
    assert all(re.sub(r"\s*&e9;? &secret;?$", "", text).endswith(ENDS) for text in texts)  # entities stay names
    if expected == WHOLE:
        (text,) = texts
        assert text.split()[-len(BODY.split()) :] == BODY.split()
        assert not reasons
    elif expected is not None:
        assert any(expected in reason for reason in reasons)


@pytest.mark.parametrize("name", ["shift-jis.txt", "shift-jis.csv", "shift-jis.html", "cp1252.txt", "cp1252.html"])
def test_words_in_other_encodings_are_the_right_ones(
    outcomes: dict[str, list[SourceArticle | Skipped]], name: str
) -> None:
    first = outcomes[name][0]
    assert isinstance(first, SourceArticle)
    assert ("点灯された" if "jis" in name else "moulin d’été") in first.text


@pytest.mark.parametrize("name", ["broken.txt", "broken.html", "broken.csv", "broken.rss", "broken.nitf"])
def test_a_broken_byte_does_not_garble_the_rest(outcomes: dict[str, list[SourceArticle | Skipped]], name: str) -> None:
    first = outcomes[name][0]
    assert isinstance(first, SourceArticle)
    assert "\ufffd" in first.text
    assert "Ã" not in first.text + first.title
    assert "â€" not in first.text + first.title


# What is no file, or cannot be opened


@pytest.mark.skipif(not LINUX, reason="names that are no UTF-8, and pipes")
def test_a_folder_of_things_that_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(BODY, encoding="utf-8")
    (tmp_path / "loop").mkdir()
    (tmp_path / "loop" / "up").symlink_to(tmp_path)
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    (tmp_path / "one.html").symlink_to(tmp_path / "two.html")
    (tmp_path / "two.html").symlink_to(tmp_path / "one.html")
    (tmp_path / "broken.pdf").symlink_to(tmp_path / "nothing.pdf")
    (tmp_path / "device.txt").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "folder.pdf").mkdir()
    (tmp_path / "folder.pdf" / "in.txt").write_text(BODY, encoding="utf-8")
    (tmp_path / "link.zip").symlink_to(tmp_path / "folder.pdf")
    (tmp_path / "empty.docx").mkdir()
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text(BODY, encoding="utf-8")
    (tmp_path / os.fsdecode(b"\xff\xfe")).mkdir()
    (tmp_path / os.fsdecode(b"\xff\xfe/\xff.html")).write_bytes(html(SAMPLE))
    (tmp_path / "a\nb.txt").write_text(BODY, encoding="utf-8")
    found = gathered(tmp_path)
    for items in found.values():
        are_in_order(items)
    read = {name for name, items in found.items() if isinstance(items[0], SourceArticle)}
    names = [
        "good.txt",
        "folder.pdf/in.txt",
        "a\nb.txt",
        os.fsdecode(b"caf\xe9.txt"),
        os.fsdecode(b"\xff\xfe/\xff.html"),
    ]
    assert read == set(names)
    assert found.keys() - read == {
        "loop/up", "self.txt", "one.html", "two.html", "broken.pdf", "device.txt", "pipe.jsonl", "link.zip",
    }  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_a_line(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(BODY, encoding="utf-8")
    (tmp_path / "locked.html").write_bytes(html(SAMPLE))
    (tmp_path / "locked.html").chmod(0)
    (tmp_path / "closed").mkdir(mode=0)
    found = gathered(tmp_path)
    for items in found.values():
        are_in_order(items)
    assert [name for name, items in found.items() if isinstance(items[0], Skipped)] == ["closed", "locked.html"]
    (tmp_path / "closed").chmod(0o700)


def test_a_folder_without_files_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").mkdir()
    with pytest.raises(NothingToRead) as caught:
        readers.find(tmp_path)
    is_a_line_with_a_remedy(str(caught.value))
