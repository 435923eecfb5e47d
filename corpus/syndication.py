"""One story, its reprints: which articles are copies of one another, whose they were first, and what was changed.

A reprint is trimmed, retitled, shuffled, and stands among the furniture of another site. So texts are compared by
the word triples of their paragraphs (Broder 1997, "On the resemblance and containment of documents"), and what
matters is how much of the shorter text the longer one holds. All functions are pure: a text in, an answer out.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from corpus.article import Dated
from corpus.sentences import sentence_spans

LINKED = 0.5  # of `overlap`

_FEWEST = 20  # shingles; what is shorter is a caption, or a page of which only the furniture was stored
_SUSPECT = 30  # shingles that two texts may share though all of it is furniture that does not look like it
_FORGIVEN = 80  # shingles that a copy may have of such furniture
_BANDS, _ROWS = 64, 2  # of 100 pairs that have a third of their shingles in common, 99.9 share a band; at 3 %, 6 do
_SEED = 20240301

# Scripts that put no spaces between words: there, a character counts as one.
_ALONE = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f"
_BETWEEN = r"\s!-/:-@\[-`{-~\x80-\xbf\u060c\u061b\u061f\u06d4\u0964\u2000-\u206f\u3000-\u303f"
_WORD = re.compile(rf"[{_ALONE}]|[^{_BETWEEN}{_ALONE}]+")

_ADDRESS = frozenset(("you", "your", "we", "our"))
_HEADING, _LONG = 6, 60  # words: a paragraph below is a heading or a menu; one above is prose, whatever it speaks of
_FURNITURE = [
    f" {phrase.strip()} "
    for phrase in """
newsletter, newsletters, inbox, subscribe, sign up, log in, click here, tick here, ad, ads, advertisement, javascript,
our cookies, use cookies, these cookies, accept cookies, cookie policy, cookie settings, privacy policy, privacy notice,
privacy statement, terms of use, terms of service, terms and conditions, all rights reserved, copyright, your browser,
personal data, use of your data, follow us, join us, like us, find us, support us, contact us, share this, share on,
our app, our apps, our journalism, our newsroom, our readers, our newspaper, our website, our site, donate now,
donate to us, donate today, donation today, have a tip, have a story, comments below, comment below, comments section,
about the author, contributed to this, hide caption, first published, originally published, first appeared,
originally appeared, republished, reprinted
""".split(",")
]
_OPENINGS = tuple(
    f" {phrase.strip()} "
    for phrase in """
related, read more, read also, see also, also read, more on, more from, most read, most popular, recommended, photo,
photos, watch, listen, follow, advertisement
""".split(",")
)


def words(text: str) -> list[str]:
    """The words, folded; of Chinese, Japanese, Thai, Lao, Khmer and Burmese the characters."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def shingles(text: str) -> frozenset[int]:
    """The hashed word triples of the paragraphs that report; empty if there are fewer than 20.

    A triple never crosses paragraphs, so that shuffling them changes nothing. Headings and menus are left out, and
    what speaks of newsletters and the like, or to the reader (unless the whole text does).
    """
    prose = [found for paragraph in _paragraphs(text) if len(found := words(paragraph)) >= _HEADING]
    prose = [found for found in prose if len(found) > _LONG or not _is_furniture(f" {' '.join(found)} ")]
    reported = [found for found in prose if len(found) > _LONG or _ADDRESS.isdisjoint(found)]
    for paragraphs in (reported, prose):
        triples = {
            zlib.crc32(" ".join(triple).encode("utf-8", "surrogatepass"))
            for found in paragraphs
            for triple in zip(found, found[1:], found[2:], strict=False)
        }
        if len(triples) >= _FEWEST:
            return frozenset(triples)
    return frozenset()


def _paragraphs(text: str) -> list[str]:
    """Parted by empty lines; where there are none, by lines."""
    paragraphs = re.split(r"\n\s*\n", text)
    return paragraphs if len(paragraphs) > 1 else text.splitlines()


def _is_furniture(paragraph: str) -> bool:
    return paragraph.startswith(_OPENINGS) or any(phrase in paragraph for phrase in _FURNITURE)


def signature(text: str) -> bytes:
    """The MinHash of the shingles, 512 bytes, the same in every process; empty for a text that never clusters."""
    from rensa import RMinHash

    if not (found := shingles(text)):
        return b""
    rows = RMinHash.digest_matrix_from_token_hash_sets([found], _BANDS * _ROWS, _SEED).to_rows()
    return b"".join(value.to_bytes(4, "little") for value in rows[0])


def bands(signature: bytes) -> list[int]:
    """64 signed 64-bit keys; two articles that share any are candidates to be compared. None for an empty signature."""
    size = 4 * _ROWS
    return [
        int.from_bytes(
            hashlib.blake2b(signature[at : at + size], digest_size=8, salt=at.to_bytes(4, "little")).digest(),
            "little",
            signed=True,
        )
        for at in range(0, len(signature), size)
    ]


def overlap(one: frozenset[int], other: frozenset[int]) -> float:
    """How fully the longer text holds the shorter one, 0 … 1, both as `shingles`. Symmetric.

    1: nothing of the shorter is lacking in a text of the same length; `LINKED`: as much as may be lacking in a copy,
    12 % for changed words, and 80 shingles for furniture, if more is shared than furniture alone could be. A twentieth
    of what the longer has in excess counts as lacking too: a brief inside a day's live blog is no reprint.
    """
    short, long = sorted((len(one), len(other)))
    if not short:
        return 0.0
    shared = len(one & other)
    lacking = short - shared + (long - short) / 20
    tolerated = 0.12 * short + min(_FORGIVEN, max(0, shared - _SUSPECT))
    return max(0.0, 1 - lacking / tolerated / 2)


def are_reprints(one: str, other: str) -> bool:
    """Whether one text is a copy of the other, whole or trimmed. Symmetric, not transitive."""
    return overlap(shingles(one), shingles(other)) >= LINKED


def stories(links: Iterable[tuple[int, int, float]]) -> list[set[int]]:
    """The clusters of two and more articles. The order of the links does not matter.

    A link is (copy, source, overlap): of two articles that are `LINKED`, ``copy`` is the one with fewer shingles, or
    with as many and the larger number. An article belongs with the one source of which it has most; otherwise a
    roundup's reprint, or furniture that nothing gave away, would chain stories that have nothing in common.
    """
    best: dict[int, tuple[float, int]] = {}
    for copy, source, degree in links:
        best[copy] = max(best.get(copy, (0.0, 0)), (degree, -source))
    together: dict[int, set[int]] = {}
    for copy, (_, source) in best.items():
        merged = together.get(copy, {copy}) | together.get(-source, {-source})
        together.update(dict.fromkeys(merged, merged))
    return list({id(members): members for members in together.values()}.values())


# Whom a text may credit: known agencies by their short names; any outlet where the wording leaves no doubt.
_AGENCIES = {
    "afp": "Agence France-Presse",
    "ani": "Asian News International",
    "ansa": "ANSA",
    "ap": "Associated Press",
    "bloomberg": "Bloomberg",
    "cnn": "CNN",
    "dpa": "Deutsche Presse-Agentur",
    "efe": "EFE",
    "kyodo": "Kyodo",
    "pa": "PA Media",
    "pti": "Press Trust of India",
    "reuters": "Reuters",
    "tass": "TASS",
    "upi": "United Press International",
    "xinhua": "Xinhua",
}
_AGENCY = rf"(?P<name>{'|'.join(_AGENCIES)})"
_CAPITAL = r"(?-i:(?:[A-Z]\.)+|[A-Z0-9][\w&-]*(?:[.’']\w{2,})*)"
_DOMAIN = r"[a-z\d-]+(?:\.[a-z\d-]+)*\.[a-z]{2,}\b"
_NAME = rf"(?P<name>{_DOMAIN}|(?:the )?(?!\d){_CAPITAL}(?: (?:(?:of|and|for|de|&) (?:the )?)?{_CAPITAL})*)"
_PIECE = r"\bthis (?:article|story|report|piece|column|interview|essay|post|dispatch)"
_FIRST = r"(?:first|originally) (?:published|appeared|ran)"
_CREDITS = [  # the clearest wording first
    rf"{_PIECE} (?:was |has been )?{_FIRST} (?:in|by|on|at) {_NAME}",
    rf"^\W*{_FIRST} (?:in|by|on|at) {_NAME}",
    rf"\bre(?:published|printed) (?:here )?(?:with (?:the )?(?:kind )?permission )?(?:from|of|courtesy of) {_NAME}",
    rf"^(?:[^(\n]{{0,50}} )?\({_AGENCY}(?: Business)?\) ?[-–—]",  # LONDON (Reuters) –
    rf"^\({_AGENCY}(?: Business)?\) (?=(?-i:[A-Z“\"]))",
    rf"^(?:(?-i:[A-Z]{{3}})[^\n–—]{{0,40}}, )?{_AGENCY} ?[-–—]+ ",  # AP – or BERLIN, dpa –
    rf"(?:©|\bcopyright(?: ©| \(c\))?) ?\d{{4}}(?:[-–]\d{{2,4}})?,? (?:by )?{_NAME}",
    rf"^source: {_NAME}\.?$",
]
_CREDIT = [re.compile(wording, re.IGNORECASE | re.MULTILINE) for wording in _CREDITS]
_NO_OUTLET = re.compile(  # "first published in March", "in English", "© 2024 All rights reserved"
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|[A-Z]\w+day|English"
    r"|French|German|Spanish|All)\b.*",
    re.IGNORECASE,
)


def credit(text: str) -> str | None:
    """The outlet or agency that a text says it comes from, as written, agencies by their full names.

    Only from clear wording: an agency's dateline, "this article first appeared in", "republished from", "© 2024", a
    line "Source:". None otherwise.

    >>> credit("LONDON, March 5 (AP) — The bridge is open.")
    'Associated Press'
    """
    for wording in _CREDIT:
        for match in wording.finditer(text):
            if not _NO_OUTLET.fullmatch(name := match["name"]):
                return _AGENCIES.get(_house(name), name)
    return None


def _house(outlet: str) -> str:
    """One name for an outlet, however it is written: ``The Courier``, ``courier.com`` and ``Courier`` are one."""
    name = re.sub(r"^(?:https?://)?(?:www\.)?|\.(?:com|org|net|info|(?:co\.)?[a-z]{2})$", "", outlet.casefold().strip())
    name = "".join(words(name.removeprefix("the ")))
    return _SHORT_NAMES.get(name.removesuffix("news"), name)


_SHORT_NAMES = {"".join(words(full)): short for short, full in _AGENCIES.items()} | {
    short: short for short in _AGENCIES
}


@dataclass(frozen=True, slots=True)
class Copy:
    """What is known of one copy of a story. ``published`` is ISO 8601: a year, a month, a day or an instant."""

    id: str
    outlet: str | None
    published: str | None
    text_length: int  # characters
    credit: str | None  # as `credit` found it


def representative(copies: Sequence[Copy]) -> Copy:
    """The copy that is most likely the original.

    That of an outlet that other copies credit, if there is one; else the earliest; then the longest, then the
    smallest id. A vague date counts as its last moment, so a year beats only what was surely later, and an unknown
    date beats none. A date without a zone is read as UTC.

    Raises:
        ValueError: there are no copies, or a date is not ISO 8601.
    """
    credited = [copy for copy in copies if any(_credits(other, copy) for other in copies)]
    first_hand = [copy for copy in credited if not any(_credits(copy, other) for other in copies)]
    return min(first_hand or credited or copies, key=lambda copy: (_latest(copy.published), -copy.text_length, copy.id))


def _credits(copy: Copy, other: Copy) -> bool:
    if not copy.credit or not other.outlet:
        return False
    source = _house(copy.credit)
    return source == _house(other.outlet) and source != _house(copy.outlet or "")


def _latest(published: str | None) -> datetime:
    """The last moment at which it may have been published."""
    if published is None:
        return datetime.max.replace(tzinfo=UTC)
    dated = Dated(published)
    if dated.precision != "instant":
        return datetime.combine(dated.last, time.max, UTC)
    instant = datetime.fromisoformat(published)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Differences:
    """What became of an original in a copy. A sentence in which a word was changed is left out and added."""

    left_out: tuple[str, ...]  # sentences of the original, in its order
    added: tuple[str, ...]  # sentences of the copy, in its order
    reordered: bool
    kept: float  # 0 … 1, the share of the original's words that stand in sentences that the copy has too


def differences(original: str, copy: str, language: str | None = None) -> Differences:
    """What a copy left out, added and moved, sentence by sentence; case, punctuation and spacing do not count.

    ``language`` is a BCP 47 tag. Turned round, what was left out is what was added. Linear in the length of the texts.
    """
    ours, theirs = _sentences(original, language), _sentences(copy, language)
    left_out, added = _surplus(ours, theirs), _surplus(theirs, ours)
    total = sum(key.count(" ") + 1 for key, _ in ours)
    lost = sum(key.count(" ") + 1 for key, _ in left_out)
    first, second = dict.fromkeys(key for key, _ in ours), dict.fromkeys(key for key, _ in theirs)
    return Differences(
        left_out=tuple(sentence for _, sentence in left_out),
        added=tuple(sentence for _, sentence in added),
        reordered=[key for key in first if key in second] != [key for key in second if key in first],
        kept=1 - lost / total if total else 1.0,
    )


def _sentences(text: str, language: str | None) -> list[tuple[str, str]]:
    """The words of each sentence, and how it is written; without those that have no words."""
    written = [" ".join(text[start:end].split()) for start, end in sentence_spans(text, language)]
    return [(" ".join(found), sentence) for sentence in written if (found := words(sentence))]


def _surplus(sentences: list[tuple[str, str]], others: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The sentences that stand more often here than there."""
    matched = Counter(key for key, _ in others)
    surplus = []
    for key, sentence in sentences:
        if matched[key] > 0:
            matched[key] -= 1
        else:
            surplus.append((key, sentence))
    return surplus
