"""Answers as plain text, and in what words their particulars are told wherever they are shown. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date

from rag.answer import Answer, Citation, Claim, Disagreement, Evidence, Statement
from rag.disagreement import told
from rag.sources import ONE_SOURCE, weigh
from rag.standpoint import attribution

VERDICTS: Mapping[str, str] = {
    "partial": "partly supported",
    "unsupported": "not supported",
    "contradicted": "contradicted",
    "uncited": "no source",
}
"""How the verdicts that need the reader's care are called; "supported" needs no word."""

NO_ANSWER = "None of the stored articles answers this question."
DIFFER = "The sources disagree"

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_TURNS_TEXT = re.compile(r"[\u202a-\u202e\u2066-\u2069]")  # would show words in another order than they stand
SURROGATE = re.compile(r"[\ud800-\udfff]")


def plain(text: str) -> str:
    """One line for a terminal: white space squeezed, control characters and turned text out."""
    return " ".join(_CONTROL.sub(" ", _TURNS_TEXT.sub("", SURROGATE.sub("\ufffd", text))).split())


def counted(number: int, noun: str) -> str:
    """ "1 reprint", "14 reprints"."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def day(published: str | None) -> str:
    """ "3 May 2024", "May 2024", "2024"; what is no date stays as it is."""
    if not published:
        return "date unknown"
    with suppress(ValueError):
        first = date.fromisoformat((published + "-01-01")[:10])
        shapes = {4: f"{first.year}", 7: f"{first:%B} {first.year}"}
        return shapes.get(len(published), f"{first.day} {first:%B} {first.year}")
    return published


# ------------------------------------------------------------------------------------------- the particulars, told


def checked_line(answer: Answer) -> str:
    """ "3 sentences checked, all supported by the quoted words"."""
    good, total = sum(claim.verdict == "supported" for claim in answer.claims), len(answer.claims)
    if good < total:
        return f"{good} of {counted(total, 'sentence')} supported by the quoted words"
    return f"{counted(total, 'sentence')} checked, all supported by the quoted words"


def sources_line(answer: Answer) -> str:
    """ "3 independent sources, 14 reprints"; "" where nothing holds."""
    sources = weigh(answer)
    each = "; each sentence rests on one of them" if sources.independent > 1 and _each_has_one(answer.claims) else ""
    line = f"{sources}{each}"
    return line[:1].upper() + line[1:]


def quotes(citations: Sequence[Citation]) -> list[str]:
    """What they quote, each once, and none that stands within another."""
    found = list(dict.fromkeys(citation.quote for citation in citations))
    return [quote for quote in found if not any(quote != other and quote in other for other in found)]


def usage_line(answer: Answer) -> str:
    """ "model X: 1,204 tokens in, 210 out, 3.1 s"; "" where no model was asked."""
    usage = answer.usage
    if usage is None:
        return ""
    about = "" if usage.counted else "about "
    calls = f", {counted(usage.calls, 'call')}" if usage.calls > 1 else ""
    tokens = f"{about}{usage.prompt_tokens:,} tokens in, {usage.reply_tokens:,} out"
    return f"model {answer.writer}: {tokens}, {usage.seconds:.1f} s{calls}"


def missing_line(answer: Answer) -> str:
    """Which parts of the question nothing answers."""
    return f"Not answered by any article: {'; '.join(answer.missing)}" if answer.missing else ""


def labels(claims: Sequence[Claim]) -> list[tuple[str, ...]]:
    """For each claim the notes that its own words, or the line on the sources, do not tell already."""
    known = {ONE_SOURCE} if _each_has_one(claims) else set()
    return [
        tuple(
            note
            for note in claim.notes
            if note not in known and not (note.startswith("according to ") and attribution(claim.text))
        )
        for claim in claims
    ]


def sides(disagreement: Disagreement) -> Iterator[tuple[Statement, str]]:
    """Each statement with who made it and when: ``Gazette, 5 May 2024, later``."""
    for statement, later in told(disagreement):
        source = statement.citation.outlet or statement.citation.title.strip() or "Untitled"
        yield statement, f"{source}, {day(statement.citation.published)}{', later' * later}"


def caution(flags: Sequence[str]) -> str:
    """What to know about a passage; "" where there is nothing."""
    return f"Careful: this passage {' and '.join(flags)}. It is not followed." if flags else ""


def _each_has_one(claims: Sequence[Claim]) -> bool:
    good = [claim for claim in claims if claim.holds]
    return bool(good) and all(ONE_SOURCE in claim.notes for claim in good)


# ------------------------------------------------------------------------------------------------- the whole answer


def markdown(answer: Answer) -> str:
    """The answer for a terminal: the short answer, the text, the particulars, the numbered sources with their quotes.

    Control characters are taken out, so that an article cannot steer the terminal.
    """
    if not answer.claims:
        return "\n\n".join(filter(None, (plain(answer.note or NO_ANSWER), plain(usage_line(answer)))))
    sentences = [_sentence(*pair) for pair in zip(answer.claims, labels(answer.claims), strict=True)]
    parts = [
        f"**{plain(answer.short)}**" if answer.short else "",
        " ".join(sentences),
        "\n".join(_difference(item) for item in answer.disagreements),
        plain(missing_line(answer)),
        plain(answer.note),
        _sources(answer),
        "\n".join(plain(line) for line in (sources_line(answer), usage_line(answer)) if line),
    ]
    return "\n\n".join(filter(None, parts))


def _sentence(claim: Claim, notes: Sequence[str]) -> str:
    before = f"(… “{claim.context.quote}”) " if claim.context else ""
    said = [*notes]
    if claim.verdict != "supported":
        said.insert(0, f"{VERDICTS[claim.verdict]}{f': {claim.reason}' if claim.reason else ''}")
    behind = f" ({'; '.join(said)})" if said else ""
    return plain(f"{before}{claim.marked}{behind}")


def _difference(disagreement: Disagreement) -> str:
    each = (f"{item.value} ({source}) [{item.citation.marker}]" for item, source in sides(disagreement))
    return plain(f"{DIFFER}: {' · '.join(each)}")


def _sources(answer: Answer) -> str:
    quoted: dict[int, list[Citation]] = {}
    differing = (item.citation for difference in answer.disagreements for item in difference.statements)
    for citation in dict.fromkeys((*answer.citations, *differing)):
        quoted.setdefault(citation.marker, []).append(citation)
    found = {item.marker: item for item in answer.evidence}
    return "\n".join(_source(quoted[marker], found.get(marker)) for marker in sorted(quoted))


def _source(citations: Sequence[Citation], found: Evidence | None) -> str:
    first, reprints = citations[0], len(found.reprints) if found else 0
    head = ", ".join(filter(None, (first.title.strip() or "Untitled", first.outlet, first.published or "date unknown")))
    head += f", and {counted(reprints, 'reprint')}" if reprints else ""
    lines = [plain(f"[{first.marker}] {head}")]
    lines += [f"    “{plain(quote)}”" for quote in quotes(citations)]
    below = (first.url or "", caution(found.flags if found else ()))
    return "\n".join([*lines, *(f"    {plain(line)}" for line in below if line)])
