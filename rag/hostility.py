"""Text inside articles that speaks to machines rather than to readers: found, never obeyed, never shown as an answer.

Indirect prompt injection (Greshake et al. 2023) needs no cleverness to be found where it is plain: a command to ignore
instructions, an order to AI assistants, the role markers of chat formats, hidden characters. What is cleverer is still
only data to everything else here; this module is for telling readers, and for keeping such lines out of answers.
News *about* such texts is left alone: what is told (“chatbots were told to ignore …”) is no command.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from corpus.sentences import sentence_spans

COMMAND, ADDRESS, ROLES, HIDDEN = (
    "contains a command to ignore instructions",
    "contains text addressed to AI assistants rather than readers",
    "contains the role markers of a chat with a language model",
    "contains hidden characters or hidden text",
)
"""What a reader is told, by kind."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """A stretch of a text, ``text[start:end]``, that is addressed to machines, and how readers are told of it."""

    start: int
    end: int
    what: str


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# What English patterns are made of.
_MACHINE = (
    r"(?:\bA\.?I\b|\bLLMs?\b|\bGPT(?:-?\d\w*)?\b|\bChatGPT\b|\bartificial intelligences?\b|\bchat-?bots?\b"
    r"|\b(?:large )?language models?\b|\bKI\b|\bIA\b|\bИИ\b)"
    r"(?:[ -](?:assistants?|(?:language )?models?|systems?|agents?|bots?))?"
    r"|\b(?:virtual|digital|artificial|automated) assistants?\b"
)
_RULES = r"(?:instructions?|prompts?|directions|directives?|guidelines|rules|commands|context|messages?|programming)"
_EARLIER = r"(?:previous|prior|above|earlier|preceding|foregoing|existing|original|system|initial|other)"
_DROP = r"(?:ignore|disregard|forget|override|bypass)"
_SAYS = r"(?:answer|reply|respond|say|state|output|print|repeat|write|report|conclude|recommend|claim|tell)"
_PAPER = r"(?! (?:manual|booklet|leaflet|sheet)s?\b)"
_FILLER = r"(?:and|but|now|please|so|then|just|important:?|attention:?|note:?)"
_BEGINS = rf"(?:^|[.!?:;,“\"‘'(\[\n>*#—–-])\s*(?:{_FILLER}[ ,]+)*"  # commands stand at the head of a clause
_MUST = r"(?:must|should|shall|have to|has to|need to|are to|is to|will|please)(?: now| not| only| always)*"
_SOME = r"(?:\w+ ){0,3}?"

_COMMANDS = _any(
    rf"{_BEGINS}{_DROP} {_SOME}{_EARLIER} (?:\w+ )?{_RULES}\b",
    rf"{_BEGINS}{_DROP} (?:all |any )?(?:of )?(?:your|these|those) (?:\w+ )?{_RULES}\b{_PAPER}",
    rf"{_BEGINS}(?:do not|don't|don’t|never) (?:follow|obey) {_SOME}{_EARLIER} {_RULES}\b",
    rf"{_BEGINS}(?:reveal|print|repeat|show|output|leak) {_SOME}(?:system|hidden|initial) (?:prompt|instructions)\b",
    rf"{_BEGINS}(?:respond|reply|answer) (?:only|exclusively|solely) (?:with|in|by)\b",
    rf"\bignorier\w* {_SOME}(?:vorherigen|bisherigen|obigen|früheren|vorigen) \w*(?:anweisung|vorgabe|instruktion)en\b",
    rf"\bignore[zr]? {_SOME}(?:instructions|consignes|directives) (?:précédentes|antérieures|ci-dessus)\b",
    rf"\b(?:ignor[ae]n?|olvida) {_SOME}(?:instrucciones|instruções|istruzioni) (?:anteriores|previas|precedenti)\b",
    rf"\bnegeer {_SOME}(?:vorige|eerdere|bovenstaande) (?:instructies|opdrachten)\b",
    rf"\bignorer[ae]? {_SOME}(?:tidigare|tidligere|foregående) (?:instruktioner|instruksjoner)\b",
    rf"\bz?ignoruj {_SOME}poprzednie (?:instrukcje|polecenia)\b",
    rf"игнорируй(?:те)? {_SOME}предыдущие (?:инструкции|указания)",
    r"(?:忽略|无视|忘记)\S{0,6}(?:之前|以上|先前|前面)\S{0,6}(?:指令|指示|提示|说明)",
    r"(?:以前|上記|これまで)の\S{0,6}(?:指示|命令|プロンプト)\S{0,3}(?:無視|忘れ)",
)
_ADDRESSES = _any(
    rf"(?P<told>(?:{_MACHINE})(?: [\w’'-]+){{0,6}}? {_MUST} (?:{_DROP} {_SOME}{_RULES}"
    rf"|{_SAYS}(?: (?:only|users?|readers?|everyone|them))*(?: that\b| with\b|[:“\"]| yes\b| no\b)))",
    r"(?:^|[“\"\n(\[*#<-])\W*(?:dear|attention|note to|message (?:to|for)|instructions? (?:to|for)|hey|hello),?"
    rf"(?: all| any| the)? (?:{_MACHINE})",
    rf"\bif you(?: are|’re|'re) (?:an? |the )?(?:{_MACHINE})",
    rf"{_BEGINS}you are (?:now )?(?:an? )?(?:{_MACHINE}|DAN\b)",
    rf"{_BEGINS}as an (?:{_MACHINE}),? you\b",
    rf"{_BEGINS}(?:(?:you are|you must) now (?:act|answer|respond) as|new system prompt|BEGIN SYSTEM PROMPT)\b",
    r"\bKI-(?:Assistenten|Modelle|Systeme)\b[^.]{0,40}?(?:müssen|sollen)\b.{0,60}\b(?:antworten|ignorieren|sagen)\b",
    r"\bassistants? IA\b[^.]{0,40}?(?:doivent|doit)\b.{0,60}\b(?:répondre|ignorer|dire)\b",
    r"\basistentes? de IA\b[^.]{0,40}?deben?\b.{0,60}\b(?:responder|ignorar|decir)\b",
)
_ROLES = _any(
    r"<\|(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|eot_id)\|>",
    r"\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|</?(?:system|assistant)(?:[_-]?(?:prompt|message))?>",
    r"(?:^|\n)\s*#{2,}\s*(?:system|instructions?|assistant|user|human|response)\b\s*(?::|\n|$)",
    r"(?:^|\n)\s*(?:system|assistant|developer)(?: (?:prompt|message|override))?\s*:\s*"
    r"(?=you\b|ignore|answer|respond|reply|the (?:correct )?answer)",
)
_HIDDEN = _any(
    # A run of different invisible characters is a code; one kind alone is what page editors leave behind.
    r"(?=[\u200b-\u200d\u2060-\u2064\ufeff]{8})(?P<first>.)(?P=first)*(?!(?P=first))[\u200b-\u200d\u2060-\u2064\ufeff]",
    r"(?<!\U0001f3f4)(?<![\U000e0000-\U000e007f])[\U000e0000-\U000e007f]+",  # tags, but for those of flags
    r"[\u202d\u202e][^\n]+",  # text that is shown in another order than it is stored
    r"style\s*=\s*[\"'][^\"'\n]*(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d])"
    r"|(?<!-)color\s*:\s*(?:#fff(?:fff)?\b|white|transparent))[^\"'\n]*[\"']",
)
_TRIGGERS = (
    *"ignor disregard forget override bypass exclusively solely assistant asistente chatbot chat-bot gpt llm".split(),
    *"artificial negeer olvida игнорируй 忽略 无视 忘记 無視 忘れ # < [".split(),
    *("language model", " follow", " obey", "system prompt", "system:", "instructions", "you are now", "must now"),
    *("answer only", "reply only", "respond only", "a.i."),
)  # none of these, in small letters, and no `_SHORT`: nothing to look for
_SHORT = re.compile(r"\b(?:AI|KI|IA|ИИ|DAN)\b")
_INVISIBLE = re.compile(r"[\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff]")

# The command is told of, or given to people: “told the crew to …”, “a law demands that AI models must …”.
_TOLD_PEOPLE = re.compile(
    r"\b(?:told|ordered|instructed|urged|asked|warned|advised)\b(?! (?:AI|the AI|chatbots?|language models?)\b)", re.I
)
_REPORTED = re.compile(
    r"\b(?:said|says|say|argue[sd]?|believes?|warn(?:s|ed)|demand(?:s|ed)?|require[sd]?|propose[sd]?|laws?|bill|Act"
    r"|regulations?|directive|ministers?|researchers?|lawmakers?)\b"
)
_QUOTES = re.compile(r"“[^”]*”?|\"[^\"]*\"?|‘[^’]*’")
_OBEYS = re.compile(
    rf"\W*(?:{_SAYS}|do not|don't|don’t|never|always|include|mention|you must|your answer|instead)\b", re.I
)


def hostile_spans(text: str) -> tuple[Hostile, ...]:
    """What of a passage is addressed to machines, in order: whole sentences, with the commands that follow them."""
    if not _worth_a_look(text):
        return ()
    found: list[Hostile] = []
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        what = _found(sentence)
        goes_on = bool(found) and not text[found[-1].end : start].count("\n\n") and bool(_OBEYS.match(sentence))
        if what:
            found.append(Hostile(start, end, what))
        elif goes_on and found[-1].what != HIDDEN:
            found.append(Hostile(start, end, found[-1].what))
    return tuple(found)


def flags(text: str) -> tuple[str, ...]:
    """What readers should know about a passage, in words, each once: for `Evidence.flags`."""
    return tuple(dict.fromkeys(item.what for item in hostile_spans(text)))


@lru_cache(maxsize=8192)
def _found(sentence: str) -> str:
    """The kind, or ""."""
    if not _worth_a_look(sentence):
        return ""
    if _HIDDEN.search(sentence):
        return HIDDEN
    plain = _plain(sentence)
    if _ROLES.search(plain):
        return ROLES
    around = _QUOTES.sub(" ", plain)
    if any(not _is_told(plain, around, match) for match in _ADDRESSES.finditer(plain)):
        return ADDRESS
    if any(not _is_mention(plain, match) for match in _COMMANDS.finditer(plain)):
        named = re.search(_MACHINE, plain, re.I)
        return COMMAND if named or not _TOLD_PEOPLE.search(around) else ""
    return ""


def _plain(text: str) -> str:
    """Without invisible characters, and full-width letters and the like as common ones."""
    return text if text.isascii() else unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))


def _worth_a_look(text: str) -> bool:
    plain = _plain(text)
    lowered = plain.lower()
    if any(trigger in lowered for trigger in _TRIGGERS) or _SHORT.search(plain):
        return True
    return not text.isascii() and bool(_HIDDEN.search(text))


def _is_told(sentence: str, around: str, match: re.Match[str]) -> bool:
    """Whether the order stands outside quotation marks, in a sentence that reports what someone demands."""
    if not match["told"]:
        return False
    quoted = any(quote.start() <= match.start() < quote.end() for quote in _spans(sentence))
    return not quoted and bool(_REPORTED.search(around))


def _is_mention(sentence: str, match: re.Match[str]) -> bool:
    """Whether only the bare phrase is quoted: the words “ignore previous instructions” in a report about them."""
    for quote in _spans(sentence):
        if quote.start() <= match.start() + 1 and match.end() <= quote.end() and sentence[quote.end() :].strip(" .!?"):
            inside = quote.group().strip('“”"‘’ ')
            return len(inside.split()) <= 6 and inside[-1:] not in ".!,"
    return False


def _spans(sentence: str) -> Iterator[re.Match[str]]:
    return _QUOTES.finditer(sentence)
