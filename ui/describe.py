"""Articles and findings for people and for scripts, as plain text or plain data. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from corpus.article import Article, Dated
from corpus.differences import Differences
from corpus.stories import Story
from rag.answer import Answer, Evidence, Findings
from rag.constraints import describe
from rag.scope import Constraints
from ui.plain import caution, plain

_SHOWN = 3  # sentences that a copy left out or added, before "and 4 more"
_BEGINNING = 300  # characters of the text that are shown if not all is asked for


def described(versions: Sequence[Article], story: Story, *, whole: bool = False) -> str:
    """Plain text; ``versions`` of one article, the newest first."""
    newest = versions[0]
    lines = [plain(newest.title), ""]
    lines += [f"{name + ':':12}{plain(value)}" for name, value in _particulars(newest) if value]
    lines += ["", f"Versions: {len(versions)}"]
    lines += [f"  {version.sha256[:16]}  stored {version.ingested:%Y-%m-%d %H:%M} UTC" for version in versions]
    lines += ["", *_story(newest, story), ""]
    text = newest.text if whole or len(newest.text) <= _BEGINNING else newest.text[:_BEGINNING] + " …"
    lines += map(plain, text.split("\n"))
    return "\n".join(lines)


def history(versions: Sequence[Article], story: Story) -> dict[str, Any]:
    """The same for scripts: versions, and the story's original and copies."""
    return {
        "versions": [
            {
                "version": article.sha256,
                "ingested": article.ingested.isoformat(timespec="seconds"),
                "title": article.title,
            }
            for article in versions
        ],
        "story": {
            "original": story.original.id,
            "copies": [
                {
                    "id": copy.id,
                    "outlet": copy.outlet,
                    "published": copy.published.value if copy.published else None,
                    "kept": round(found.kept, 4),
                    "reordered": found.reordered,
                    "left_out": list(found.left_out),
                    "added": list(found.added),
                }
                for copy, found in story.copies
            ],
        },
    }


def _particulars(article: Article) -> list[tuple[str, str]]:
    language = f"{article.language} ({_known(article.language_from)})" if article.language else ""
    return [
        ("Id", article.id),
        ("Outlet", article.outlet or ""),
        ("Authors", ", ".join(article.authors)),
        ("Section", article.section or ""),
        ("Published", _date(article.published) or "unknown"),
        ("Updated", _date(article.updated)),
        ("Stored", f"{article.ingested:%Y-%m-%d %H:%M} UTC"),
        ("Language", language),
        ("Address", article.url or ""),
        ("Read from", article.origin),
        ("Extent", "only the summary that its feed carries" if article.extent == "summary" else ""),
    ]


def _date(dated: Dated | None) -> str:
    return f"{dated.value} ({_known(dated.provenance)})" if dated else ""


def _known(provenance: str | None) -> str:
    """How a particular came to be known, in words."""
    words = {
        "given": "as given",
        "metadata": "from the page’s or file’s own description",
        "url": "from its address",
        "text": "told from the text",
        "file": "when the file was made",
    }
    return words.get(provenance or "", "unknown how")


def _story(article: Article, story: Story) -> list[str]:
    if not story.copies:
        return ["Copies: none in this collection"]
    mark = {True: "  (this article)", False: ""}
    lines = [f"One story, {len(story.copies) + 1} copies:"]
    lines.append(f"  original  {_line(story.original)}{mark[story.original.id == article.id]}")
    for copy, found in story.copies:
        lines.append(f"  reprint   {_line(copy)}{mark[copy.id == article.id]}")
        lines += [f"            {line}" for line in _differences(found)]
    return lines


def _line(article: Article) -> str:
    when = article.published.calendar if article.published else "date unknown"
    return plain(", ".join(filter(None, (article.outlet, when, article.title, article.id))))


def _differences(found: Differences) -> list[str]:
    summary = [f"keeps {found.kept:.0%} of the words"]
    summary += [f"leaves out {_sentences(found.left_out)}"] * bool(found.left_out)
    summary += [f"adds {_sentences(found.added)}"] * bool(found.added)
    summary += ["in another order"] * found.reordered
    lines = [", ".join(summary)]
    for sign, sentences in (("−", found.left_out), ("+", found.added)):
        lines += [f"{sign} {plain(sentence)}" for sentence in sentences[:_SHOWN]]
        lines += [f"{sign} and {len(sentences) - _SHOWN} more"] * (len(sentences) > _SHOWN)
    return lines


def _sentences(sentences: Sequence[str]) -> str:
    return f"{len(sentences)} sentence{'s' * (len(sentences) != 1)}"


def findings(found: Findings) -> str:
    """What a search found: each passage with its source and the scores of both legs; then what was searched."""
    lines = [f"Searched for: {plain(found.standalone)}\n"] if found.standalone != found.question else []
    for item in found:
        scores = ", ".join(f"{name} {value:.3f}" for name, value in item.scores.items())
        lines.append(f"[{item.marker}] {_source(item)} ({scores})\n    {plain(item.text)}\n")
        if item.flags:
            lines.append(f"    {plain(caution(item.flags))}\n")
    return "\n".join([*lines, plain(found.note)])


def understood(answer: Answer) -> list[str]:
    """How a question was read and what was searched, where that is not just what was typed in all there is."""
    lines = [f"Searched for: {plain(answer.standalone)}"] if answer.standalone != answer.question else []
    constraints = Constraints.from_json(answer.constraints)
    if answer.claims and (constraints.narrow or constraints.unresolved):
        lines.append(plain(describe(constraints, True)))
    return lines


def _source(item: Evidence) -> str:
    reprints = len(item.reprints)
    parts = (
        item.outlet,
        item.title,
        item.published or "date unknown",
        f"and {reprints} reprint{'s' * (reprints != 1)}" if reprints else None,
    )
    return plain(", ".join(part for part in parts if part))
