"""The sample collection, written in every format that there is a reader for, is read as the same articles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from files import MANY, ONE

from corpus import readers
from corpus.article import SourceArticle
from corpus.readers import READERS, Source, workers
from evals.samples import ARTICLES


def _whole(article: SourceArticle) -> SourceArticle:
    """The sample with what its own file does not state, so that no field goes uncompared.

    The headline that stands above the words in a text file is taken out of them: the other formats have a place for it.
    """
    return replace(
        article,
        text=article.text.removeprefix(article.title).lstrip(),
        url=article.url or f"https://collected.example/{article.id}",
        outlet=article.outlet or "Collected News",
        authors=article.authors or ("Ada Quist",),
    )


SAMPLES = [
    _whole(item) for file in readers.find(ARTICLES) for item in readers.read(file) if isinstance(item, SourceArticle)
]
FEW = SAMPLES[::7]  # for what takes a tenth of a second an article

# What each format says of an article besides its headline and text. "day": the date without the hour; "author": no
# more than one author.
ALL = "published authors outlet url language"
CARRIED = {
    ".txt": "",
    ".md": ALL,
    ".html": ALL,
    ".pdf": "day author",
    ".docx": "day author language",
    ".odt": "day author language",
    ".rtf": "day author",
    ".epub": "published authors outlet language",
    ".nitf": ALL,
    ".eml": "published author outlet url language",
    ".rss": ALL,
    ".atom": ALL,
    ".csv": ALL,
    ".tsv": ALL,
    ".json": ALL,
    ".jsonl": ALL,
    ".feed.json": "published authors url language",
    ".ninjs.json": "published authors outlet language",
    ".mbox": "published author outlet url language",
    ".warc": ALL,
    ".warc.gz": ALL,
    ".zip": ALL,
    ".tar.gz": ALL,
    ".jsonl.gz": ALL,
}


def described(article: SourceArticle, ending: str, *, read: bool) -> dict[str, object]:
    """What is compared: all that the format carries."""
    text = article.text
    if ending == ".txt" and not read:  # the headline is the first line of a text file, and stays there
        text = f"{article.title} {text}"
    published = article.published
    said = {
        "published": published and published.value,
        "day": published and published.calendar,
        "authors": article.authors,
        "author": article.authors[:1],
        "outlet": article.outlet,
        "url": article.url,
        "language": article.language,
    }
    return {
        "title": article.title,
        "text": text.split(),
        **{name: said[name] for name in CARRIED[ending].split()},
    }


def found(path: Path) -> list[SourceArticle]:
    items = list(readers.read(path))
    assert all(isinstance(item, SourceArticle) for item in items), items
    return [item for item in items if isinstance(item, SourceArticle)]


def test_there_is_a_sample_for_every_reader() -> None:
    written = {READERS[Path(f"a{ending}").suffix] for ending in CARRIED}
    assert written | {READERS[".tar"]} == set(READERS.values())  # of which .tar.gz is one
    assert CARRIED.keys() == ONE.keys() | MANY.keys()
    assert len(SAMPLES) == 75


@pytest.mark.parametrize("ending", ONE)
def test_the_sample_collection_is_read_from_files_of_one_article(tmp_path: Path, ending: str) -> None:
    for article in FEW if ending == ".pdf" else SAMPLES:
        file = tmp_path / f"article{ending}"
        file.write_bytes(ONE[ending](article))
        (read,) = found(file)
        assert described(read, ending, read=True) == described(article, ending, read=False)


@pytest.mark.parametrize("ending", MANY)
def test_the_sample_collection_is_read_from_files_of_many_articles(tmp_path: Path, ending: str) -> None:
    samples = SAMPLES
    if ending == ".rss":  # one language for all its entries
        samples = [article for article in samples if article.language == "en"]
    file = tmp_path / f"articles{ending}"
    file.write_bytes(MANY[ending](samples))
    read = found(file)
    assert [described(article, ending, read=True) for article in read] == [
        described(article, ending, read=False) for article in samples
    ]
    assert len({article.id for article in read}) == len(samples)


def test_a_folder_of_all_formats_is_read_in_one_go(tmp_path: Path) -> None:
    for number, (ending, write) in enumerate(ONE.items()):
        (tmp_path / f"{number}{ending}").write_bytes(write(SAMPLES[number]))
    for ending, write_all in MANY.items():
        (tmp_path / f"many{ending}").write_bytes(write_all(SAMPLES[:3]))
    sources = [Source.of(file) for file in readers.find(tmp_path)]
    items = list(workers.read_all(sources))
    read = [item for item in items if isinstance(item, SourceArticle)]
    assert len(read) == len(ONE) + 3 * len(MANY)
    assert [item.file for item in items if isinstance(item, workers.Finished)] == [source.file for source in sources]
    assert len(items) == len(read) + len(sources)
    titles = {article.title for article in read}
    assert titles == {article.title for article in SAMPLES[: len(ONE)]}
