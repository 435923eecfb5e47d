"""Answers, evidence and articles as HTML: pure functions that trust nothing they are given.

Article text, questions and what a model wrote are data. `escape` turns every character that means something to HTML,
to Markdown or to a template into a numeric entity, so that no text can become a link, an image, a heading or a tag,
wherever the result is shown. The HTML holds no line break, so a Markdown renderer sees one block of raw HTML.

Ids: ``{prefix}-s2`` is source 2 of an answer; ``{prefix}-c3-s2`` is what claim 3 quotes from source 2 (``d1``: what
disagreement 1 quotes), and every `<mark>` that belongs to it names it in ``data-cites``. The prefix tells the
answers of one page apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from corpus.article import Article
from rag.answer import Answer, Citation, Claim, Disagreement, Evidence, Reprint
from ui.plain import (
    DIFFER,
    NO_ANSWER,
    VERDICTS,
    caution,
    checked_line,
    counted,
    day,
    labels,
    missing_line,
    quotes,
    sides,
    sources_line,
    usage_line,
)

_STRUCK = frozenset({"unsupported", "contradicted"})
_SPECIAL = {ord(char): f"&#{ord(char)};" for char in "&<>\"'`*_[](){}#+!|~\\$:@%=\r\n"}
_NEVER_SHOWN = re.compile(r"[\ud800-\udfff\u202d\u202e]")

ArticleKey = tuple[str, str, str]
"""What names one article version: collection, id, version."""


def escape(text: str) -> str:
    """The text as inert HTML; one character stays one character.

    Lone surrogates, and overrides of the direction of writing, which show words in another order, become U+FFFD.
    """
    return _NEVER_SHOWN.sub("\ufffd", text).translate(_SPECIAL)


def key_of(item: Citation | Evidence) -> ArticleKey:
    """The article version that a citation or a passage points into."""
    return item.collection, item.article, item.version


# ---------------------------------------------------------------------------------------------- the conversation


def question_html(question: str, limit: int = 2_000) -> str:
    """The question as it was typed; a very long one is cut, because it is shown only to recognise it."""
    shown = question if len(question) <= limit else f"{question[:limit].rstrip()} …"
    return f'<div class="d-question" dir="auto">{escape(shown)}</div>'


def answer_html(answer: Answer, prefix: str, understood: str = "") -> str:
    """A finished answer: its sentences with citation links, its doubts in plain sight, and how it was checked.

    ``understood`` is HTML that says how the question was read; it goes to the end.
    """
    if answer.status == "insufficient":
        return insufficient_html(answer, prefix, understood)
    parts = [
        f'<p class="d-short" dir="auto"><strong>{escape(answer.short)}</strong></p>' if answer.short else "",
        claims_html(answer.claims, prefix),
        *(_difference_html(item, f"{prefix}-d{number}") for number, item in enumerate(answer.disagreements, 1)),
        _line_html("d-missing", missing_line(answer)),
        _line_html("d-note", answer.note),
        _line_html("d-meta", " · ".join(filter(None, (sources_line(answer), checked_line(answer))))),
        _line_html("d-meta d-usage", usage_line(answer)),
    ]
    return f'<div class="d-answer">{"".join(parts)}{understood}</div>'


def claims_html(claims: Sequence[Claim], prefix: str, draft: str = "") -> str:
    """Checked sentences in full ink, followed by what is still a draft."""
    sentences = [
        _claim_html(claim, notes, f"{prefix}-c{number}")
        for number, (claim, notes) in enumerate(zip(claims, labels(claims), strict=True), 1)
    ]
    if draft.strip():
        sentences.append(draft_html(draft))
    return f'<p class="d-prose">{" ".join(sentences)}</p>' if sentences else ""


def draft_html(text: str) -> str:
    """Words that nobody has checked yet, shown as such."""
    return f'<span class="d-draft" dir="auto" title="Not checked yet">{escape(text.strip())}</span>'


def insufficient_html(answer: Answer, prefix: str = "t1", understood: str = "") -> str:
    """ "Not in the collection" is an answer: calm, with the reason, and with the sentences that did not stand."""
    kicker = "Not in the collection"
    note = answer.note.removeprefix(kicker).lstrip(" :.") or NO_ANSWER
    failed = claims_html(answer.claims, prefix)
    if failed:
        failed = f'<p class="d-meta">What was written did not stand the check:</p>{failed}'
    usage = _line_html("d-meta d-usage", usage_line(answer))
    return (
        f'<div class="d-answer d-insufficient"><p class="d-kicker">{kicker}</p>'
        f'<p class="d-prose">{escape(note[:1].upper() + note[1:])}</p>{failed}{usage}{understood}</div>'
    )


def notice_html(title: str, message: str, hint: str = "", *, kind: str = "error") -> str:
    """A boxed message; `kind` is "error", "warning" or "info"."""
    remedy = f'<p class="d-hint">{escape(hint)}</p>' if hint else ""
    return (
        f'<div class="d-notice d-{kind}" role="status"><p class="d-notice-title">{escape(title)}</p>'
        f"<p>{escape(message)}</p>{remedy}</div>"
    )


def _claim_html(claim: Claim, notes: Sequence[str], claim_id: str) -> str:
    text = escape(claim.text)
    links = "".join(_link_html(citation, claim_id) for citation in _one_per_marker(claim.citations))
    links = f'<span class="d-cites">{links}</span>' if links else ""
    tags = "".join(f' <span class="d-tag">{escape(note)}</span>' for note in notes)
    before = _context_html(claim.context) if claim.context else ""
    if claim.verdict == "supported":
        return f'{before}<span class="d-claim" dir="auto">{text}{links}{tags}</span>'
    if claim.verdict in _STRUCK:
        text = f"<s>{text}</s>"
    text = f'<span class="d-words">{text}</span>'
    label, reason = VERDICTS[claim.verdict], escape(claim.reason)
    said = f": {reason}" if reason and claim.verdict in _STRUCK else ""
    badge = f'<span class="d-badge" title="{reason or label}">{label}{said}</span>'
    opening = f'<span class="d-claim d-{claim.verdict}" dir="auto" title="{reason}">'
    return f"{before}{opening}{text}{links} {badge}{tags}</span>"


def _context_html(context: Citation) -> str:
    """The words before a quote that say who "he" is: quiet, for they are no part of the claim."""
    told = "The words before it in the article"
    return f'<span class="d-context" dir="auto" title="{told}">… “{escape(context.quote)}”</span> '


def _difference_html(disagreement: Disagreement, group: str) -> str:
    each = " · ".join(
        f'<span class="d-side"><strong>{escape(item.value)}</strong> ({escape(source)})'
        f'<span class="d-cites">{_link_html(item.citation, group)}</span></span>'
        for item, source in sides(disagreement)
    )
    return f'<div class="d-differ" role="note"><p class="d-kicker">{DIFFER}</p><p dir="auto">{each}</p></div>'


def _line_html(name: str, line: str) -> str:
    return f'<p class="{name}">{escape(line)}</p>' if line else ""


def _link_html(citation: Citation, claim_id: str) -> str:
    about = escape(", ".join(part for part in (citation.title, citation.outlet) if part))
    return (
        f'<a class="d-cite" href="#{claim_id}-s{citation.marker}" title="{about}" role="button">'
        f'<span class="d-sr">Source </span>&#91;{citation.marker}&#93;</a>'
    )


def _one_per_marker(citations: Iterable[Citation]) -> Iterable[Citation]:
    first: dict[int, Citation] = {}
    for citation in citations:
        first.setdefault(citation.marker, citation)
    return first.values()


# ------------------------------------------------------------------------------------------------- the sources


@dataclass(frozen=True, slots=True)
class Cited:
    """One citation together with the id of the group of marks that its link in the answer opens."""

    group: str
    citation: Citation


def sources_html(answer: Answer, articles: Mapping[ArticleKey, Article], prefix: str) -> str:
    """Numbered source cards: first what the answer quotes, then what was found and left unquoted."""
    quoted: dict[int, list[Cited]] = {}
    groups = [(f"{prefix}-c{number}", claim.citations) for number, claim in enumerate(answer.claims, 1)]
    for number, difference in enumerate(answer.disagreements, 1):
        groups.append((f"{prefix}-d{number}", tuple(item.citation for item in difference.statements)))
    for group, citations in groups:
        for citation in citations:
            quoted.setdefault(citation.marker, []).append(Cited(f"{group}-s{citation.marker}", citation))
    found_as = {item.marker: item for item in answer.evidence}
    cards = "".join(_quoted_card(quoted[marker], articles, found_as.get(marker), prefix) for marker in sorted(quoted))
    found = "".join(_found_card(item, prefix) for item in answer.evidence if item.marker not in quoted)
    if found and cards:
        title = "Also found, not quoted"
        found = f'<details class="d-rest"><summary>{title}</summary>{found}</details>'
    elif found:
        found = f'<p class="d-kicker">Nearest in the collection</p>{found}'
    return _panel(f"{cards}{found}", prefix)


def retrieved_html(evidence: Sequence[Evidence], prefix: str) -> str:
    """The source cards while the answer is being written."""
    return _panel("".join(_found_card(item, prefix) for item in evidence), prefix)


def marked_html(text: str, quotes: Sequence[tuple[int, int, str]]) -> str:
    """The text with every quote ``(start, end, group)`` marked at its exact offsets.

    Quotes may overlap: the text is cut at every boundary, and each piece names all the groups it belongs to.
    The first piece of a group carries the group as its id. Without its tags, the result is the text.
    """
    spans = [(start, end, group) for start, end, group in quotes if 0 <= start < end <= len(text)]
    cuts = sorted({0, len(text), *(cut for start, end, _ in spans for cut in (start, end))})
    seen: set[str] = set()
    pieces: list[str] = []
    for start, end in pairwise(cuts):
        groups = list(dict.fromkeys(group for first, last, group in spans if first <= start and end <= last))
        piece = escape(text[start:end])
        fresh = [group for group in groups if group not in seen]
        seen.update(fresh)
        pieces.append("".join(f'<span id="{group}"></span>' for group in fresh))
        pieces.append(f'<mark data-cites="{" ".join(groups)}">{piece}</mark>' if groups else piece)
    return "".join(pieces)


def _quoted_card(
    cited: Sequence[Cited], articles: Mapping[ArticleKey, Article], found: Evidence | None, prefix: str
) -> str:
    first = cited[0].citation
    said = quotes([item.citation for item in cited])
    quoted = "".join(f'<blockquote dir="auto">{escape(quote)}</blockquote>' for quote in said)
    article = articles.get(key_of(first))
    if article is None:
        full = '<p class="d-meta">The full text of this version cannot be opened.</p>'
    else:
        same = [item for item in cited if key_of(item.citation) == key_of(first)]
        marked = marked_html(article.text, [(item.citation.start, item.citation.end, item.group) for item in same])
        full = _folded("Read in the article", marked)
    flags, reprints = (found.flags, found.reprints) if found else ((), ())
    return _card(first, f"{_flags_html(flags)}{quoted}{full}{_reprints_html(reprints)}", prefix)


def _found_card(item: Evidence, prefix: str) -> str:
    passage = _folded("Read the passage", escape(item.text))
    return _card(item, f"{_flags_html(item.flags)}{passage}{_reprints_html(item.reprints)}", prefix)


def _flags_html(flags: Sequence[str]) -> str:
    return _line_html("d-flag", caution(flags))


def _reprints_html(reprints: Sequence[Reprint]) -> str:
    """ "and 6 reprints", unfolding to where and when the same story appeared."""
    if not reprints:
        return ""
    items = "".join(
        f'<li><span class="d-byline">{_byline_html(item)}</span> '
        f"{_outward_html(item.url, escape(item.title.strip() or 'Untitled'))}</li>"
        for item in reprints
    )
    title = f"and {counted(len(reprints), 'reprint')}"
    return f'<details class="d-full d-reprints"><summary>{title}</summary><ul>{items}</ul></details>'


def _folded(title: str, body: str) -> str:
    return f'<details class="d-full"><summary>{title}</summary><div class="d-text" dir="auto">{body}</div></details>'


def _card(source: Citation | Evidence, body: str, prefix: str) -> str:
    title = escape(source.title.strip() or "Untitled")
    return (
        f'<article class="d-card" id="{prefix}-s{source.marker}" aria-label="Source {source.marker}">'
        f'<span class="d-number" aria-hidden="true">{source.marker}</span>'
        f'<h3 class="d-headline" dir="auto">{_outward_html(source.url, title)}</h3>'
        f'<p class="d-byline">{_byline_html(source)}</p>{body}</article>'
    )


def _byline_html(source: Citation | Evidence | Reprint) -> str:
    return " · ".join(filter(None, (escape(source.outlet or ""), _date_html(source.published))))


def _panel(cards: str, prefix: str) -> str:
    empty = '<p class="d-meta">No source was found.</p>'
    return f'<div class="d-sources" id="{prefix}" data-turn="{prefix}">{cards or empty}</div>'


def _outward_html(url: str | None, label: str) -> str:
    """A link out, only for addresses that a browser opens as a page."""
    if url is None or not is_web_address(url):
        return label
    return (
        f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer" referrerpolicy="no-referrer">{label}'
        '<span class="d-sr"> (opens the original in a new tab)</span></a>'
    )


def is_web_address(url: str) -> bool:
    """Whether it is a plain http or https address with a host, and nothing that a browser would read otherwise."""
    if any(char.isspace() or ord(char) < 0x20 for char in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _date_html(published: str | None) -> str:
    if not published:
        return f'<span class="d-undated">{day(None)}</span>'
    return f'<time datetime="{escape(published[:10])}">{escape(day(published))}</time>'
