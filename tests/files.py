"""Files for tests, made by hand: what readers read is never made by the libraries that they read it with."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import tarfile
import textwrap
import zipfile
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from corpus.article import SourceArticle

MILL = (
    "The mill at Orrin closed on Monday after two hundred years, and the miller handed the keys to the mayor. "
    "The dam above it stays, the council said, because the lower town would otherwise stand in water every spring."
)
FERRY = (
    "The ferry across the Krommel will run until midnight from May on, the harbour office said on Thursday. "
    "Its two boats were painted in winter, and the older one has been given the engine of a fire brigade's pump."
)


def page(text: str, title: str = "The mill closes") -> str:
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title></head><body><nav><a href="/">Home</a></nav>'
        f"<article><h1>{title}</h1><p>{text}</p><p>{text[::-1]}</p><p>{text}</p></article></body></html>"
    )


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return packed.getvalue()


def tarred(members: Mapping[str, str | bytes | tarfile.TarInfo], mode: str = "w") -> bytes:
    """A tar archive; a member that is given as its header alone is a link, a device or the like."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as tar:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                tar.addfile(content)
                continue
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


_ODT_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "table", "meta")
)
_DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'


def odt(
    file: Path, body: str, meta: str = "", more: Mapping[str, str | bytes] | None = None, doctype: str = ""
) -> Path:
    file.write_bytes(odt_bytes(body, meta, more, doctype))
    return file


def odt_bytes(body: str, meta: str = "", more: Mapping[str, str | bytes] | None = None, doctype: str = "") -> bytes:
    """An OpenDocument text: ``body`` and ``meta`` are the XML within its two parts."""
    content = (
        f"<?xml version='1.0'?>{doctype}<office:document-content {_ODT_SPACES} {_DC}><office:body><office:text>{body}"
        "</office:text></office:body></office:document-content>"
    )
    about = f"<office:document-meta {_ODT_SPACES} {_DC}><office:meta>{meta}</office:meta></office:document-meta>"
    mimetype = {"mimetype": "application/vnd.oasis.opendocument.text"}
    return zipped({**mimetype, "content.xml": content, "meta.xml": about, **(more or {})})


def epub(file: Path, chapters: Mapping[str, str], meta: str = "", properties: Mapping[str, str] | None = None) -> Path:
    file.write_bytes(epub_bytes(chapters, meta, properties))
    return file


def epub_bytes(
    chapters: Mapping[str, str], meta: str = "", properties: Mapping[str, str] | None = None, doctype: str = ""
) -> bytes:
    """A book whose spine holds the chapters (names → XHTML bodies) in their order."""
    items = "".join(
        f'<item id="i{number}" href="{name}" media-type="application/xhtml+xml" '
        f'properties="{(properties or {}).get(name, "")}"/>'
        for number, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="i{number}"/>' for number in range(len(chapters)))
    package = (
        f'<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata {_DC}>{meta}'
        f"</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    )
    start = f'<?xml version="1.0"?>{doctype}<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
    parts = {
        f"OEBPS/{name}": f"{start}<head><title/></head><body>{body}</body></html>" for name, body in chapters.items()
    }
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "OEBPS/book.opf": package,
            **parts,
        }
    )


def response(url: str, body: str | bytes, content_type: str = "text/html", status: str = "200 OK") -> bytes:
    """A WARC record of an answer."""
    data = body.encode() if isinstance(body, str) else body
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(data)}\r\n\r\n"
    return record("response", url, head.encode() + data, "application/http; msgtype=response")


def record(kind: str, url: str, block: bytes, content_type: str = "application/warc-fields") -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2023-05-06T07:08:09Z\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{len(block):012}>\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def warc_gz(*records: bytes) -> bytes:
    """Each record is compressed by itself, as the format has it."""
    return b"".join(map(gzip.compress, records))


# One article, or several, in every format that there is a reader for.


def paragraphs(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def marked(text: str, tag: str = "p") -> str:
    """Each paragraph in an element."""
    return "".join(f"<{tag}>{escape(paragraph)}</{tag}>" for paragraph in paragraphs(text))


def _day(article: SourceArticle) -> str:
    return article.published.value if article.published else ""


def _instant(article: SourceArticle) -> datetime:
    return datetime.fromisoformat(_day(article) or "2024-01-01")


def _rfc822(article: SourceArticle) -> str:
    return format_datetime(_instant(article)) if "T" in _day(article) else f"{_instant(article):%d %b %Y}"


def _creators(article: SourceArticle) -> str:
    return "".join(f"<dc:creator>{escape(author)}</dc:creator>" for author in article.authors)


def _fields(article: SourceArticle) -> dict[str, object]:
    return {
        "title": article.title,
        "text": article.text,
        "url": article.url,
        "outlet": article.outlet,
        "authors": list(article.authors),
        "language": article.language,
        "published": _day(article),
    }


def txt(article: SourceArticle) -> bytes:
    return f"{article.title}\n\n{article.text}\n".encode()


def md(article: SourceArticle) -> bytes:
    # Every JSON value is a YAML value.
    about = {name: value for name, value in _fields(article).items() if name != "text"}
    front = "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in about.items())
    return f"---\n{front}---\n\n{article.text}\n".encode()


def html(article: SourceArticle) -> bytes:
    meta = [
        ("og:title", article.title),
        ("og:site_name", article.outlet or ""),
        ("article:published_time", _day(article)),
        *(("author", author) for author in article.authors),
    ]
    tags = "".join(f"<meta property={quoteattr(name)} content={quoteattr(value)}>" for name, value in meta)
    return (
        f'<!doctype html><html lang="{article.language}"><head><meta charset="utf-8">{tags}'
        f'<link rel="canonical" href={quoteattr(article.url or "")}></head><body>'
        f'<nav><a href="/">Home</a> <a href="/news">News</a></nav><article><h1>{escape(article.title)}</h1>'
        f"{marked(article.text)}</article><footer>All rights reserved.</footer></body></html>"
    ).encode()


def pdf(article: SourceArticle, lines_on_page: int = 50) -> bytes:
    """The words in a font whose codes are Unicode: no font has to be put in for its text to be read."""
    lines = [
        line for part in paragraphs(article.text) for line in [*textwrap.wrap(part, 90, break_on_hyphens=False), ""]
    ]
    pages = [lines[at : at + lines_on_page] for at in range(0, len(lines), lines_on_page)]
    codes = sorted({ord(char) for char in article.text})
    letters = [f"<{code:04x}> <{code:04x}> <{code:04x}>" for code in codes]
    cmap = (
        "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange "
        f"{len(letters)} beginbfrange {' '.join(letters)} endbfrange endcmap end"
    )
    about = {
        "Title": article.title,
        "Author": article.authors[0],
        "CreationDate": f"D:{_instant(article):%Y%m%d%H%M%S}",
    }
    info = " ".join(f"/{name} <feff{value.encode('utf-16-be').hex()}>" for name, value in about.items())
    first = 7  # the number of the first page's object; its content follows it
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /Any /Encoding /Identity-H "
        "/DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Any /DW 500 "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
        f"<< {info} >>",
    ]
    for number, page in enumerate(pages):
        shown = "".join(f"<{line.encode('utf-16-be').hex()}> Tj T*\n" for line in page)
        content = f"BT /F1 12 Tf 14 TL 50 780 Td\n{shown}ET"
        objects += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {first + 2 * number + 1} 0 R >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    written, places = "%PDF-1.7\n", []
    for number, thing in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{thing}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return (
        f"{written}xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer << /Size {size} /Root 1 0 R /Info 6 0 R >>\nstartxref\n{len(written)}\n%%EOF\n"
    ).encode("ascii")


_OFFICE = "http://schemas.openxmlformats.org"


def docx(article: SourceArticle, doctype: str = "", more: str = "") -> bytes:
    body = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{escape(part)}</w:t></w:r></w:p>' for part in paragraphs(article.text)
    )
    kinds = "application/vnd.openxmlformats-"
    main = f"{kinds}officedocument.wordprocessingml.document.main+xml"
    ties = f"{_OFFICE}/officeDocument/2006/relationships/officeDocument"
    ties_to_core = f"{_OFFICE}/package/2006/relationships/metadata/core-properties"
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{_OFFICE}/package/2006/content-types">'
            f'<Default Extension="rels" ContentType="{kinds}package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/>'
            f'<Override PartName="/docProps/core.xml" ContentType="{kinds}package.core-properties+xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{_OFFICE}/package/2006/relationships">'
            f'<Relationship Id="a" Type="{ties}" Target="word/document.xml"/>'
            f'<Relationship Id="b" Type="{ties_to_core}" Target="docProps/core.xml"/></Relationships>',
            "word/document.xml": f"<?xml version='1.0' encoding='UTF-8'?>{doctype}"
            f'<w:document xmlns:w="{_OFFICE}/wordprocessingml/2006/main"><w:body>{body}{more}</w:body></w:document>',
            "docProps/core.xml": f'<c:coreProperties xmlns:c="{_OFFICE}/package/2006/metadata/core-properties" {_DC} '
            'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"<dc:title>{escape(article.title)}</dc:title><dc:creator>{escape(article.authors[0])}</dc:creator>"
            f"<dc:language>{article.language}</dc:language>"
            f'<dcterms:created xsi:type="dcterms:W3CDTF">{_instant(article):%Y-%m-%dT%H:%M:%SZ}</dcterms:created>'
            "</c:coreProperties>",
        }
    )


def odt_of(article: SourceArticle, doctype: str = "", more: str = "") -> bytes:
    body = marked(article.text, "text:p")
    meta = (
        f"<dc:title>{escape(article.title)}</dc:title><dc:language>{article.language}</dc:language>"
        f"<meta:initial-creator>{escape(article.authors[0])}</meta:initial-creator>"
        f"<meta:creation-date>{_instant(article).isoformat()}</meta:creation-date>"
    )
    return odt_bytes(body + more, meta, doctype=doctype)


def rtf(article: SourceArticle) -> bytes:
    created = f"{{\\creatim{_instant(article):\\yr%Y\\mo%m\\dy%d\\hr%H\\min%M}}}"
    info = f"{{\\title {_in_rtf(article.title)}}}{{\\author {_in_rtf(article.authors[0])}}}{created}"
    body = "".join(f"{_in_rtf(part)}\\par\n" for part in paragraphs(article.text))
    return f"{{\\rtf1\\ansi\\deff0{{\\fonttbl{{\\f0 Arial;}}}}{{\\info{info}}}\n{body}}}".encode("ascii")


def _in_rtf(text: str) -> str:
    plain = re.sub(r"([\\{}])", r"\\\1", text)
    return re.sub(r"[^\x00-\x7f]", lambda match: f"\\u{ord(match[0])}?", plain)


def epub_of(article: SourceArticle) -> bytes:
    meta = _creators(article) + (
        f"<dc:title>The book</dc:title><dc:publisher>{escape(article.outlet or '')}</dc:publisher>"
        f"<dc:language>{article.language}</dc:language><dc:date>{_day(article)}</dc:date>"
    )
    return epub_bytes({"a.xhtml": f"<h1>{escape(article.title)}</h1>{marked(article.text)}"}, meta)


def nitf(article: SourceArticle, doctype: str = "", more: str = "") -> bytes:
    day = re.sub(r"[-:]", "", _day(article)[:19]) + _day(article)[19:].replace(":", "")
    people = "".join(f"<person>{escape(author)}</person>" for author in article.authors)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{doctype}<nitf xml:lang="{article.language}"><head>'
        f'<docdata><date.issue norm="{day}"/><doc-id id-string={quoteattr(article.id)}/></docdata>'
        f"<pubdata name={quoteattr(article.outlet or '')} ex-ref={quoteattr(article.url or '')}/></head><body>"
        f"<body.head><hedline><hl1>{escape(article.title)}</hl1></hedline><byline>By {people}</byline></body.head>"
        f"<body.content>{marked(article.text)}{more}</body.content></body></nitf>"
    ).encode()


def eml(article: SourceArticle) -> bytes:
    """A message to an open list, as which an outlet can be told."""
    heads = {
        "From": f"{_in_header(article.authors[0])} <desk@post.example>",
        "To": "readers@post.example",
        "Subject": _in_header(article.title),
        "Date": _rfc822(article),
        "Message-ID": f"<{article.id}@post.example>",
        "Archived-At": f"<{article.url}>",
        "List-Id": f"{_in_header(article.outlet or '')} <news.post.example>",
        "List-Post": "<mailto:news@post.example>",
        "Content-Language": article.language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    return ("".join(f"{name}: {value}\n" for name, value in heads.items()) + f"\n{article.text}\n").encode()


def _in_header(words: str) -> str:
    return f"=?utf-8?b?{b64encode(words.encode()).decode()}?="


def mbox(articles: Sequence[SourceArticle]) -> bytes:
    bodies = (re.sub(rb"^(>*From )", rb">\1", eml(article), flags=re.MULTILINE) for article in articles)
    return b"".join(b"From desk@post.example Mon Jan  1 08:00:00 2024\n" + body.lstrip(b">") + b"\n" for body in bodies)


def rss(articles: Sequence[SourceArticle], doctype: str = "", more: str = "") -> bytes:
    first = articles[0]
    items = "".join(
        f"<item><title>{escape(article.title)}</title><link>{escape(article.url or '')}</link>"
        f"<pubDate>{_rfc822(article)}</pubDate>{_creators(article)}"
        f"<source url='https://post.example/'>{escape(article.outlet or '')}</source>"
        f"<content:encoded>{escape(marked(article.text))}{more}</content:encoded></item>"
        for article in articles
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{doctype}<rss version="2.0" {_DC} '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>All the news</title><language>{first.language}</language>{items}</channel></rss>"
    ).encode()


def atom(articles: Sequence[SourceArticle], doctype: str = "", more: str = "") -> bytes:
    entries = "".join(
        f"<entry><title>{escape(article.title)}</title><id>{escape(article.id)}</id>"
        f"<link href={quoteattr(article.url or '')}/><published>{_day(article)}</published>"
        f"{''.join(f'<author><name>{escape(name)}</name></author>' for name in article.authors)}"
        f"<source><title>{escape(article.outlet or '')}</title></source>"
        f'<content type="html" xml:lang="{article.language}">{escape(marked(article.text))}{more}</content></entry>'
        for article in articles
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{doctype}<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>All the news</title>{entries}</feed>"
    ).encode()


def table(articles: Sequence[SourceArticle], separator: str = ",") -> bytes:
    text = io.StringIO()
    rows = csv.DictWriter(text, _fields(articles[0]), delimiter=separator)
    rows.writeheader()
    rows.writerows({**_fields(article), "authors": "; ".join(article.authors)} for article in articles)
    return text.getvalue().encode()


def tsv(articles: Sequence[SourceArticle]) -> bytes:
    return table(articles, "\t")


def jsonl(articles: Sequence[SourceArticle]) -> bytes:
    return b"".join(json.dumps(_fields(article)).encode() + b"\n" for article in articles)


def json_list(articles: Sequence[SourceArticle]) -> bytes:
    return json.dumps({"articles": [_fields(article) for article in articles]}, ensure_ascii=False, indent=1).encode()


def json_feed(articles: Sequence[SourceArticle]) -> bytes:
    items = [
        {
            "id": article.url,
            "title": article.title,
            "content_html": marked(article.text),
            "date_published": _day(article),
            "authors": [{"name": name} for name in article.authors],
            "language": article.language,
        }
        for article in articles
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "All the news", "items": items}).encode()


def ninjs(articles: Sequence[SourceArticle]) -> bytes:
    items = [
        {
            "uri": f"urn:newsml:{article.id}",
            "type": "text",
            "versioncreated": _day(article),
            "headline": article.title,
            "byline": "; ".join(article.authors),
            "language": article.language,
            "infosource": [{"name": article.outlet}],
            "body_xhtml": marked(article.text),
        }
        for article in articles
    ]
    return json.dumps(items).encode()


def warc(articles: Sequence[SourceArticle]) -> bytes:
    return b"".join(response(article.url or "", html(article)) for article in articles)


def pages_warc_gz(articles: Sequence[SourceArticle]) -> bytes:
    return warc_gz(*(response(article.url or "", html(article)) for article in articles))


def pages_zip(articles: Sequence[SourceArticle]) -> bytes:
    return zipped({f"news/{article.id}.html": html(article) for article in articles})


def texts_tar_gz(articles: Sequence[SourceArticle]) -> bytes:
    return tarred({f"news/{article.id}.md": md(article) for article in articles}, "w:gz")


def jsonl_gz(articles: Sequence[SourceArticle]) -> bytes:
    return gzip.compress(jsonl(articles))


ONE: dict[str, Callable[[SourceArticle], bytes]] = {
    ".txt": txt,
    ".md": md,
    ".html": html,
    ".pdf": pdf,
    ".docx": docx,
    ".odt": odt_of,
    ".rtf": rtf,
    ".epub": epub_of,
    ".nitf": nitf,
    ".eml": eml,
}
MANY: dict[str, Callable[[Sequence[SourceArticle]], bytes]] = {
    ".rss": rss,
    ".atom": atom,
    ".csv": table,
    ".tsv": tsv,
    ".json": json_list,
    ".jsonl": jsonl,
    ".feed.json": json_feed,
    ".ninjs.json": ninjs,
    ".mbox": mbox,
    ".warc": warc,
    ".warc.gz": pages_warc_gz,
    ".zip": pages_zip,
    ".tar.gz": texts_tar_gz,
    ".jsonl.gz": jsonl_gz,
}
