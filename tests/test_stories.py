"""Stories in the catalog: copies find each other as they come, change and go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from builders import source

from corpus.article import Dated, SourceArticle
from corpus.catalog import Catalog
from corpus.stories import Story
from rag import Assistant

PARAGRAPHS = [
    "The harbour board of Vessel Point voted on Tuesday to lengthen the northern quay by 140 metres, after three years "
    "of argument about who should bear the cost of the work.",
    "Ada Quist, the mayor, said that the town could not afford to wait, because two shipping lines had threatened to "
    "call at Orrin instead if their larger vessels found no berth.",
    "Fishermen protested outside the hall. Their cooperative fears that dredging will drive the herring away from the "
    "shallows in which they have spawned for as long as anybody remembers.",
    "The work is to begin in March and to last for twenty months. Blue Tern Lines, which runs the ferry, has offered a "
    "loan of 2.4 million crowns towards it.",
]
QUAY = "\n\n".join(PARAGRAPHS)
OTHER = (
    "A storm brought down the mast of the lighthouse on Thursday night. The keeper, Ottoline Marrek, was unhurt, and "
    "said that the lamp would be lit again within a week.\n\nRepairs will be paid for by the province, whose engineers "
    "arrive on Monday with a new mast made of steel instead of the larch that had stood for ninety years."
)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with closing(Catalog(tmp_path / "catalog.db")) as opened:
        yield opened


def copy(name: str, text: str, day: str | None = None, outlet: str | None = None) -> SourceArticle:
    return source(text, name, outlet=outlet, published=Dated(day) if day else None)


ORIGINAL = copy("original", QUAY, "2024-03-05", "The Courier")
TRIMMED = copy("trimmed", "\n\n".join(PARAGRAPHS[:3]), "2024-03-06", "The Echo")
SHUFFLED = copy("shuffled", "\n\n".join(PARAGRAPHS[::-1]), None, "Radio Orrin")
STORM = copy("storm", OTHER, "2024-03-01", "The Courier")


def together(catalog: Catalog, name: str) -> set[str]:
    return {article.id for article in catalog.copies("sound", name)}


@pytest.mark.parametrize(
    "order", list(permutations([ORIGINAL, TRIMMED, SHUFFLED, STORM])), ids=lambda order: order[0].id
)
def test_copies_are_one_story_in_whatever_order_they_come(catalog: Catalog, order: tuple[SourceArticle, ...]) -> None:
    for article in order:
        catalog.put("sound", [article])
    assert together(catalog, "trimmed") == {"original", "trimmed", "shuffled"}
    assert together(catalog, "storm") == {"storm"}


def test_a_story_names_its_original_and_what_became_of_it(catalog: Catalog) -> None:
    catalog.put("sound", [SHUFFLED, TRIMMED, STORM, ORIGINAL])
    story = Story.of(catalog.copies("sound", "trimmed"))
    assert story.original.id == "original"
    found = {article.id: differences for article, differences in story.copies}
    assert found["trimmed"].left_out
    assert 0.5 < found["trimmed"].kept < 1
    assert not found["trimmed"].reordered
    assert found["shuffled"].reordered
    assert found["shuffled"].kept == 1


def test_an_article_that_changes_leaves_its_story(catalog: Catalog) -> None:
    catalog.put("sound", [ORIGINAL, TRIMMED, SHUFFLED])
    catalog.put("sound", [replace(TRIMMED, text=OTHER)])
    assert together(catalog, "original") == {"original", "shuffled"}
    assert together(catalog, "trimmed") == {"trimmed"}


def test_a_deleted_article_leaves_its_story(catalog: Catalog) -> None:
    catalog.put("sound", [ORIGINAL, TRIMMED])
    catalog.delete("sound", ["original"])
    assert together(catalog, "trimmed") == {"trimmed"}


def test_collections_keep_their_stories_to_themselves(catalog: Catalog) -> None:
    catalog.put("sound", [ORIGINAL])
    catalog.put("harbour", [TRIMMED])
    assert together(catalog, "original") == {"original"}


def test_copies_in_several_formats_find_each_other(assistant: Callable[..., Assistant], tmp_path: Path) -> None:
    opened = assistant()
    (tmp_path / "a.txt").write_text(f"The quay\n\n{QUAY}", "utf-8")
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    (tmp_path / "b.html").write_text(f"<html><body><article><h1>A quay</h1>{body}</article></body></html>", "utf-8")
    opened.add(tmp_path / "a.txt", tmp_path / "b.html", collection="sound")
    one, other = opened.articles("sound")
    assert {opened.story("sound", one.id).original.id} | {
        article.id for article, _ in opened.story("sound", one.id).copies
    } == {one.id, other.id}
