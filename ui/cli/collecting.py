"""Commands about what is in the collections: add, watch, articles, show, export, delete, collections."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING, Annotated, Any, cast

import typer

from corpus.errors import DossierError
from ui.cli.common import (
    Chosen,
    Collection,
    Json,
    Yes,
    app,
    catalogued,
    confirm,
    note,
    progress,
    say,
    say_json,
    stop_by_signal,
    table,
    working,
)
from ui.cli.filters import day

if TYPE_CHECKING:
    from corpus.article import Article, Dated
    from rag.library import AddReport
    from rag.watching import WatchReport

collections_app = typer.Typer(invoke_without_command=True, no_args_is_help=False)
app.add_typer(collections_app, name="collections")
Map = Annotated[
    str | None,
    typer.Option("--map", metavar="OURS=THEIRS,…", help="What the records call our fields: title=headline,…"),
]
_MOST_LINES = 100  # about what was skipped; one archive may hold thousands of unreadable files
Into = Annotated[str, typer.Option("--collection", "-c", metavar="NAME", help="The collection, made if absent.")]


@app.command()
def add(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH…]", help="Files and folders."),
    ] = None,
    urls: Annotated[
        list[str] | None, typer.Option("--url", metavar="URL", help="A page or a feed on the web; may be repeated.")
    ] = None,
    mapping: Map = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Delete the articles of files that are gone from the folders.")
    ] = False,
    collection: Into = "articles",
    as_json: Json = False,
) -> None:
    """Read articles into a collection. Adding the same files again only takes what changed.

    Reads text, Markdown, HTML, PDF, Word, OpenDocument, RTF, EPUB, RSS, Atom, JSON Feed, mail and mailboxes, CSV, TSV,
    JSON, JSON Lines, ninjs, NITF, web archives, and zip or tar archives of any of these.
    """
    if not paths and not urls:
        raise typer.BadParameter("Give a PATH, or an address with --url.")
    with working(host=True) as assistant, progress(quiet=as_json) as step:
        report = assistant.add(
            *paths or (), urls=urls or (), mapping=_names(mapping), prune=prune, collection=collection, progress=step
        )
    print_report(report, collection, as_json)
    if report.skipped:
        raise typer.Exit(1)


@app.command()
def watch(
    sources: Annotated[list[str], typer.Argument(metavar="FOLDER|FEED…", help="Folders, and addresses of feeds.")],
    minutes: Annotated[float, typer.Option(help="Between two looks at a feed.", min=1)] = 15,
    full_text: Annotated[
        bool, typer.Option("--full-text", help="Fetch the pages of entries that are only summaries.")
    ] = False,
    mapping: Map = None,
    collection: Into = "articles",
) -> None:
    """Keep a collection current: what changes in the folders and the feeds is taken over, until Ctrl-C."""
    from rag.watching import watch as keep_current

    def told(report: WatchReport) -> None:
        print_report(report, collection, as_json=False)
        if report.deleted:
            say(f"{collection}: {report.deleted} deleted, because their files are gone")
        sys.stdout.flush()

    with working(host=True, writers=True) as assistant:
        note(f"Watching {', '.join(sources)} (Ctrl-C stops it)")
        keep_current(
            assistant,
            sources,
            collection,
            stop=stop_by_signal(),
            report=told,
            poll_seconds=minutes * 60,
            full_text=full_text,
            limits=assistant.limits,
            mapping=_names(mapping) or {},
        )


@collections_app.callback()
def collections(context: typer.Context, as_json: Json = False) -> None:
    """List the collections and how many articles each holds."""
    if context.invoked_subcommand:
        return
    with catalogued() as assistant:
        found = assistant.collections()
    if as_json:
        say_json([{"name": info.name, "articles": info.articles} for info in found], indent=None)
    elif not found:
        say("There are no collections yet. Add articles: dossier add PATH.")
    for info in [] if as_json else found:
        say(f"{info.name}\t{info.articles} articles")


@collections_app.command("delete")
def delete_collection(name: Annotated[str, typer.Argument(metavar="NAME")], yes: Yes = False) -> None:
    """Delete a collection with all its articles."""
    confirm(f"Delete the collection “{name}” with all its articles?", yes)
    with working() as assistant:
        count = assistant.delete(name)
    say(f"Deleted {name} with its articles: {count}.")


@app.command()
def articles(
    collection: Chosen = "articles",
    outlet: Annotated[str | None, typer.Option(help="Only from outlets with this in their name.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Published on this day or later.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Published on this day or before.")] = None,
    text: Annotated[str | None, typer.Option(help="Only with these words in headline or text.")] = None,
    as_json: Json = False,
) -> None:
    """List the articles of a collection: id, date, outlet, headline. Dates: 2024, 2024-03 or 2024-03-15."""
    from ui.plain import plain

    wanted = _Filter(outlet, day(since, "first"), day(until, "last"), text)
    with catalogued() as assistant:
        found = (article for article in assistant.articles(collection) if wanted.takes(article))
        if as_json:
            say_json([_listed(article) for article in found])
            return
        rows = (
            tuple(map(plain, (article.id, _date(article.published), article.outlet or "", article.title)))
            for article in found
        )
        table(("Id", "Published", "Outlet", "Headline"), rows)


@app.command()
def show(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="As `dossier articles` lists it.")],
    collection: Collection = None,
    text: Annotated[bool, typer.Option("--text", help="The whole text too.")] = False,
    as_json: Json = False,
) -> None:
    """Show one article: what is known of it, its versions, and the copies of its story."""
    from ui.describe import described, history

    with catalogued() as assistant:
        collection = collection or assistant.catalog.collection_of(article_id)
        versions = assistant.catalog.versions(collection, article_id)
        story = assistant.story(collection, article_id)
    if as_json:
        say_json({**_listed(versions[0]), "text": versions[0].text, **history(versions, story)})
        return
    say(described(versions, story, whole=text))


@app.command()
def export(
    collection: Chosen = "articles",
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Instead of stdout.")] = None,
) -> None:
    """Write a collection as JSON Lines, which `dossier add` reads back identically."""
    from corpus.records import record

    with catalogued() as assistant, _written_whole(output) as file:
        for article in assistant.articles(collection):
            file.write(json.dumps(record(article), ensure_ascii=False) + "\n")


@app.command()
def delete(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Article ids, as `dossier articles` lists them.")],
    collection: Chosen = "articles",
) -> None:
    """Delete articles from a collection, from both indexes and from the disk."""
    with working() as assistant:
        count = assistant.delete(collection, *ids)
    say(f"Deleted from {collection}: {count}.")


@contextmanager
def _written_whole(path: Path | None) -> Iterator[IO[str]]:
    """A file that takes the place of the one at ``path`` when it is whole; stdout if there is no path."""
    if path is None:
        yield sys.stdout
        return
    try:
        with NamedTemporaryFile("w", encoding="utf-8", newline="\n", dir=path.parent, delete=False) as file:
            try:
                yield cast("IO[str]", file)
            except BaseException:
                Path(file.name).unlink()
                raise
        Path(file.name).replace(path)
    except OSError as error:
        raise DossierError(f"{path} cannot be written ({error.strerror}).", hint="Name another file.") from error


def print_report(report: AddReport, collection: str, as_json: bool) -> None:
    counts = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged}
    if as_json:
        skipped = [{"origin": item.origin, "reason": item.reason} for item in report.skipped]
        say_json({"collection": collection, **counts, "skipped": skipped, "gone": report.gone}, indent=None)
        return
    numbers = ", ".join(f"{count} {what}" for what, count in counts.items())
    say(f"{collection}: {numbers}, {len(report.skipped)} skipped")
    for item in report.skipped[:_MOST_LINES]:
        note(f"skipped {item.origin}: {item.reason}")
    if len(report.skipped) > _MOST_LINES:
        note(f"skipped {len(report.skipped) - _MOST_LINES} more; --json lists them all")
    if report.gone:
        note(
            f"{len(report.gone)} articles whose files are gone still answer: {', '.join(report.gone[:3])}"
            f"{' …' if len(report.gone) > 3 else ''}. dossier add --prune deletes them."
        )
    if report.pruned:
        say(f"{collection}: {report.pruned} deleted, because their files are gone")


@dataclass(frozen=True, slots=True)
class _Filter:
    outlet: str | None
    since: date | None
    until: date | None
    text: str | None

    def takes(self, article: Article) -> bool:
        """Whether the article may be meant. A vague date is taken if any of its days is in the window."""
        if self.outlet and self.outlet.casefold() not in (article.outlet or "").casefold():
            return False
        dated = article.published
        if (self.since or self.until) and dated is None:
            return False
        if dated and ((self.since and dated.last < self.since) or (self.until and dated.first > self.until)):
            return False
        return not self.text or self.text.casefold() in f"{article.title}\n{article.text}".casefold()


def _names(mapping: str | None) -> dict[str, str] | None:
    if mapping is None:
        return None
    from corpus.readers.names import mapping_of

    return mapping_of(mapping)


def _date(dated: Dated | None) -> str:
    return dated.calendar if dated else "date unknown"


def _listed(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "version": article.sha256,
        "title": article.title,
        "outlet": article.outlet,
        "authors": list(article.authors),
        "section": article.section,
        "published": article.published.value if article.published else None,
        "published_from": article.published.provenance if article.published else None,
        "published_precision": article.published.precision if article.published else None,
        "updated": article.updated.value if article.updated else None,
        "updated_from": article.updated.provenance if article.updated else None,
        "ingested": article.ingested.isoformat(timespec="seconds"),
        "url": article.url,
        "language": article.language,
        "language_from": article.language_from,
        "extent": article.extent,
        "origin": article.origin,
    }
