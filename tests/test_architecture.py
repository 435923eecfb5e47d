"""The house: who may import whom, what start-up may load, and a drawing that tells the truth."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

import rag
from corpus import errors

ROOT = Path(__file__).parent.parent
PACKAGES = ("corpus", "rag", "ui", "evals")
HEAVY = {
    "chromadb", "tantivy", "torch", "transformers", "sentence_transformers", "llama_index", "gradio", "trafilatura",
}  # fmt: skip


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_imports_go_one_way_and_engines_stay_behind_their_seams() -> None:
    pytest.importorskip("importlinter")
    done = run("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


STARTS = {
    "rag": "import rag",
    "settings": "import rag; rag.load_settings()",
    "cli": "import ui.cli",
    "help": "import sys; sys.argv = ['dossier', '--help']; import ui.cli, contextlib\n"
    "with contextlib.suppress(SystemExit): ui.cli.main()",
    "readers": "import corpus.readers",
    "web": "import ui.web.app",
    "evals": "import evals.samples, evals.case",
}


@pytest.mark.parametrize("statement", STARTS.values(), ids=STARTS)
def test_starting_loads_no_engine(statement: str) -> None:
    if "ui.cli" in statement and importlib.util.find_spec("ui.cli") is None:
        pytest.skip("there is no command line yet")
    done = run("-c", f"{statement}\nimport sys; print('LOADED', *{{name.partition('.')[0] for name in sys.modules}})")
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.rpartition("LOADED")[2].split())
    assert "corpus" in loaded
    assert loaded & HEAVY == set()


def test_every_public_name_is_there() -> None:
    assert [name for name in rag.__all__ if not hasattr(rag, name)] == []
    assert list(rag.__all__) == sorted(rag.__all__)


# The error tree

_BRANCH = re.compile(r"^    (?P<indent>(?:│   |    )*)(?:[├└]── )?(?P<name>[A-Z]\w+)\s")


def drawn_tree() -> dict[str, str | None]:
    """Each error of the drawing with the error above it."""
    path: list[str] = []
    tree: dict[str, str | None] = {}
    for line in (errors.__doc__ or "").splitlines():
        match = _BRANCH.match(line)
        if match:
            depth = 0 if "──" not in line else len(match["indent"]) // 4 + 1
            path[depth:] = [match["name"]]
            assert match["name"] not in tree
            tree[match["name"]] = path[depth - 1] if depth else None
    return tree


def errors_in_the_code() -> dict[str, str | None]:
    """Each class that descends from DossierError with its base, read from the sources."""
    bases: dict[str, str] = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef) and node.bases:
                    bases[node.name] = ast.unparse(node.bases[0]).rpartition(".")[2]
    found: dict[str, str | None] = {"DossierError": None}
    while new := {name: base for name, base in bases.items() if base in found and name not in found}:
        found |= new
    return found


def test_the_error_tree_is_drawn_as_it_is() -> None:
    assert drawn_tree() == errors_in_the_code()


def test_every_error_says_what_to_do() -> None:
    error = errors.HomeNotWritable("The folder cannot be written.", hint="Choose another.")
    assert str(error) == "The folder cannot be written. Choose another."
    assert str(errors.DossierError("It broke.")) == "It broke."
    documented = [getattr(errors, name, None) or getattr(rag.errors, name, None) for name in drawn_tree()]
    assert all(error is None or error.__doc__ for error in documented)
