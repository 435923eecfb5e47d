"""Which language an article is in: as its source states it, made regular, or told from its words."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_SAMPLE = 2000  # characters; more do not change the verdict
_ENOUGH = 40  # bytes of letters in UTF-8: a short sentence, in any script
_SURE = 0.8  # probability, 0 … 1; below it the runner-up (Danish and Norwegian, say) is too near
# ISO 639-1.
_KNOWN = frozenset(
    """aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo
    es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg
    ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn
    no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta
    te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu""".split()
)
# What is written instead of a code: names in English and in the language itself, three letters, old codes.
_NAMES = {
    name: code
    for code, names in {
        "ar": "arabic ara العربية", "bg": "bulgarian bul български", "ca": "catalan cat català",
        "cs": "czech ces cze čeština česky", "da": "danish dan dansk", "de": "german deu ger deutsch",
        "el": "greek ell gre ελληνικά", "en": "english eng", "es": "spanish spa español castellano",
        "et": "estonian est eesti", "fa": "persian farsi fas per فارسی", "fi": "finnish fin suomi",
        "fr": "french fra fre français francais", "he": "hebrew heb iw עברית", "hi": "hindi hin हिन्दी",
        "hr": "croatian hrv hrvatski", "hu": "hungarian hun magyar", "id": "indonesian ind in",
        "it": "italian ita italiano",
        "ja": "japanese jpn jp 日本語", "ko": "korean kor 한국어", "lt": "lithuanian lit lietuvių",
        "lv": "latvian lav latviešu",
        "nl": "dutch nld dut nederlands", "no": "norwegian nor norsk", "pl": "polish pol polski",
        "pt": "portuguese por português portugues", "ro": "romanian ron rum română", "ru": "russian rus русский",
        "sk": "slovak slk slo slovenčina", "sl": "slovenian slv slovenščina", "sr": "serbian srp српски srpski",
        "sv": "swedish swe svenska", "th": "thai tha ไทย", "tr": "turkish tur türkçe", "uk": "ukrainian ukr українська",
        "vi": "vietnamese vie", "zh": "chinese zho chi mandarin 中文",
    }.items()
    for name in names.split()
}  # fmt: skip
_TAG = re.compile(r"(?P<language>[a-z]{2,3})(?P<rest>(?:-[a-z0-9]{2,8}){0,3})")


def normal(stated: str | None) -> str | None:
    """A stated language as a BCP 47 tag: ``en_us`` → ``en-US``, ``English`` → ``en``; None for what names none."""
    words = (stated or "").strip().split(".")[0].replace("_", "-").casefold()  # "en_US.UTF-8"
    if words in _NAMES:
        return _NAMES[words]
    match = _TAG.fullmatch(words)
    if match is None:
        return None
    code = _NAMES.get(match["language"], match["language"])
    return code + "".join(map(_subtag, match["rest"].split("-")[1:])) if code in _KNOWN else None


def _subtag(part: str) -> str:
    """Regions in capitals, scripts with one, variants in lower case, as is the custom."""
    shapes = {2: part.upper(), 4: part.title()}
    return "-" + shapes.get(len(part), part)


def detect(text: str) -> str | None:
    """The language of a text, ISO 639-1, told from its first 2,000 characters; the same for the same text.

    None if there are less than 40 bytes of letters, or no language is likelier than 0.8.
    """
    sample = text[:_SAMPLE]
    if len("".join(filter(str.isalpha, sample)).encode("utf-8", "surrogatepass")) < _ENOUGH:
        return None
    code, probability = _identifier().classify(sample)
    return str(code) if probability >= _SURE and code in _KNOWN else None


@cache
def _identifier() -> Any:
    """Loads for most of a second, so at the first text that needs it."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
