"""News items as agencies send them: ninjs and NITF."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corpus import readers
from corpus.article import SourceArticle
from corpus.readers import Skipped

PARAGRAPHS = ["The ferry of Orrin sails again.", "Its captain said so on Friday."]
TEXT = "\n\n".join(PARAGRAPHS)
HTML = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)

OLD: dict[str, Any] = {
    "uri": "urn:newsml:agency.example:20240315:ferry",
    "type": "text",
    "pubstatus": "usable",
    "versioncreated": "2024-03-16T09:00:00+01:00",
    "firstcreated": "2024-03-15T08:00:00+01:00",
    "headline": "Ferry sails",
    "byline": "By Ann Quist and Bo Lind",
    "language": "en",
    "infosource": [{"name": "Orrin News Agency"}],
    "subject": [{"name": "Transport", "code": "t:1"}],
    "body_xhtml": HTML,
}
NEW: dict[str, Any] = {
    "uri": "urn:newsml:agency.example:20240315:ferry",
    "standard": {"name": "ninjs", "version": "3.0"},
    "type": "text",
    "versionCreated": "2024-03-15T08:00:00+01:00",
    "headlines": [{"role": "short", "value": "Ferry"}, {"role": "main", "value": "Ferry sails"}],
    "by": "Ann Quist",
    "infosources": [{"name": "Orrin News Agency"}],
    "bodies": [
        {"role": "summary", "contentType": "text/plain", "value": "It sails."},
        {"contentType": "text/html", "value": HTML},
    ],
}


def read(folder: Path, name: str, content: str) -> list[SourceArticle | Skipped]:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return list(readers.read(path))


def article(folder: Path, name: str, content: str) -> SourceArticle:
    (only,) = read(folder, name, content)
    assert isinstance(only, SourceArticle), only
    return only


def reason(folder: Path, name: str, content: str) -> str:
    (only,) = read(folder, name, content)
    assert isinstance(only, Skipped), only
    return only.reason


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_an_item_of_ninjs_1_is_an_article(tmp_path: Path, name: str) -> None:
    found = article(tmp_path, name, json.dumps(OLD))
    assert (found.id, found.identity, found.title, found.text) == (OLD["uri"], "given", "Ferry sails", TEXT)
    assert (found.outlet, found.section, found.language) == ("Orrin News Agency", "Transport", "en")
    assert found.published is not None
    assert found.updated is not None
    assert (found.published.value, found.published.provenance) == ("2024-03-15T08:00:00+01:00", "metadata")
    assert found.updated.value == "2024-03-16T09:00:00+01:00"
    assert found.authors == ("Ann Quist", "Bo Lind")


@pytest.mark.parametrize("capitals", [True, False], ids=["3", "2"])
def test_an_item_of_ninjs_2_or_3_is_an_article(tmp_path: Path, capitals: bool) -> None:
    content = json.dumps({"items": [NEW]})
    if not capitals:
        content = content.replace("versionCreated", "versioncreated").replace("contentType", "contenttype")
    found = article(tmp_path, "a.json", content)
    assert (found.title, found.text, found.authors) == ("Ferry sails", TEXT, ("Ann Quist",))
    assert found.outlet == "Orrin News Agency"
    assert found.published is not None
    assert (found.published.value, found.updated) == ("2024-03-15T08:00:00+01:00", None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pubstatus": "canceled"}, "cancelled"),
        ({"pubstatus": "withheld"}, "withheld"),
        ({"type": "picture", "body_xhtml": "", "description_text": "A ferry."}, "type picture"),
        ({"type": "composite", "body_xhtml": None}, "type composite"),
        ({"body_xhtml": "<p> </p>"}, "no text"),
    ],
)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_items_that_are_no_articles_say_why(tmp_path: Path, name: str, changes: dict[str, Any], words: str) -> None:
    assert words in reason(tmp_path, name, json.dumps({**OLD, **changes}))


def test_an_item_of_ninjs_3_that_was_cancelled_is_not_read(tmp_path: Path) -> None:
    assert "cancelled" in reason(tmp_path, "a.json", json.dumps({**NEW, "pubStatus": "canceled"}))


def test_an_item_with_a_description_alone_is_a_summary(tmp_path: Path) -> None:
    found = article(tmp_path, "a.json", json.dumps({**OLD, "body_xhtml": None, "description_text": "It sails."}))
    assert (found.text, found.extent) == ("It sails.", "summary")


def test_the_users_names_for_an_items_fields_count(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({**OLD, "slugline": "Ferry again"}), encoding="utf-8")
    (found,) = readers.read(readers.Source.of(path, {"title": "slugline"}))
    assert isinstance(found, SourceArticle)
    assert (found.title, found.text) == ("Ferry again", TEXT)


# NITF

NITF = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE nitf SYSTEM "nitf-3-4.dtd">
<nitf{namespace} xml:lang="en"><head><title>ferry</title>
<tobject><tobject.subject tobject.subject.type="Transport"/></tobject>
<docdata management-status="{status}"><date.issue norm="20240315T080000+0100"/><doc-id id-string="ferry-1"/></docdata>
<pubdata name="The Orrin Post" date.publication="20240316"/></head>
<body><body.head><hedline><hl1>Ferry <em>sails</em></hl1><hl2>Again</hl2></hedline>
<byline>By Ann Quist<byttl>Harbour reporter</byttl></byline>
<distributor>Orrin News Agency</distributor>
<dateline><location>Orrin</location><story.date norm="20240314"/></dateline></body.head>
<body.content><block><p>The ferry of <org>Orrin</org> sails again.</p>
<media><media-caption><p>A ferry.</p></media-caption></media></block><p>Its captain
said so on Friday.</p><!-- end --></body.content></body></nitf>"""


def nitf(namespace: str = "", status: str = "usable") -> str:
    return NITF.format(namespace=namespace, status=status)


@pytest.mark.parametrize("namespace", ["", ' xmlns="http://iptc.org/std/NITF/2006-10-18/"'])
@pytest.mark.parametrize("name", ["a.nitf", "a.xml"])
def test_a_document_of_nitf_is_an_article(tmp_path: Path, name: str, namespace: str) -> None:
    found = article(tmp_path, name, nitf(namespace))
    assert (found.id, found.title, found.text) == ("ferry-1", "Ferry sails", TEXT)
    assert (found.outlet, found.authors, found.section) == ("The Orrin Post", ("Ann Quist",), "Transport")
    assert (found.language, found.language_from) == ("en", "metadata")
    assert found.published is not None
    assert (found.published.value, found.published.provenance) == ("2024-03-15T08:00:00+01:00", "metadata")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (nitf(status="canceled"), "cancelled"),
        (nitf(status="embargoed"), "embargoed"),
        ("<nitf><body><body.content/></body></nitf>", "no text"),
        ("<other><p>Text.</p></other>", "not an NITF"),
    ],
)
def test_a_document_that_is_no_article_says_why(tmp_path: Path, content: str, words: str) -> None:
    assert words in reason(tmp_path, "a.nitf", content)


def test_nothing_outside_a_document_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("SECRET", encoding="utf-8")
    content = nitf().replace('nitf-3-4.dtd">', f'x.dtd" [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>')
    (tmp_path / "a.nitf").write_text(content.replace("Its captain", "Its &e; captain"), encoding="utf-8")
    (skipped,) = readers.read(tmp_path / "a.nitf")
    assert isinstance(skipped, Skipped)
    assert "entities of its own" in skipped.reason
    assert "SECRET" not in skipped.reason
