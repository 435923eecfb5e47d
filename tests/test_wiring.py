"""Wiring: one home, one process, real indexes; only the embedder is a fake here."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from builders import FERRY, LIGHTHOUSE

from rag import Assistant, Settings, open_assistant, wiring
from rag.backends.fake import HashingEmbedder
from rag.errors import HomeInUse, HomeNotWritable, IndexDamaged, SettingsError
from rag.settings import Models, Passages

QUESTION = "When was the lighthouse of Vennholm lit?"
Settle = Callable[..., Settings]


@pytest.fixture(autouse=True)
def embedder(monkeypatch: pytest.MonkeyPatch) -> HashingEmbedder:
    fake = HashingEmbedder()
    monkeypatch.setattr(wiring, "_embedder", lambda recipe, precision: fake)
    return fake


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "light.txt").write_text(LIGHTHOUSE)
    (folder / "ferry.txt").write_text(FERRY)
    return folder


def answers(assistant: Assistant) -> bool:
    return assistant.ask(QUESTION).claims[:1] != () and "1871" in assistant.ask(QUESTION).text


def test_articles_are_there_after_closing_and_opening_again(house: Settle, articles: Path) -> None:
    with closing(open_assistant(house())) as opened:
        assert opened.add(articles).added == 2
    with closing(open_assistant(house())) as again:
        assert answers(again)
        assert again.index() == 0


def test_adding_twice_embeds_nothing_twice(house: Settle, articles: Path, embedder: HashingEmbedder) -> None:
    with closing(open_assistant(house())) as opened:
        opened.add(articles)
        before = embedder.embedded
        assert opened.add(articles).unchanged == 2
        assert embedder.embedded == before


def test_a_second_opener_is_told_that_the_home_is_in_use(house: Settle, articles: Path) -> None:
    with closing(open_assistant(house())) as first, closing(open_assistant(house())) as second:
        first.add(articles)
        with pytest.raises(HomeInUse) as raised:
            second.search(QUESTION)
        assert str(house().home) in str(raised.value)
        assert raised.value.hint
        assert [info.articles for info in second.collections()] == [2]  # the catalog is for everybody
        assert answers(first)


def test_closing_gives_the_home_back(house: Settle, articles: Path) -> None:
    first, second = open_assistant(house()), open_assistant(house())
    first.add(articles)
    first.close()
    with closing(second):
        assert answers(second)


def test_a_killed_process_gives_the_home_back(house: Settle, articles: Path) -> None:
    holding = "import filelock, sys, os; filelock.FileLock(sys.argv[1]).acquire(); os._exit(9)"
    house().home.mkdir()
    subprocess.run([sys.executable, "-c", holding, str(house().home / "lock")], check=False)
    with closing(open_assistant(house())) as opened:
        opened.add(articles)
        assert answers(opened)


def test_altered_weights_never_meet_an_old_index(
    house: Settle, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prints = set()
    for dimensions in (512, 64, 512):
        monkeypatch.setattr(wiring, "_embedder", lambda recipe, precision, width=dimensions: HashingEmbedder(width))
        with closing(open_assistant(house())) as opened:
            prints.add(opened.engine.fingerprint)
            opened.add(articles)
            assert answers(opened)
            assert opened.index() == 0
    assert len(prints) == 2


def test_another_recipe_is_built_beside_the_old_one_and_takes_its_place(house: Settle, articles: Path) -> None:
    with closing(open_assistant(house())) as opened:
        opened.add(articles)
        old = opened.engine.fingerprint
    with closing(open_assistant(house(passages=Passages(size=200)))) as opened:
        assert opened.outdated
        assert opened.index() == 0  # the old index serves on
        assert opened.engine.fingerprint == old
        assert answers(opened)
        assert opened.reindex() == 2
        assert not opened.outdated
        assert answers(opened)
        assert opened.reindex() == 0
        assert opened.examine() == []
        assert not [name for name in opened.storage.names() if name.endswith(old)]
    with closing(open_assistant(house(passages=Passages(size=200)))) as opened:
        assert not opened.outdated
        assert answers(opened)


def test_questions_and_articles_go_on_while_an_index_is_built(house: Settle, articles: Path) -> None:
    with closing(open_assistant(house())) as opened:
        opened.add(articles / "light.txt")
    with closing(open_assistant(house(passages=Passages(size=200)))) as opened:
        stages = []

        def meanwhile(stage: str, done: int, total: int) -> None:
            stages.append(stage)
            assert opened.search("lighthouse")
            if len(stages) == 1:
                assert answers(opened)
                opened.add(articles / "ferry.txt")
                (light,) = (article.id for article in opened.articles("articles") if "1871" in article.text)
                opened.delete("articles", light)

        opened.reindex(progress=meanwhile)
        assert [item.text[:15] for item in opened.search("the night ferry")] == ["The night ferry"]
        assert opened.examine() == []


def test_a_build_that_was_cut_short_goes_on(house: Settle, articles: Path, embedder: HashingEmbedder) -> None:
    class CutShort(Exception):
        pass

    def cut(stage: str, done: int, total: int) -> None:
        raise CutShort

    for number in range(700):
        (articles / f"{number}.txt").write_text(f"Ship {number} called at Vessel Point in {1200 + number}.", "utf-8")
    with closing(open_assistant(house())) as opened:
        opened.add(articles)
    smaller = house(passages=Passages(size=200))
    with closing(open_assistant(smaller)) as opened, pytest.raises(CutShort):
        opened.reindex(progress=cut)
    with closing(open_assistant(smaller)) as opened:
        assert opened.outdated
        assert opened.search("lighthouse")
        before = embedder.embedded
        assert 0 < opened.reindex() < 702  # what was built is not built again
        assert embedder.embedded - before < 720
        assert opened.examine() == []


@pytest.mark.parametrize("whole", [False, True], ids=["article", "collection"])
def test_what_is_deleted_is_nowhere_on_the_disk(house: Settle, articles: Path, whole: bool) -> None:
    secret = "The zyxquorvian ledger names Ottokar Vlimbeck as the buyer of the brindlemoor estate."
    for number in range(300):
        (articles / f"{number}.txt").write_text(f"Ship {number} called at Vessel Point in {1200 + number}.", "utf-8")
    (articles / "secret.txt").write_text(f"Zyxquorvian headline\n\n{secret}", encoding="utf-8")
    with closing(open_assistant(house())) as opened:
        opened.add(articles)
        opened.add(articles / "ferry.txt", collection="other")
        assert _holding(house().home, b"zyxquorvian")
        (ids,) = ([article.id] for article in opened.articles("articles") if secret in article.text)
        opened.delete("articles", *([] if whole else ids))
        assert _holding(house().home, b"zyxquorvian", b"vlimbeck", b"brindlemoor") == []
        assert opened.examine() == []
        assert any(item.text == LIGHTHOUSE for item in opened.search("lighthouse")) != whole
    assert _holding(house().home, b"zyxquorvian", b"vlimbeck", b"brindlemoor") == []


def _holding(home: Path, *words: bytes) -> list[Path]:
    """The files of a home in which one of the words stands, in any case."""
    found = [file for file in home.rglob("*") if file.is_file()]
    return [file for file in found if any(word in file.read_bytes().lower() for word in words)]


@pytest.mark.parametrize("lost", ["chroma", "lexical", "both"])
def test_a_deleted_index_is_rebuilt_from_the_catalog(house: Settle, articles: Path, lost: str) -> None:
    # In another process, as a person would: Chroma keeps a folder open until its process ends.
    script = (
        "import sys; from pathlib import Path; from rag import Settings, open_assistant, wiring;"
        "from rag.backends.fake import HashingEmbedder; wiring._embedder = lambda recipe, precision: HashingEmbedder();"
        "dossier = open_assistant(Settings(home=Path(sys.argv[1]))); dossier.add(sys.argv[2]); dossier.close()"
    )
    root = Path(__file__).parent.parent
    subprocess.run([sys.executable, "-c", script, str(house().home), str(articles)], check=True, cwd=root)
    for folder in ("chroma", "lexical") if lost == "both" else (lost,):
        shutil.rmtree(house().home / folder)
    with closing(open_assistant(house())) as opened:
        assert opened.index() == 2
        assert answers(opened)
        assert {"dense", "lexical"} <= set(opened.search(QUESTION)[0].scores)
        assert opened.index() == 0


def test_a_damaged_index_says_how_to_mend_it(house: Settle, articles: Path) -> None:
    house().home.mkdir()
    (house().home / "chroma").write_text("not a folder")
    with closing(open_assistant(house())) as opened, pytest.raises(IndexDamaged, match="doctor --repair"):
        opened.add(articles)


def test_collections_with_names_in_any_script_are_kept_apart(house: Settle, articles: Path) -> None:
    names = ["news", "NEWS", "Žprávy / 2024", "灯台", "a b", "a-b"]
    with closing(open_assistant(house())) as opened:
        for name in names:
            opened.add(articles / "light.txt", collection=name)
        assert sorted(info.name for info in opened.collections()) == sorted(names)
        assert all(opened.search(QUESTION, collection=name)[0].collection == name for name in names)


def test_nothing_is_opened_before_it_is_needed(house: Settle) -> None:
    with closing(open_assistant(house())) as opened:
        assert opened.collections() == []
        assert opened.writer == "extractive"
        assert sorted(path.name for path in house().home.iterdir() if "catalog" not in path.name) == []


@pytest.mark.parametrize("writer", ["", "gpt", "unheard-of:model", "openai-like:", "ollama:"])
def test_a_writer_that_does_not_exist_is_refused(house: Settle, writer: str) -> None:
    with pytest.raises(SettingsError):
        open_assistant(house(models=Models(writer=writer)))


def test_a_home_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(HomeNotWritable):
        open_assistant(Settings(home=tmp_path / "file"))


def test_without_settings_the_environment_decides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOSSIER_HOME", str(tmp_path / "elsewhere"))
    open_assistant().close()
    assert (tmp_path / "elsewhere" / "catalog.db").is_file()
    monkeypatch.setenv("DOSSIER_HOEM", "x")
    with pytest.raises(SettingsError):
        open_assistant()
