"""Tables and JSON: a record an article, whatever its fields are called."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from corpus import readers, records
from corpus.article import Article, Dated, SourceArticle, text_digest
from corpus.errors import ReadingError
from corpus.readers import Skipped, Source, json_file, json_stream
from corpus.readers.names import mapping_of, people
from corpus.readers.source import MAX_FILE_BYTES

BRIDGE = "The bridge of Orrin opened on Monday, the mayor said; it cost “nine” million.\n\nFerries stopped."
FERRY = 'The ferry sails again, its captain said: "It does."'


def read(path: Path, **mapping: str) -> list[SourceArticle | Skipped]:
    return list(readers.read(Source.of(path, mapping)))


def articles(path: Path, **mapping: str) -> list[SourceArticle]:
    found = read(path, **mapping)
    assert all(isinstance(item, SourceArticle) for item in found), found
    return [item for item in found if isinstance(item, SourceArticle)]


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def table(*rows: tuple[str, ...], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def reason(path: Path, **mapping: str) -> str:
    (only,) = read(path, **mapping)
    assert isinstance(only, Skipped), only
    return only.reason


# The user's names for fields


def test_names_are_given_as_ours_and_theirs() -> None:
    assert mapping_of("title=headline, text = Body HTML") == {"title": "headline", "text": "Body HTML"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title", "--map title=headline"),
        ("title=", "--map title=headline"),
        ("", "--map title=headline"),
        ("headline=title", "Turn it round: title=headline"),
        ("colour=red", "The fields are id, title, text"),
        ("text=a,text=b", "one name"),
    ],
)
def test_a_mapping_that_cannot_be_meant_says_what_can(text: str, words: str) -> None:
    with pytest.raises(ReadingError, match=words):
        mapping_of(text)


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl"])
def test_a_name_that_no_record_has_is_reported_with_those_there_are(tmp_path: Path, name: str) -> None:
    content = table(("Head", "text"), ("Ferry sails", FERRY))
    if name != "a.csv":
        content = json.dumps({"Head": "Ferry sails", "text": FERRY})
    path = written(tmp_path, name, content)
    found, missing = read(path, title="headline")
    assert isinstance(found, SourceArticle)
    assert isinstance(missing, Skipped)
    assert missing.reason.startswith('No record has a field "headline" to take for "title". The fields are ')
    assert "Head" in missing.reason
    assert "Head, text" in str(read(path, text="body_html")[0])
    assert [item.title for item in articles(path, title="head")] == ["Ferry sails"]


def test_names_that_are_meant_for_other_files_cost_a_markdown_file_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "a.md", f"---\ntitle: Ferry sails\nby_whom: Ann Quist\n---\n{FERRY}")
    (found,) = articles(path, title="headline", text="body_html", authors="by_whom")
    assert (found.title, found.text, found.authors) == ("Ferry sails", FERRY, ("Ann Quist",))


# Names that sources use


@pytest.mark.parametrize("name", ["Article Text", "full_text", "MAIN-TEXT", "contentText", "articleBody", "Text"])
def test_the_text_is_found_under_the_names_that_exports_use(tmp_path: Path, name: str) -> None:
    (found,) = articles(written(tmp_path, "a.jsonl", json.dumps({name: FERRY})))
    assert found.text == FERRY


def test_particulars_are_found_under_the_names_that_exports_use(tmp_path: Path) -> None:
    record = {
        "Head-Line": "Ferry sails",
        "main_text": FERRY,
        "Publication Date": "2024-03-15",
        "source_name": "The Orrin Post",
        "Writer": "Quist, Ann",
        "web_url": "https://orrin.example/ferry",
        "inLanguage": "en",
    }
    (found,) = articles(written(tmp_path, "a.jsonl", json.dumps(record)))
    assert (found.title, found.outlet, found.language) == ("Ferry sails", "The Orrin Post", "en")
    assert (found.authors, found.url) == (("Quist, Ann",), "https://orrin.example/ferry")
    assert found.published is not None
    assert found.published.value == "2024-03-15"


def test_our_names_come_first_and_exact_ones_before_others(tmp_path: Path) -> None:
    record = {"body": "No.", "Text": "Nor this.", "text": FERRY, "date": "soon", "pub_date": "2024"}
    (found,) = articles(written(tmp_path, "a.jsonl", json.dumps(record)))
    assert found.text == FERRY
    assert found.published is not None
    assert found.published.value == "2024"  # what is no date hides none


def test_a_record_with_nothing_but_a_summary_is_one(tmp_path: Path) -> None:
    (found,) = articles(written(tmp_path, "a.jsonl", json.dumps({"title": "Ferry", "description": FERRY})))
    assert (found.text, found.extent) == (FERRY, "summary")


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("Ann Quist", ("Ann Quist",)),
        ("By Ann Quist, Bo Lind and Cy Marr", ("Ann Quist", "Bo Lind", "Cy Marr")),
        ("Ann Quist; Bo Lind", ("Ann Quist", "Bo Lind")),
        ("['Ann Quist', 'Bo Lind']", ("Ann Quist", "Bo Lind")),
        ('["Ann Quist"]', ("Ann Quist",)),
        ("[Ann Quist, Bo Lind]", ("Ann Quist", "Bo Lind")),
        ("[]", ()),
        ("Quist, Ann", ("Quist, Ann",)),
        ("Quist, Ann and Lind, Bo", ("Quist, Ann", "Lind, Bo")),
        ("Ann Quist, Political Editor", ("Ann Quist, Political Editor",)),
        ("Department of Trade and Industry", ("Department of Trade and Industry",)),
        ("Ann van der Quist & Bo Lind", ("Ann van der Quist", "Bo Lind")),
    ],
)
def test_a_byline_is_parted_only_where_it_surely_names_several(words: str, names: tuple[str, ...]) -> None:
    assert people(words) == names


def test_an_export_reads_back_as_it_was(tmp_path: Path) -> None:
    text = f"<p>{FERRY}</p>"
    article = Article(
        collection="news",
        id="1",
        sha256=text_digest(text),
        title="<b>Ferry</b>",
        text=text,
        outlet="A; B",
        authors=("By Ann Quist and Bo Lind", "C; D"),
        section="['x']",
        language="en",
        language_from="text",
        published=Dated("2024-03", "url"),
        extent="summary",
        origin="a",
        ingested=datetime.now(UTC),
    )
    (found,) = articles(written(tmp_path, "a.jsonl", json.dumps(records.record(article))))
    for name in ("id", "title", "text", "outlet", "authors", "section", "language", "language_from", "published"):
        assert getattr(found, name) == getattr(article, name)
    assert (found.extent, found.url, found.updated) == ("summary", None, None)


# Tables


@pytest.mark.parametrize(("delimiter", "name"), [(",", "a.csv"), (";", "a.csv"), ("\t", "a.tsv"), ("|", "a.csv")])
def test_each_row_is_an_article(tmp_path: Path, delimiter: str, name: str) -> None:
    rows = ("Title", "Text", "Date"), ("Bridge", BRIDGE, "2024-03-15"), ("Ferry", FERRY, "nan")
    path = written(tmp_path, name, table(*rows, delimiter=delimiter))
    bridge, ferry = articles(path)
    assert (bridge.title, bridge.text, bridge.origin, bridge.file) == ("Bridge", BRIDGE, f"{path}:1", str(path))
    assert (ferry.title, ferry.text, ferry.published) == ("Ferry", FERRY, None)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_table_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    text = "“Das Café in Köln öffnete – für 3 €”, sagte Frau Müller. Es war kühl und schön über Mittag."
    (found,) = articles(written(tmp_path, "a.csv", table(("title", "text"), ("Café", text)).encode(encoding)))
    assert found.text == text


def test_a_line_for_excel_and_empty_rows_are_passed_over(tmp_path: Path) -> None:
    first, second = articles(
        written(tmp_path, "a.csv", "sep=;\r\ntitle;text\r\n\r\nA;First, he said.\r\n;;\r\nB;Two\r\n")
    )
    assert (first.text, second.text, second.origin[-2:]) == ("First, he said.", "Two", ":2")


def test_quotation_marks_may_be_escaped(tmp_path: Path) -> None:
    (found,) = articles(written(tmp_path, "a.csv", 'title,text\nFerry,"He said: \\"It does\\", and left."\n'))
    assert found.text == 'He said: "It does", and left.'


def test_rows_that_do_not_fit_are_named_and_the_others_read(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "title,text\nA,one,two,three\nB\nC,Good.,,\nD,Good too.\n")
    found = read(path)
    assert [item.origin for item in found if isinstance(item, Skipped)] == [f"{path}:1", f"{path}:2"]
    assert "4 cells" in str(found[0])
    assert [item.text for item in found if isinstance(item, SourceArticle)] == ["Good.", "Good too."]


def test_a_quotation_mark_that_is_never_closed_takes_no_rows_silently(tmp_path: Path) -> None:
    good, cut = read(written(tmp_path, "a.csv", 'title,text\nA,One.\nB,"Two.\nC,Three.\nD,Four.\n'))
    assert isinstance(good, SourceArticle)
    assert isinstance(cut, Skipped)
    assert "never closed" in cut.reason


@pytest.mark.parametrize(
    ("content", "mapping", "words"),
    [
        ("title,notes\nA,One.\n", {}, "--map text=COLUMN"),
        ("title,notes\nA,One.\n", {"text": "body"}, "The columns are title, notes"),
        ("title,text\n", {}, "no rows"),
        ("\n\n", {}, "empty"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(
    tmp_path: Path, content: str, mapping: dict[str, str], words: str
) -> None:
    assert words in reason(written(tmp_path, "a.csv", content), **mapping)


def test_the_users_column_is_the_text(tmp_path: Path) -> None:
    (found,) = articles(written(tmp_path, "a.csv", "text,notes\nNo.,Yes.\n"), text="Notes")
    assert found.text == "Yes."


def test_a_piece_of_a_page_in_a_cell_becomes_its_words(tmp_path: Path) -> None:
    html = "<p>One &amp; two.</p><p>Three<script>x()</script>.</p>"
    (found,) = articles(written(tmp_path, "a.csv", table(("title", "text"), ("A &amp; B", html))))
    assert (found.title, found.text) == ("A & B", "One & two.\n\nThree.")
    (verbatim,) = articles(written(tmp_path, "a.jsonl", json.dumps({"text": html})))
    assert verbatim.text == html


def test_a_table_larger_than_any_article_is_streamed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "text"))
        rows.writerows((str(number), BRIDGE * 100) for number in range(MAX_FILE_BYTES // len(BRIDGE * 100) + 10))
    first = next(iter(readers.read(path)))
    assert isinstance(first, SourceArticle)
    assert first.text == BRIDGE * 100


# JSON


def record(number: int) -> dict[str, Any]:
    return {"title": f"Title {number}", "body": f"Text {number}."}


@pytest.mark.parametrize(
    "value",
    [
        [record(1), record(2)],
        {"status": "ok", "articles": [record(1), record(2)]},
        {"response": {"status": "ok", "docs": [record(1), record(2)]}},
        {"hits": {"total": 2, "hits": [{"_source": record(1)}, {"_source": record(2)}]}},
        {"data": [{"attributes": record(1)}, {"fields": record(2)}], "title": "All"},
    ],
    ids=["list", "articles", "response.docs", "hits", "wrapped"],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_records_are_found_where_services_put_them(tmp_path: Path, value: Any, indent: int | None) -> None:
    path = written(tmp_path, "a.json", json.dumps(value, indent=indent))
    assert [(item.title, item.text) for item in articles(path)] == [("Title 1", "Text 1."), ("Title 2", "Text 2.")]


def test_one_record_is_an_article_and_json_lines_are_read_by_any_name(tmp_path: Path) -> None:
    (one,) = articles(written(tmp_path, "a.json", json.dumps(record(1), indent=1)))
    assert one.text == "Text 1."
    lines = written(tmp_path, "b.json", "\n".join(json.dumps(record(number)) for number in (1, 2)))
    assert [item.text for item in articles(lines)] == ["Text 1.", "Text 2."]


@pytest.mark.parametrize("start", ["[", '{"status": "ok", "hits": [1], "articles": ['])
@pytest.mark.parametrize(
    ("end", "problem"), [("]", None), ("", "no JSON from here on"), (", {]", "no JSON from here on")]
)
def test_a_list_too_large_for_memory_is_read_as_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: str, end: str, problem: str | None
) -> None:
    monkeypatch.setattr(json_file, "MAX_FILE_BYTES", 1000)
    monkeypatch.setattr(json_stream, "_CHUNK", 80)
    content = start + ",\n ".join(json.dumps({"text": f"“{number}” ] }} and more. {FERRY}"}) for number in range(30))
    found = read(written(tmp_path, "a.json", content + end))
    assert [item.text[:4] for item in found if isinstance(item, SourceArticle)] == [f"“{n}” ]"[:4] for n in range(30)]
    assert [problem in item.reason for item in found if isinstance(item, Skipped) and problem] == [True] * bool(problem)


@pytest.mark.parametrize("content", ['{"text": "x' + "x" * 2000 + '"}', '{"a": [' + "[1], " * 999 + "2]}", "[" * 2000])
def test_one_record_too_large_for_memory_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.setattr(json_file, "MAX_FILE_BYTES", 1000)
    assert reason(written(tmp_path, "a.json", content))


def test_things_are_called_by_their_names(tmp_path: Path) -> None:
    value = {
        "source": {"id": None, "name": "The Orrin Post"},
        "title": {"rendered": "Ferry&#8217;s back"},
        "content": {"rendered": f"<p>{FERRY}</p>\n<p>So.</p>"},
        "authors": [{"name": "Ann Quist"}, "Bo Lind"],
        "category": ["Local", "Sea"],
    }
    (found,) = articles(written(tmp_path, "a.json", json.dumps([value])))
    assert (found.title, found.outlet, found.section) == ("Ferry’s back", "The Orrin Post", "Local")
    assert (found.text, found.authors) == (f"{FERRY}\n\nSo.", ("Ann Quist", "Bo Lind"))


def test_a_json_feed_tells_of_its_entries(tmp_path: Path) -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "The Orrin Post",
        "language": "en",
        "authors": [{"name": "Ann Quist"}],
        "items": [
            {
                "id": "https://orrin.example/ferry",
                "content_html": "<p>It sails.</p><p>Daily.</p>",
                "date_published": "2024-03-15T08:00:00+01:00",
            },
            {"id": "2", "title": "Bridge", "content_text": BRIDGE, "authors": [{"name": "Bo Lind"}]},
            {"id": "3", "title": "Soon", "summary": "More of it soon."},
        ],
    }
    ferry, bridge, soon = articles(written(tmp_path, "a.json", json.dumps(feed)))
    assert (ferry.text, ferry.url, ferry.identity) == ("It sails.\n\nDaily.", "https://orrin.example/ferry", "url")
    assert (ferry.outlet, ferry.authors, bridge.authors) == ("The Orrin Post", ("Ann Quist",), ("Bo Lind",))
    assert ferry.published is not None
    assert (ferry.published.value, ferry.published.provenance) == ("2024-03-15T08:00:00+01:00", "metadata")
    assert (bridge.id, bridge.text, soon.extent) == ("2", BRIDGE, "summary")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "no records"),
        ('"text"', "no records"),
        ("{}", "no text"),
        ('["a"]', "not an object"),
        ('[{"title": "x"}]', "--map text=NAME"),
    ],
)
def test_json_that_cannot_be_read_says_why(tmp_path: Path, content: str, words: str) -> None:
    assert words in reason(written(tmp_path, "a.json", content))
