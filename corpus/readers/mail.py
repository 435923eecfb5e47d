"""Mail: one message (.eml), or a mailbox of them (.mbox) that is streamed. A newsletter's message is an article.

Who sent it: a sender that takes no answers (a bulk mail that is no open list) is an outlet, every other a person and
the message's author; an open list is the outlet of what is written to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import parseaddr
from typing import BinaryIO, cast

from corpus import readers  # whose table names this module, so it is used only when something is read
from corpus.article import Identity, SourceArticle
from corpus.dates import dated
from corpus.errors import NothingToRead, ReadingError
from corpus.readers.kinds import kind
from corpus.readers.markup import without_markup
from corpus.readers.members import inside
from corpus.readers.source import MAX_FILE_BYTES, Skipped, Source, article_id, canonical, decode, identified
from corpus.readers.text import first_words

_BROKEN = (MessageError, LookupError, ValueError, AttributeError, TypeError)  # from a message whose structure is broken
_FROM_LINE = re.compile(rb"From \S.*\d\d:\d\d.*\d{4}|From - ")  # the sender, and when it came
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
# A line that is a link's words, or an offer with the place to accept it; in prose, people unsubscribe otherwise.
_FOOTER = re.compile(
    r"^\W*(?:unsubscribe|opt[ -]out|abmelden|se désabonner|darse de baja|odhlásit(?: se)?)\W*$"
    r"|^\W*(?:to )?unsubscribe\b.{0,60}(?:https?://|@|\bhere\b|\bclick\b|\blink\b)|\bclick\b.{0,60}\bunsubscribe\b"
    r"|\bunsubscribe (?:here|at any time|from this (?:list|newsletter))\b"
    r"|\b(?:you(?: are|['’]re)? receiv(?:ed|ing)|sie erhalten|vous recevez|recibe) (?:this|diesen?|cet?|este) "
    r"(?:e-?mail|message|newsletter|courriel|correo)\b"
    r"|\b(?:manage|update) your (?:subscription|(?:email )?preferences)\b",
    re.IGNORECASE | re.MULTILINE,
)
_RULE = re.compile(r"[-–—_=*~ ]+")
_FOOTER_PARAGRAPHS, _FOOTER_CHARACTERS = 8, 2000  # the most that stand below the text


def read(source: Source) -> Iterator[SourceArticle | Skipped]:
    yield from _message(source.read(), source, None)


def read_mailbox(source: Source) -> Iterator[SourceArticle | Skipped]:
    seen: set[str] = set()
    number = 0
    with source.open() as file:
        for number, data in enumerate(_messages(file), 1):
            origin = f"{source.origin}:{number}"
            if len(data) > MAX_FILE_BYTES:
                what = f"The message is larger than {MAX_FILE_BYTES / 1e6:.0f} MB."
                yield Skipped(origin, f"{what} Save its text, or what is attached to it, as a file.")
                continue
            try:
                for item in _message(data, source, number):
                    if isinstance(item, SourceArticle) and item.origin == origin:
                        if item.id in seen:
                            raise ReadingError("The message stands in this mailbox before.", hint="Keep one of them.")
                        seen.add(item.id)
                    yield item
            except ReadingError as error:
                yield Skipped(origin, str(error))
    if not number:
        raise NothingToRead("The mailbox holds no messages.", hint='Each begins with a line "From sender date".')


def _messages(file: BinaryIO) -> Iterator[bytes]:
    """Each message without its first line; of one that is too large, no more than shows that it is."""
    lines: list[bytes] = []
    size, begun, after_blank = 0, False, True
    while line := file.readline(MAX_FILE_BYTES):
        if after_blank and _FROM_LINE.match(line):
            if begun:
                yield _QUOTED_FROM.sub(rb"\1", b"".join(lines))
            lines, size, begun = [], 0, True
        elif begun and size <= MAX_FILE_BYTES:
            lines.append(line)
            size += len(line)
        after_blank = not line.strip()
    if begun:
        yield _QUOTED_FROM.sub(rb"\1", b"".join(lines))


def _message(data: bytes, source: Source, number: int | None) -> Iterator[SourceArticle | Skipped]:
    """The message as an article, if it has a text, and what is attached to it."""
    try:
        message = BytesParser(policy=policy.default).parsebytes(data)
        text, attached = _text(message), list(_attachments(message))
        article = _article(message, text, source, number) if text else None
    except _BROKEN as error:
        raise ReadingError("The message is damaged.", hint="Save it anew from its program.") from error
    if article:
        yield article
    found = article is not None
    place = inside(source)
    for name, content, content_type in attached:
        member = place.member(f"{number}/{name}" if number else name, content, content_type=content_type)
        if kind(member) in readers.READERS:
            found = True
            yield from readers.read(member)
    if not found:
        raise NothingToRead("The message holds no text.", hint="If it is a picture, type its text or use OCR.")


def _article(message: EmailMessage, text: str, source: Source, number: int | None) -> SourceArticle:
    subject, day = _header(message, "Subject"), " ".join(_raw(message, "Date").split())
    outlet, author = _sender(message)
    url = canonical(_raw(message, "Archived-At").strip(" <>\r\n") or source.url)
    stated = _raw(message, "Message-ID").strip(" <>\r\n\t")
    default = (article_id(f"{source.place}:{day}:{subject or text}"), "path") if number else identified(source, url)
    id, identity = (stated, "given") if stated else default
    language = _header(message, "Content-Language").partition(",")[0]
    return SourceArticle(
        id=id,
        identity=cast(Identity, identity),
        title=subject or first_words(text),
        text=text,
        origin=f"{source.origin}:{number}" if number else source.origin,
        file=source.file,
        url=url,
        outlet=outlet or None,
        authors=(author,) if author else (),
        language=language or None,
        language_from="metadata" if language else None,
        published=dated(day, "metadata"),
    )


def _sender(message: EmailMessage) -> tuple[str, str]:
    """The outlet and the author, "" where there is none."""
    name = _decoded(parseaddr(_raw(message, "From"))[0])
    list_name = _decoded(_raw(message, "List-Id").partition("<")[0]).strip(' "')
    post = _raw(message, "List-Post").strip()
    is_open = bool(post) and not post.upper().startswith("NO")
    is_bulk = any(message.keys().count(header) for header in ("List-Id", "List-Unsubscribe")) or (
        _raw(message, "Precedence").strip().lower() in ("bulk", "list")
    )
    return (name or list_name, "") if is_bulk and not is_open else (list_name, name)


def _text(message: EmailMessage) -> str:
    """The plain text, unless it is a stub beside the HTML; "" if there is neither."""
    plain, page = (message.get_body((kind,)) for kind in ("plain", "html"))
    text = _reflowed(plain) if plain else ""
    if page:
        marked = without_markup(_content(page))
        if len(text) < len(marked) / 3:  # "See this message in your browser"
            text = marked
    return _without_footer(text.strip())


def _content(part: MIMEPart) -> str:
    data = part.get_payload(decode=True)
    return decode(data, part.get_content_charset()) if isinstance(data, bytes) and data.strip() else ""


def _reflowed(part: MIMEPart) -> str:
    """Where a space at a line's end says that the paragraph goes on (format=flowed), it does."""
    text = _content(part)
    if str(part.get_param("format", "")).lower() == "flowed":
        between = "" if str(part.get_param("delsp", "")).lower() == "yes" else " "
        text = re.sub(r"(?<!^--) \n(?=[^\n>])", between, text, flags=re.MULTILINE)
    return text


def _without_footer(text: str) -> str:
    """Without what a bulk mail has below its text: how to unsubscribe, and the rule above that."""
    paragraphs = re.split(r"\n[^\S\n]*\n", text)
    for index in range(max(1, len(paragraphs) - _FOOTER_PARAGRAPHS), len(paragraphs)):
        below = paragraphs[index:]
        if _FOOTER.search(below[0]) and sum(map(len, below)) <= _FOOTER_CHARACTERS:
            lines = "\n\n".join(paragraphs[:index]).rstrip().split("\n")
            while len(lines) > 1 and _RULE.fullmatch(lines[-1]):
                del lines[-1]
                lines = "\n".join(lines).rstrip().split("\n")
            return "\n".join(lines)
    return text


def _attachments(message: EmailMessage) -> Iterator[tuple[str, bytes, str]]:
    """Name, bytes and kind; a part without a name belongs to the message's furniture, but for a forwarded message."""
    if not message.is_multipart():
        return
    for number, part in enumerate(message.iter_attachments(), 1):
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            if isinstance(inner, list) and inner:
                yield f"message-{number}.eml", inner[0].as_bytes(), "message/rfc822"  # type: ignore[union-attr]
        elif name := part.get_filename():
            data = part.get_payload(decode=True)
            if isinstance(data, bytes):
                yield _decoded(name).replace("/", "_"), data, part.get_content_type()


def _raw(message: EmailMessage, name: str) -> str:
    """A header as it was sent; bytes that should not stand in one are taken for text all the same."""
    value = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    if not any("\udc80" <= char <= "\udcff" for char in value):
        return value
    return decode(value.encode("utf-8", "surrogateescape"), "cp1252")


def _header(message: EmailMessage, name: str) -> str:
    return _decoded(_raw(message, name))


def _decoded(raw: str) -> str:
    """Words such as ``=?utf-8?q?Caf=C3=A9?=`` as what they mean; what means nothing stays."""
    try:
        return " ".join(str(make_header(decode_header(raw))).split())
    except (MessageError, LookupError, ValueError):
        return " ".join(raw.split())
