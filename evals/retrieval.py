"""Is the evidence found? ``python -m evals.retrieval FOLDER...`` (or ``make eval-retrieval``)

Each folder is a question set (see `evals.case`). Its articles go into a fresh home as ``dossier add`` takes them in;
then every answerable case that has evidence is searched, with its conversation, and scored by `evals.metrics`. Beside
it stands the plain recipe (`evals.peers.plain`) with the same embedder and the last question only, where the extra
``peers`` is installed. Intervals are 95 % bootstrap intervals over cases; that of the difference is paired.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from corpus.article import parse_passage_id
from corpus.errors import DossierError
from evals.case import Case, CaseError, QuestionSet
from evals.metrics import BY_KIND, DEPTH, MEASURES, Hit, difference, estimate, failures, kinds, measure
from evals.samples import SET as SAMPLES
from rag.scope import Scope

if TYPE_CHECKING:
    from rag import Assistant
    from rag.indexing import Progress

LONGEST_MEAN = 1000  # characters: longer passages would find more by showing more
Numbers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """What one system found: ten hits at most for each case, in the order of the cases."""

    passages: int
    mean_characters: float
    rankings: list[list[Hit]]


def ours(questions: QuestionSet) -> Run:
    """Dossier, as the settings of the environment have it, in a home of its own."""
    from rag import open_assistant
    from rag.settings import load_settings

    with (
        tempfile.TemporaryDirectory() as home,
        closing(open_assistant(load_settings().model_copy(update={"home": Path(home)}))) as assistant,
    ):
        with progress() as step:
            assistant.add(questions.articles, collection=questions.name, progress=step)
        stored = {article.id: article.text for article in assistant.articles(questions.name)}
        if wrong := [record["id"] for record in questions.records() if stored.get(record["id"]) != record["text"]]:
            note(f"{questions.name}: {len(wrong)} articles are not stored as the file has them; the first: {wrong[0]}")
        spans = [parse_passage_id(id) for id in assistant.engine.indexes(questions.name)[0].ids()]
        rankings = asked(questions.cases, lambda case: ask(assistant, case, questions.name))
        return Run(len(spans), fmean([end - start for _, start, end in spans] or [0]), rankings)


def ask(assistant: Assistant, case: Case, name: str) -> list[Hit]:
    """The passages that Dossier finds for a case in the collection ``name``, best first."""
    found = assistant.search(case.question, case.history, scope=scope(case, name), limit=DEPTH)
    return [Hit(item.article, item.start, item.end) for item in found]


def scope(case: Case, name: str) -> Scope:
    """Where a case is to be searched: in one collection, on its day, within what it fixes."""
    return Scope(collections=(name,), as_of=date.fromisoformat(case.asked_on) if case.asked_on else None, **case.scope)


def plain(questions: QuestionSet) -> Run:
    """The plain recipe. ModuleNotFoundError where the extra ``peers`` is not installed."""
    from evals.peers.plain import Plain, opened
    from rag.settings import load_settings

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        peer = Plain(questions.records(), Path(folder), opened(load_settings().models.embedder))
        rankings = asked(questions.cases, lambda case: peer.search(case.question))
        return Run(peer.passages, peer.mean_characters, rankings)


def asked(cases: Sequence[Case], search: Callable[[Case], list[Hit]]) -> list[list[Hit]]:
    with progress() as step:
        rankings = []
        for number, case in enumerate(cases, 1):
            rankings.append(search(case))
            step("Asking", number, len(cases))
    return rankings


def numbers(questions: QuestionSet, runs: Mapping[str, Run]) -> Numbers:
    """All that is reported of a set, as plain JSON; ``runs`` are by system, ours first."""
    rows = {
        system: [measure(hits, case.evidence) for hits, case in zip(run.rankings, questions.cases, strict=True)]
        for system, run in runs.items()
    }
    found: Numbers = {"name": questions.name, "cases": len(questions.cases)}
    found["passages"] = {
        system: {"count": run.passages, "mean_characters": run.mean_characters} for system, run in runs.items()
    }
    found["measures"] = {}
    for name in MEASURES:
        values = {system: [row[name] for row in rows[system]] for system in runs}
        cells = {system: estimate(values[system]) for system in runs}
        cells |= {"difference": difference(values["ours"], values["plain"])} if "plain" in values else {}
        found["measures"][name] = {system: asdict(cell) for system, cell in cells.items()}
    found["kinds"] = kinds(questions.cases, rows)
    if questions.articles.parent.resolve() == SAMPLES.resolve():
        found["failures"] = list(failures(questions.cases, runs["ours"].rankings))
    return found


def report(found: Numbers) -> Iterator[str]:
    """The lines about one set."""
    yield f"{found['name']}: {found['cases']} cases"
    for system, passages in found["passages"].items():
        long = passages["mean_characters"] > LONGEST_MEAN and system == "ours"
        mean = f"{passages['mean_characters']:,.0f} characters on average"
        yield f"  {system:10} {passages['count']:7,} passages, {mean}{f', MORE THAN {LONGEST_MEAN:,}' * long}"
    systems = list(next(iter(found["measures"].values())))
    yield f"  {'':10}" + "".join(f" {system:24}" for system in systems).rstrip()
    for name, cells in found["measures"].items():
        signs = {system: "+" if system == "difference" else "" for system in systems}
        shown = (
            f"{cell['mean']:{signs[system]}.3f} [{cell['low']:{signs[system]}.3f}, {cell['high']:{signs[system]}.3f}]"
            for system, cell in cells.items()
        )
        yield f"  {name:10}" + "".join(f" {cell:24}" for cell in shown).rstrip()
    for kind, group in found["kinds"].items():
        means = (f"{name} " + " / ".join(f"{mean:.3f}" for mean in group[name].values()) for name in BY_KIND)
        yield f"  {kind:18} {group['cases']:4} cases  {'   '.join(means)}   ({' / '.join(found['passages'])})"
    for case in found.get("failures", ()):
        place = f"first at {case['first']}" if case["first"] else "not found"
        yield f"  missed: {case['kind']:14} {case['id']:20} {case['recall@10']:.2f}, {place}: {case['question']}"


@contextmanager
def progress() -> Iterator[Progress]:
    """A bar on stderr for each stage of the work."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks: dict[str, TaskID] = {}

        def step(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield step


def note(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def evaluate(questions: QuestionSet, beside: bool, rankings: Path | None = None) -> Numbers:
    """Run the systems on a set; ``rankings`` is a folder for what they found, as JSON Lines."""
    note(f"{questions.name}: Dossier")
    runs = {"ours": ours(questions)}
    if beside:
        note(f"{questions.name}: the plain recipe")
        runs["plain"] = plain(questions)
    if rankings:
        for system, run in runs.items():
            save(rankings / f"{questions.name}-{system}.jsonl", questions.cases, run)
    return numbers(questions, runs)


def save(file: Path, cases: Sequence[Case], run: Run) -> None:
    """A line for each case: its id and its hits, best first."""
    with file.open("w", encoding="utf-8") as lines:
        for case, hits in zip(cases, run.rankings, strict=True):
            lines.write(json.dumps({"id": case.id, "hits": [asdict(hit) for hit in hits]}) + "\n")


def installed() -> bool:
    """Whether the plain recipe can run; if not, it is said why."""
    try:
        import evals.peers.plain  # noqa: F401
    except ModuleNotFoundError as error:
        remedy = "pip install -c constraints.txt -e '.[peers]'"
        note(f"The plain recipe is left out, {error.name} is not installed: {remedy}")
        return False
    return True


def open_sets(folders: Sequence[Path], limit: int | None) -> list[QuestionSet]:
    """All sets, before any work is done. CaseError if one is none, or two have one name."""
    sets: dict[str, QuestionSet] = {}
    for folder in folders:
        questions = QuestionSet.of(folder, limit)
        if questions.name in sets:
            raise CaseError(f"Two question sets are called {questions.name}.", hint="Rename one of the folders.")
        sets[questions.name] = questions
    return list(sets.values())


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all sets were measured, 2 for wrong use or a failure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", metavar="FOLDER", type=Path, nargs="+", help="a question set")
    parser.add_argument("--limit-cases", metavar="N", type=count, help="of each set only the first N cases")
    parser.add_argument("--no-plain", action="store_true", help="without the plain recipe")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the numbers there, after each set")
    parser.add_argument("--rankings", metavar="DIR", type=Path, help="write there what was found for each case")
    given = parser.parse_args(arguments)
    try:
        sets = open_sets(given.folders, given.limit_cases)
        if given.rankings:
            given.rankings.mkdir(parents=True, exist_ok=True)
        beside = not given.no_plain and installed()
        done: list[Numbers] = []
        for questions in sets:
            done.append(evaluate(questions, beside, given.rankings))
            sys.stdout.write("\n".join(report(done[-1])) + "\n\n")
            sys.stdout.flush()
            if given.json:
                given.json.write_text(json.dumps({"sets": done}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except (DossierError, OSError) as error:
        note(f"evals.retrieval: {error}")
        return 2
    return 0


def count(text: str) -> int:
    """A number of cases. ValueError if it is none."""
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


if __name__ == "__main__":
    sys.exit(main())
