"""The collections: which article is which, again and again, and that nothing is done twice."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import FERRY, LIGHTHOUSE, source

from corpus.article import SourceArticle
from corpus.readers import Skipped
from rag import Assistant
from rag.backends.fake import HashingEmbedder

MORE = " A new lamp was fitted in 1954."


@pytest.fixture
def opened(assistant: Callable[..., Assistant]) -> Assistant:
    return assistant()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "articles"
    place.mkdir()
    (place / "light.txt").write_text(f"The light\n\n{LIGHTHOUSE}", "utf-8")
    (place / "ferry.txt").write_text(f"The ferry\n\n{FERRY}", "utf-8")
    return place


def page(folder: Path, name: str, text: str, url: str, outlet: str = "The Courier") -> None:
    (folder / name).write_text(
        f'<html><head><title>The light</title><link rel="canonical" href="{url}">'
        f'<meta property="og:site_name" content="{outlet}"></head>'
        f"<body><article><h1>The light</h1><p>{text}</p></article></body></html>",
        "utf-8",
    )


def counts(opened: Assistant, *paths: Path) -> tuple[int, int, int]:
    report = opened.add(*paths, collection="sound")
    assert report.skipped == []
    return report.added, report.changed, report.unchanged


def texts(opened: Assistant) -> list[str]:
    return sorted(article.text.split("\n\n")[-1] for article in opened.articles("sound"))


def embedded(opened: Assistant) -> int:
    embedder = opened.engine.indexer.embedder
    assert isinstance(embedder, HashingEmbedder)
    return embedder.embedded


def test_adding_a_folder_again_reads_nothing_and_embeds_nothing(
    opened: Assistant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert counts(opened, folder) == (2, 0, 0)
    before = embedded(opened)
    monkeypatch.setattr("corpus.readers.workers.read", None)
    assert counts(opened, folder) == (0, 0, 2)
    assert embedded(opened) == before


def test_only_the_changed_file_is_embedded(opened: Assistant, folder: Path) -> None:
    counts(opened, folder)
    before = embedded(opened)
    (folder / "light.txt").write_text(f"The light\n\n{LIGHTHOUSE}{MORE}", "utf-8")
    assert counts(opened, folder) == (0, 1, 1)
    assert embedded(opened) - before <= 2
    assert texts(opened) == sorted([LIGHTHOUSE + MORE, FERRY])


def test_a_renamed_file_is_the_same_article(opened: Assistant, folder: Path) -> None:
    counts(opened, folder)
    before, ids = embedded(opened), [article.id for article in opened.articles("sound")]
    (folder / "light.txt").rename(folder / "beacon.txt")
    assert counts(opened, folder) == (0, 0, 2)
    assert embedded(opened) == before
    assert [article.id for article in opened.articles("sound")] == ids
    assert str(folder / "beacon.txt") in {article.file for article in opened.articles("sound")}


def test_a_renamed_file_that_changes_later_is_still_the_same_article(opened: Assistant, folder: Path) -> None:
    counts(opened, folder)
    (folder / "light.txt").rename(folder / "beacon.txt")
    counts(opened, folder)
    (folder / "beacon.txt").write_text(f"The light\n\n{LIGHTHOUSE}{MORE}", "utf-8")
    assert counts(opened, folder) == (0, 1, 1)
    assert len(texts(opened)) == 2


def test_a_folder_that_was_moved_is_the_same_folder(opened: Assistant, folder: Path) -> None:
    counts(opened, folder)
    before = embedded(opened)
    moved = folder.rename(folder.with_name("archive"))
    assert counts(opened, moved) == (0, 0, 2)
    assert embedded(opened) == before


def test_a_copied_file_is_another_article(opened: Assistant, folder: Path) -> None:
    counts(opened, folder)
    (folder / "copy.txt").write_text((folder / "light.txt").read_text("utf-8"), "utf-8")
    assert counts(opened, folder) == (1, 0, 2)
    assert counts(opened, folder) == (0, 0, 3)


def test_a_page_saved_again_under_another_name_is_a_new_version(opened: Assistant, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    page(pages, "monday.html", LIGHTHOUSE, "https://courier.example/news/light")
    page(pages, "tuesday.html", LIGHTHOUSE + MORE, "https://courier.example/news/light?utm_source=mail#top")
    counts(opened, pages)
    assert texts(opened) == [LIGHTHOUSE + MORE]
    before = embedded(opened)
    (pages / "monday.html").touch()
    opened.catalog.remember_files("sound", {str(pages / "monday.html"): (b"other", 1)})  # so that it is read again
    opened.catalog.remember_files("sound", {str(pages / "tuesday.html"): (b"other", 1)})
    assert counts(opened, pages) == (0, 0, 2)
    assert texts(opened) == [LIGHTHOUSE + MORE]
    assert embedded(opened) == before


def test_a_reprint_that_names_the_originals_address_is_another_article(opened: Assistant, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    page(pages, "a.html", LIGHTHOUSE, "https://courier.example/news/light")
    (pages / "b.html").write_text(
        (pages / "a.html").read_text("utf-8").replace("The Courier", "The Echo").replace("The light", "A light")
        .replace("1871.", "1871 (Courier)."), "utf-8")  # fmt: skip
    assert counts(opened, pages) == (2, 0, 0)
    assert counts(opened, pages) == (0, 0, 2)
    assert len(texts(opened)) == 2


def test_a_file_whose_address_changes_holds_the_same_article(opened: Assistant, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    page(pages, "a.html", LIGHTHOUSE, "https://courier.example/drafts/light")
    counts(opened, pages)
    page(pages, "a.html", LIGHTHOUSE + MORE, "https://courier.example/news/light")
    assert counts(opened, pages) == (0, 1, 0)
    assert texts(opened) == [LIGHTHOUSE + MORE]


def test_a_deleted_article_comes_back_when_its_file_is_added_again(opened: Assistant, folder: Path) -> None:
    counts(opened, folder)
    ids = [article.id for article in opened.articles("sound")]
    assert opened.delete("sound", ids[0]) == 1
    assert counts(opened, folder) == (1, 0, 1)
    assert len(texts(opened)) == 2


def test_a_file_with_a_fault_is_reported_every_time(opened: Assistant, tmp_path: Path) -> None:
    file = tmp_path / "news.jsonl"
    file.write_text(json.dumps({"title": "The light", "text": LIGHTHOUSE}) + "\nnonsense\n", "utf-8")
    for expected in ((1, 0), (0, 1)):
        report = opened.add(file, collection="sound")
        assert (report.added, report.unchanged) == expected
        assert [item.origin for item in report.skipped] == [f"{file}:2"]


def test_records_are_known_wherever_they_stand_in_their_file(opened: Assistant, tmp_path: Path) -> None:
    records = [{"title": f"Ship {n}", "text": f"Ship {n} called at Vessel Point."} for n in range(5)]
    file = tmp_path / "news.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    assert counts(opened, file) == (5, 0, 0)
    file.write_text("".join(json.dumps(record) + "\n" for record in reversed(records)), "utf-8")
    assert counts(opened, file) == (0, 0, 5)


def test_articles_from_elsewhere_are_added_and_what_was_skipped_is_reported(opened: Assistant) -> None:
    found: list[SourceArticle | Skipped] = [source(LIGHTHOUSE), Skipped("page 2", "It is empty.")]
    report = opened.add_articles(found, collection="sound")
    assert (report.added, report.skipped) == (1, [Skipped("page 2", "It is empty.")])
    assert opened.search("lighthouse")


def test_progress_tells_of_reading_and_of_indexing(opened: Assistant, folder: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    opened.add(folder, collection="sound", progress=lambda *step: steps.append(step))
    assert ("Reading", 2, 2) in steps
    assert steps[-1] == ("Indexing", 2, 2)


def test_of_twins_the_one_that_was_renamed_is_recognised(opened: Assistant, folder: Path) -> None:
    (folder / "twin.txt").write_text((folder / "light.txt").read_text("utf-8"), "utf-8")
    assert counts(opened, folder) == (3, 0, 0)
    (folder / "twin.txt").rename(folder / "zwilling.txt")
    assert counts(opened, folder) == (0, 0, 3)
    assert {Path(article.file).name for article in opened.articles("sound")} == {
        "ferry.txt", "light.txt", "zwilling.txt",
    }  # fmt: skip


def test_articles_of_files_that_are_gone_are_reported_and_deleted_if_asked(
    opened: Assistant, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere.txt").write_text("A crane was bought for the quay.", "utf-8")
    counts(opened, folder, tmp_path / "elsewhere.txt")
    (folder / "light.txt").unlink()
    (tmp_path / "elsewhere.txt").unlink()  # not in the folder that is added: none of its business
    report = opened.add(folder, collection="sound")
    (gone,) = report.gone
    assert gone.startswith("light-")
    assert len(texts(opened)) == 3
    report = opened.add(folder, collection="sound", prune=True)
    assert (report.gone, report.pruned) == ([], 1)
    assert len(texts(opened)) == 2


def test_a_file_whose_name_is_not_utf_8_is_added_again_and_again(opened: Assistant, folder: Path) -> None:
    name = os.fsencode(folder) + b"/na\xffme.txt"
    with open(name, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("The tower\n\nA tower of granite was built on the point.")
    assert counts(opened, folder) == (3, 0, 0)
    assert counts(opened, folder) == (0, 0, 3)


def test_an_article_longer_than_any_is_one_line(opened: Assistant, tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("The quay is long. " * 150_000, "utf-8")
    report = opened.add(tmp_path / "long.txt", collection="sound")
    assert report.articles == 0
    assert "2.7 million characters" in report.skipped[0].reason
