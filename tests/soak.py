"""Kill it again and again: ``python tests/soak.py`` (or ``make soak``) ends indexing by kill -9 at random instants.

Each round adds a folder, changes it and adds it again, and both times the process is killed at a random instant and
the command given anew. Then everything on the disk must be as if nothing had happened: the rows of the catalog, the
records in Chroma, the passages in the lexical index; and `dossier doctor` must find nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "corpus" / "samples" / "articles"
COLLECTION = "soak"


@dataclass(frozen=True)
class Home:
    """One home, and the folder that is added to it."""

    path: Path
    folder: Path

    def dossier(self, *arguments: object, kill_after: float | None = None) -> tuple[int, float]:
        """Run a command, killed after some seconds if asked; its exit code and how long it took."""
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "ui", *map(str, arguments)],
            cwd=ROOT,
            env=os.environ | {"DOSSIER_HOME": str(self.path), "HF_HUB_OFFLINE": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            _, said = process.communicate(timeout=kill_after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return -signal.SIGKILL, time.monotonic() - started
        if process.returncode not in (0, -signal.SIGKILL):
            raise SystemExit(f"dossier {arguments[0]} ended with {process.returncode}:\n{said.decode()}")
        return process.returncode, time.monotonic() - started

    def add(self, kill_after: float | None = None) -> tuple[int, float]:
        return self.dossier("add", self.folder, "-c", COLLECTION, kill_after=kill_after)

    def fill(self, articles: int) -> None:
        """The folder as it is at first: sample articles in several formats."""
        shutil.rmtree(self.folder, ignore_errors=True)  # the same path every time: ids are made of it
        self.folder.mkdir()
        for file in sorted(file for file in SAMPLES.rglob("*") if file.is_file())[:articles]:
            shutil.copy(file, self.folder / f"{file.parent.name}-{file.name}")

    def change(self) -> None:
        """Every third file gets another text, every fourth another name, and one more comes."""
        texts = sorted(file for file in self.folder.iterdir() if file.suffix in {".txt", ".md"})
        for file in texts[::3]:
            file.write_text(file.read_text("utf-8") + "\n\nThe council met again on Thursday.\n", "utf-8")
        for file in texts[1::4]:
            file.rename(file.with_name(f"renamed-{file.name}"))
        (self.folder / "news.txt").write_text("A new quay\n\nThe harbour board opened a quay of 140 metres.\n", "utf-8")

    def state(self) -> dict[str, Any]:
        """What is stored, as far as two undisturbed runs would agree on it."""
        dumped = subprocess.run(
            [sys.executable, __file__, "--state", self.path, self.folder], cwd=ROOT, check=True, capture_output=True
        )
        found: dict[str, Any] = json.loads(dumped.stdout)
        return found


def state(home: Path, folder: Path) -> dict[str, Any]:
    """The rows of the catalog, and what each index holds under which id."""
    import chromadb
    from sqlalchemy import select

    from corpus.catalog import Catalog
    from corpus.schema import LinkRow, VersionRow
    from rag import Settings, open_assistant

    catalog = Catalog(home / "catalog.db")
    with catalog.database.session() as session:
        versions = sorted(
            [row.article.id, row.sha256, row.state, row.indexed, row.building, row.title, Path(row.file).name]
            for row in session.scalars(select(VersionRow))
            if row.state != "retired"  # a kill may skip a version, or leave one that was overtaken
        )
        links = len(session.scalars(select(LinkRow)).all())
    catalog.close()
    assistant = open_assistant(Settings(home=home))
    vectors, lexical = assistant.engine.indexes(COLLECTION)
    ids = sorted(vectors.ids()), sorted(lexical.ids())
    assistant.close()
    client = chromadb.PersistentClient(path=str(home / "chroma"))
    (collection,) = client.list_collections()
    records = collection.get(include=["documents", "metadatas"])
    held = sorted(zip(records["ids"], records["documents"] or [], records["metadatas"] or [], strict=True), key=str)
    return {"versions": versions, "links": links, "vectors": ids[0], "lexical": ids[1], "records": held}


def soak(rounds: int, articles: int, seed: int) -> None:
    """Raises SystemExit at the first difference."""
    from rich.progress import track

    choose = random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        calm, took = _undisturbed(Path(place), articles)
        expected = calm.state()
        kills = 0
        for number in track(range(rounds), "Killing"):
            home = Home(Path(place) / str(number), Path(place) / "articles")
            home.fill(articles)
            for step, seconds in enumerate(took):
                if step:
                    home.change()
                code, _ = home.add(kill_after=choose.uniform(0.2, 1.0) * seconds)
                kills += code == -signal.SIGKILL
                home.add()
            found = home.state()
            for part in expected:
                if found[part] != expected[part]:
                    raise SystemExit(f"round {number}: {part} differ\n{found[part]}\n{expected[part]}")
            home.dossier("doctor")
            shutil.rmtree(home.path)
    print(f"{rounds} rounds, {kills} kills of {2 * rounds} adds: the same state as undisturbed, doctor clean")  # noqa: T201


def _undisturbed(place: Path, articles: int) -> tuple[Home, list[float]]:
    home = Home(place / "calm", place / "articles")
    home.fill(articles)
    first = home.add()[1]
    home.change()
    return home, [first, home.add()[1]]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15, help="two kills each")
    parser.add_argument("--articles", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", nargs=2, type=Path, metavar=("HOME", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    if given.state:
        json.dump(state(*given.state), sys.stdout)
    else:
        soak(given.rounds, given.articles, given.seed)
