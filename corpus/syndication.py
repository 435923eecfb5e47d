"""One story, its reprints: which articles are copies of one another.

A reprint is trimmed, retitled, shuffled, and stands among the furniture of another site. So texts are compared by
the word triples of their paragraphs (Broder 1997, "On the resemblance and containment of documents"), and what
matters is how much of the shorter text the longer one holds. Whose a story was first is told by `corpus.originals`,
what a copy changed by `corpus.differences`. All functions are pure: a text in, an answer out.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib
from collections.abc import Iterable

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
