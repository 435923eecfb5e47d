"""Mail: messages and mailboxes."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from corpus import readers
from corpus.article import SourceArticle
from corpus.readers import Skipped
from corpus.readers.source import MAX_FILE_BYTES

TEXT = "The ferry of Orrin sails again.\n\nIts captain said so on Friday: daily, but not at night."
FOOTER = "\n\n-----\nYou are receiving this email because you signed up.\nUnsubscribe: https://orrin.example/u\n"


def message(text: str = TEXT, sender: str = "Ann Quist <ann@orrin.example>", **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = sender
    mail["Date"] = "Fri, 15 Mar 2024 08:00:00 +0100"
    for name, value in {"Subject": "Ferry sails", "Message_ID": "<1@orrin.example>", **headers}.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def read(folder: Path, content: bytes | EmailMessage, name: str = "a.eml") -> list[SourceArticle | Skipped]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.as_bytes())
    return list(readers.read(path))


def article(folder: Path, content: bytes | EmailMessage) -> SourceArticle:
    (only,) = read(folder, content)
    assert isinstance(only, SourceArticle), only
    return only


def texts(found: list[SourceArticle | Skipped]) -> list[str]:
    assert all(isinstance(item, SourceArticle) for item in found), found
    return [item.text for item in found if isinstance(item, SourceArticle)]


def test_a_message_is_an_article(tmp_path: Path) -> None:
    found = article(tmp_path, message())
    assert (found.id, found.identity, found.title, found.text) == ("1@orrin.example", "given", "Ferry sails", TEXT)
    assert found.published is not None
    assert (found.published.value, found.published.provenance) == ("2024-03-15T08:00:00+01:00", "metadata")


@pytest.mark.parametrize(
    ("headers", "outlet", "authors"),
    [
        ({}, None, ("Ann Quist",)),
        ({"List_Unsubscribe": "<https://orrin.example/u>"}, "Ann Quist", ()),
        ({"List_Id": "Ferries <ferries.orrin.example>"}, "Ann Quist", ()),
        ({"List_Id": "Ferries <ferries.orrin.example>", "List_Post": "NO"}, "Ann Quist", ()),
        ({"List_Id": "Ferries <f.example>", "List_Post": "<mailto:f@f.example>"}, "Ferries", ("Ann Quist",)),
    ],
)
def test_a_sender_that_takes_no_answers_is_an_outlet(
    tmp_path: Path, headers: dict[str, str], outlet: str | None, authors: tuple[str, ...]
) -> None:
    found = article(tmp_path, message(**headers))
    assert (found.outlet, found.authors) == (outlet, authors)


def test_html_is_read_where_the_plain_text_is_missing_or_a_stub(tmp_path: Path) -> None:
    html = "<style>p{}</style>" + "".join(f"<p>{part}</p>" for part in TEXT.split("\n\n"))
    stub = message("See this in your browser.")
    stub.add_alternative(html, subtype="html")
    alone = message()
    alone.set_content(html, subtype="html")
    both = message()
    both.add_alternative("<p>Other words.</p>", subtype="html")
    assert [article(tmp_path, mail).text for mail in (stub, alone, both)] == [TEXT] * 3


def test_how_to_unsubscribe_is_no_part_of_the_article(tmp_path: Path) -> None:
    assert article(tmp_path, message(TEXT + FOOTER)).text == TEXT


@pytest.mark.parametrize(
    "prose",
    [
        "Readers can unsubscribe, the minister said.",
        "To unsubscribe from politics is what she wants.",
        "They received this message with joy.",
    ],
)
def test_prose_about_unsubscribing_stays(tmp_path: Path, prose: str) -> None:
    assert article(tmp_path, message(f"{TEXT}\n\n{prose}")).text == f"{TEXT}\n\n{prose}"


def test_encoded_headers_and_texts_are_read(tmp_path: Path) -> None:
    raw = (
        b"From: =?utf-8?q?Caf=C3=A9=2C_K=C3=B6ln?= <c@orrin.example>\r\n"
        b"Subject: =?utf-8?b?RsOkaHJl?=\r\n =?utf-8?q?_f=C3=A4hrt?=\r\n"
        b"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        b"Die F=E4hre f=E4hrt t=E4glich, sagte der Kapit=E4n.\r\n"
    )
    found = article(tmp_path, raw)
    assert (found.title, found.authors, found.published) == ("Fähre fährt", ("Café, Köln",), None)
    assert found.text == "Die Fähre fährt täglich, sagte der Kapitän."


@pytest.mark.parametrize("charset", [b"x-unknown", b"us-ascii", b"utf-8"])
def test_broken_charsets_do_not_cost_the_message(tmp_path: Path, charset: bytes) -> None:
    text = "Die Fähre fährt wieder. Das Café öffnet täglich, außer bei Sturm."
    raw = b"Subject: F\xc3\xa4hre\nContent-Type: text/plain; charset=" + charset + b"\n\n" + text.encode("cp1252")
    found = article(tmp_path, raw)
    assert found.title == "Fähre"
    assert found.text.replace("\ufffd", "ä")[:10] == text[:10]


def test_flowed_lines_are_joined(tmp_path: Path) -> None:
    raw = b"Subject: x\nContent-Type: text/plain; format=flowed\n\nThe ferry \nsails.\n\nDaily.\nSo.\n"
    assert article(tmp_path, raw).text == "The ferry sails.\n\nDaily.\nSo."


def test_what_is_attached_is_read_if_it_can_be(tmp_path: Path) -> None:
    mail = message()
    mail.add_attachment("Bridge\n\nThe bridge opened.", filename="bridge.txt")
    mail.add_attachment(b"\x89PNG\r\n", maintype="image", subtype="png", filename="logo.png")
    mail.add_attachment(message("A forwarded text.", Message_ID="<2@orrin.example>"))
    found = read(tmp_path, mail)
    assert texts(found) == [TEXT, "Bridge\n\nThe bridge opened.", "A forwarded text."]
    assert [item.origin.removeprefix(str(tmp_path)) for item in found] == [
        "/a.eml",
        "/a.eml/bridge.txt",
        "/a.eml/message-3.eml",
    ]


@pytest.mark.parametrize("content", [b"Subject: x\n\n \n", b"Subject: x\nContent-Type: image/png\n\nabcd"])
def test_a_message_without_text_says_so(tmp_path: Path, content: bytes) -> None:
    (only,) = read(tmp_path, content)
    assert isinstance(only, Skipped)
    assert "no text" in only.reason


# Mailboxes


def mailbox(*messages: bytes) -> bytes:
    return b"".join(b"From ann@orrin.example Fri Mar 15 08:00:00 2024\n" + raw + b"\n\n" for raw in messages)


def test_each_message_of_a_mailbox_is_an_article(tmp_path: Path) -> None:
    one = b"Message-ID: <1@o.example>\nSubject: One\n\nFirst.\n>From here on, ferries.\nFrom Orrin, daily."
    other = b"Subject: Two\n\nSecond.\n\nFrom Monday on, more."
    found = read(tmp_path, mailbox(one, other), "a.mbox")
    assert texts(found) == ["First.\nFrom here on, ferries.\nFrom Orrin, daily.", "Second.\n\nFrom Monday on, more."]
    assert [item.origin[-2:] for item in found] == [":1", ":2"]


def test_a_message_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    one = b"Message-ID: <1@o.example>\nSubject: One\n\nFirst."
    large = b"Subject: Large\n\n" + (b"x" * 1000 + b"\n") * (MAX_FILE_BYTES // 1000)
    found = read(tmp_path, mailbox(one, one, b"Subject: Empty\n", large, b"Subject: Five\n\nFifth."), "a.mbox")
    skipped = [item for item in found if isinstance(item, Skipped)]
    assert [item.origin[-2:] for item in skipped] == [":2", ":3", ":4"]
    assert all(word in item.reason for item, word in zip(skipped, ("before", "no text", "larger"), strict=True))
    assert texts([item for item in found if isinstance(item, SourceArticle)]) == ["First.", "Fifth."]


def test_a_mailbox_without_messages_says_so(tmp_path: Path) -> None:
    (only,) = read(tmp_path, b"Nothing of the kind.\n", "a.mbox")
    assert isinstance(only, Skipped)
    assert "no messages" in only.reason
