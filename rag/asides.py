"""What a model says beside the answer: that the passages do not tell, or that it would rather not answer.

Patterns for sentences that cite nothing. They decide how such a sentence is told to readers, never whether it is true:
one that they miss is a claim without a source, and shown as that.
"""

from __future__ import annotations

import re

_MATERIAL = r"(?:passages?|articles?|sources?|texts?|documents?|context|evidence|information|excerpts?)"
_TELLS = (
    r"(?:mention|say|state|contain|provide|answer|specif|include|give|tell|discuss|address|explain|report|describe"
    r"|name)"
)
_ABSTAINS = re.compile(
    rf"\b{_MATERIAL}\b[^.;]{{0,60}}(?:\bnot|n['’]t|\bno|\bnever|\bnothing)\b[^.;]{{0,40}}\b{_TELLS}"
    rf"|\b(?:no|not enough|insufficient) (?:information|evidence|mention|passages?|answers?)\b"
    rf"|\bnot (?:{_TELLS}\w*|given|told)\b[^.;]{{0,30}}\b{_MATERIAL}\b"
    r"|^I (?:do not|don['’]t) know\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\b(?:but|however|although|though|yet|nevertheless|so|therefore)\b|;", re.IGNORECASE)
_REFUSES = re.compile(
    r"\W*(?:(?:I['’]m |I am )?(?:(?:very|so|truly|really) )?sorry\b|I apologi[sz]e\b|my apologies\b"
    r"|as an? (?:\w+ )?(?:AI|(?:large )?language model|artificial intelligence)\b"
    r"|(?:unfortunately,? )?I(?: can(?:not| not|['’]t)| won['’]t| will not| must decline| am (?:not able|unable)"
    r"|['’]m (?:not able|unable))\b"
    r"|es tut mir leid\b|(?:je suis )?désolée?\b|lo siento\b|mi dispiace\b)",
    re.IGNORECASE,
)


def abstains(sentence: str) -> bool:
    """Whether it says that the passages do not tell, and nothing else."""
    return bool(_ABSTAINS.search(sentence)) and not _GOES_ON.search(sentence)


def refuses(sentence: str) -> bool:
    """Whether it is the beginning of a refusal, or speaks of the model itself."""
    return bool(_REFUSES.match(sentence))
