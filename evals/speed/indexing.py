"""How fast articles become searchable: beside the plain recipe, and beside what the encoder does alone."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, redirect_stderr
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from evals.speed.measuring import alternating, apart, by_turns, machine, middle, ratio, records, table, write

NO_PEERS = "the plain recipe is left out: its packages are not there (pip install -c constraints.txt -e '.[peers]')"
_WARM = ["The council of the harbour town decided on Tuesday to close the old pier."] * 32


@dataclass(frozen=True, slots=True)
class Taken:
    """What one side did in one round; ``seconds`` by what they were spent on."""

    passages: int
    characters: int  # of the articles' texts
    seconds: Mapping[str, float]
    machine: str = ""


def dossier(file: Path, home: Path) -> Taken:
    """Add the file to a new home, then let the same encoder do nothing but embed what it read then.

    Seconds: ``all`` of it, ``indexing`` without reading (and hashing, clustering, storing), ``alone`` the encoder.
    """
    from rag import Settings, open_assistant
    from rag.indexing import headline

    with closing(open_assistant(Settings(home=home))) as assistant:
        indexer = assistant.engine.indexer
        indexer.embedder.embed_parts(_WARM, [()] * len(_WARM))
        started = read = time.perf_counter()

        def progress(stage: str, _done: int, _total: int) -> None:
            nonlocal read
            if stage == "Reading":
                read = time.perf_counter()

        assistant.add(file, collection="speed", progress=progress)
        ended = time.perf_counter()
        articles = list(assistant.articles("speed"))
        passages = [passage for article in articles for passage in indexer.splitter.split(article)]
        texts = [headline(passage) + passage.text for passage in passages]
        begun = time.perf_counter()
        indexer.embedder.embed_parts(texts, [()] * len(texts))
        seconds = {"all": ended - started, "indexing": ended - read, "alone": time.perf_counter() - begun}
        return Taken(len(texts), sum(len(article.text) for article in articles), seconds, machine(indexer.embedder))


def plain(articles: Sequence[Mapping[str, Any]], folder: Path) -> Taken:
    """Let the plain recipe index the articles in a new folder."""
    from evals.peers.plain import Plain, bundled

    with redirect_stderr(io.StringIO()):  # the bar that shows how the model loads
        embedding = bundled()
    embedding.get_text_embedding_batch(_WARM)
    started = time.perf_counter()
    index = Plain(articles, folder, embedding)
    seconds = time.perf_counter() - started
    return Taken(index.passages, sum(len(record["text"]) for record in articles), {"all": seconds})


def with_peers() -> bool:
    """Whether the packages of the plain recipe are installed."""
    try:
        return all(map(find_spec, ("llama_index.embeddings.huggingface", "llama_index.vector_stores.chroma")))
    except ModuleNotFoundError:
        return False


def report(folder: Path, place: Path, limit: int | None, rounds: int) -> Iterator[str]:
    """Throughput of each side, and the ratios."""
    articles = list(records(folder, limit))
    file = write(place / "indexing.jsonl", articles)
    sides: dict[str, Callable[[int], Taken]] = {
        "dossier": lambda number: apart(dossier, file, place / f"indexing{number}")
    }
    if with_peers():
        sides["plain"] = lambda number: apart(plain, articles, place / f"plain{number}")
    found = alternating(rounds, **sides)
    yield from _lines(len(articles), found["dossier"], found.get("plain", []))


def _lines(articles: int, ours: Sequence[Taken], theirs: Sequence[Taken]) -> Iterator[str]:
    yield f"{articles} articles, {ours[0].characters:,} characters of text; {by_turns(len(ours))}"
    yield ours[0].machine
    rows = [
        _row("Dossier, reading included", ours, "all"),
        _row("Dossier, reading excluded", ours, "indexing"),
        _row("its encoder alone, same passages", ours, "alone"),
    ]
    if theirs:
        rows.append(_row("plain llama-index", theirs, "all"))
    yield from table(("", "passages/s", "characters/s"), *rows)
    rate = partial(_rates, "characters")
    alone = rate(ours, "alone")
    yield from table(
        ("Dossier / encoder alone, reading excluded", f"{ratio(rate(ours, 'indexing'), alone):.0%}", "goal ≥ 90%"),
        ("Dossier / encoder alone, reading included", f"{ratio(rate(ours, 'all'), alone):.0%}"),
    )
    if not theirs:
        yield NO_PEERS
        return
    # The recipes cut differently: passages a second say little, characters of text a second are the same work.
    both = rate(theirs, "all")
    yield from table(
        ("Dossier / plain, characters/s, reading included", f"{ratio(rate(ours, 'all'), both):.2f}×", "headline"),
        ("Dossier / plain, characters/s, reading excluded", f"{ratio(rate(ours, 'indexing'), both):.2f}×"),
        (
            "Dossier / plain, passages/s, reading included",
            f"{ratio(_rates('passages', ours, 'all'), _rates('passages', theirs, 'all')):.2f}×",
        ),
    )


def _row(name: str, side: Sequence[Taken], stage: str) -> tuple[str, str, str]:
    passages, characters = (middle(_rates(what, side, stage)) for what in ("passages", "characters"))
    return name, f"{passages:,.0f}", f"{characters:,.0f}"


def _rates(what: str, side: Sequence[Taken], stage: str) -> list[float]:
    """Passages or characters a second in each round."""
    return [getattr(taken, what) / taken.seconds[stage] for taken in side]
