"""Whose words are these? Who an article says said so, and whether a sentence is an opinion.

Plain rules for English, made to be silent when in doubt; sentences of other languages get no note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from corpus.sentences import sentence_spans
from rag.answer import Citation, Evidence
from rag.words import fold

_VERBS = (
    "said|says|say|told|tells|added|adds|claimed|estimated|announced|argued|argues|warned|warns|insisted|insists"
    "|admitted|believes|believe|alleged|alleges|stated|maintains|maintained|conceded|explained"
)  # no word that is as often a noun: claims, estimates, states
_SAID = re.compile(rf"(?<![\w-])(?P<verb>{_VERBS})(?![\w-])", re.I)
_ACCORDING = re.compile(r"\baccording to (?P<who>[^.,;:()“”\"\n]+)", re.I)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being)\s+(?:also\s+)?$", re.I)
_SPEAKER = re.compile(
    r"(?:(?:the|an?|his|her|its|their|our|one|another|some|many|several|both|two|three)\s|[^\W\d_a-z])", re.I
)
_BOUNDARY = re.compile(r"[,;:()“”\"–—]|\b(?:and|but|that|when|while|as|because|which|after|before|if)\b", re.I)
_AFTERWARDS = re.compile(
    r"[.,;:()“”\"–—\n]|\b(?:who|that|which|in|at|after|before|when|while|as|during|told|and|of his|of her"
    r"|on|yesterday|today|last|this|later|has|had|was|is|there|it|he|she|they|we)\b",
    re.I,
)
_PRONOUNS = frozenset("he she they it i we you who which that this these those there one".split())
_GROUPS = re.compile(r"\w+s|police|staff|management|people")  # who speaks without an article before it
_PLAIN = frozenset(
    "the a an his her its their our officials police staff experts witnesses doctors scientists researchers critics "
    "residents prosecutors campaigners organisers lawyers unions some many several both".split()
)  # written small, wherever they stand
_LONGEST = 9  # words of a speaker; more is no name
SOMEONE = "someone quoted"

_LABEL = r"opinion|editorial|op-?ed|commentary|comment|column|viewpoint|leader|leading article|letters?"
_OPINION_TITLE = re.compile(rf"^\W*(?:{_LABEL})\s*[:|–—]|[|–—:(]\s*(?:{_LABEL})\W*$", re.I)
_OPINION_PATH = re.compile(rf"(?:{_LABEL}|opinions|comments|columns|columnists|editorials)(?:-.*)?", re.I)
_JUDGEMENTS = (
    "disgraceful|shameful|scandalous|absurd|ridiculous|outrageous|deplorable|pathetic|laughable|wonderful|splendid"
    "|a disgrace|a scandal|a farce|a shame|nonsense"
)
_OPINION_WORDS = re.compile(
    r"\bI (?:\w+ )?(?:think|believe|feel|hope|fear|suspect|doubt|admit)\b"
    r"|\bI am (?:\w+ )?(?:in favour|against|for|convinced|sure)\b"
    r"|\b(?:in|to) (?:my|our) (?:view|opinion|mind|eyes)\b|\bmy (?:objection|guess|feeling|hope)\b|\bfor my part\b"
    r"|\bwe (?:think|believe|must not|should)\b"
    r"|\bought to\b|\bshould (?:be ashamed|never have|not have|have known)\b"
    rf"|\b(?:is|was|are|were|seems?|looks?) (?:\w+ )?(?:{_JUDGEMENTS})\b",
    re.I,
)


def attribution(sentence: str) -> str | None:
    """Who the sentence says said so, in its words: ``the union``, ``Margarethe Iwu``; `SOMEONE` for a pronoun."""
    if found := _ACCORDING.search(sentence):
        return _trimmed(found["who"])
    someone = None
    for verb in _SAID.finditer(_QUOTED.sub(lambda quote: "“" + " " * (len(quote.group()) - 2) + "”", sentence)):
        who = _before(sentence, verb) or _behind(sentence, verb)
        if who and fold(who) not in _PRONOUNS:
            return who
        someone = someone or (SOMEONE if who else None)
    return someone


def attributed(citation: Citation, evidence: Evidence | None) -> str | None:
    """Who the article says said what is quoted: by the sentence that the quote stands in, direct speech taken whole."""
    return next(filter(None, map(attribution, _surroundings(citation, evidence))), None)


def is_opinion(sentence: str, title: str, url: str | None) -> bool:
    """Whether title or address call the article one, or the sentence judges in the writer's own voice."""
    path = urlsplit(url).path if url and url.isprintable() and "[" not in url else ""
    if _OPINION_TITLE.search(title) or any(_OPINION_PATH.fullmatch(part) for part in path.split("/")):
        return True
    return bool(_OPINION_WORDS.search(_QUOTED.sub(" ", sentence))) and attribution(sentence) is None


def _surroundings(citation: Citation, evidence: Evidence | None) -> Iterator[str]:
    start = citation.start - evidence.start if evidence else -1
    if not evidence or evidence.text[start : start + len(citation.quote)] != citation.quote:
        yield citation.quote
        return
    text, end = evidence.text, start + len(citation.quote)
    opened = text.rfind("“", 0, start + 1)
    if opened > max(text.rfind("”", 0, start), text.rfind("\n", 0, start)):
        end = max(end, text.find("”", start) + 1)  # inside direct speech: up to the words that say whose it is
        start = opened
    for first, last in sentence_spans(text):
        if first < end and last > start:
            yield text[first:last]


def _before(sentence: str, verb: re.Match[str]) -> str | None:
    """ "The operator, Kvornlinjen, says" → Kvornlinjen; "the grid operator Ilvernakraft said" → all of it."""
    left = sentence[: verb.start()].rstrip()
    if _PASSIVE.search(left + " ") or left.endswith(("to", "not")):
        return None
    left = re.sub(r"\s+(?:also|later|has|have|had|once|then|still|repeatedly)$", "", left)
    if left.endswith(","):
        *earlier, beside = re.split(r"[,“”\"]", left[:-1])
        own = earlier[-1].strip() if earlier else ""
        named = beside.strip()[:1].isupper()
        return _speaker(beside if named else own) if own else None
    return _speaker(_BOUNDARY.split(left)[-1])


def _behind(sentence: str, verb: re.Match[str]) -> str | None:
    """ "…,” said Margarethe Iwu, head of the bureau" → Margarethe Iwu."""
    if not re.search(r"[,”\"?!]\s*$", sentence[: verb.start()]):
        return None
    return _speaker(_AFTERWARDS.split(sentence[verb.end() :], maxsplit=1)[0])


def _speaker(words: str) -> str | None:
    who = _trimmed(words)
    if not who:
        return None
    parts = who.split()
    if fold(who) in _PRONOUNS:
        return who
    known = _SPEAKER.match(who) or any(part[0].isupper() for part in parts) or _GROUPS.fullmatch(parts[-1])
    cut = fold(parts[-1]) in _PLAIN and len(parts) > 1  # “keep their”
    return who if known and not cut and len(parts) <= _LONGEST and fold(parts[0]) not in _PRONOUNS else None


def _trimmed(words: str) -> str:
    who = re.split(r"\b(?:who|which|that)\b", " ".join(words.split()))[0].strip(" '‘’")
    first, space, rest = who.partition(" ")
    return f"{first.lower()}{space}{rest}" if first.lower() in _PLAIN else who
