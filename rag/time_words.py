"""The words of time expressions, what they mean and how they are written: English, and the plainest German and French.

All are folded (no capitals, no accents), with one space between tokens: "l'an" is "l ' an".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Grain = Literal["day", "week", "month", "year", "span"]
Unit = Literal["hour", "day", "week", "weekend", "month", "quarter", "year"]

MONTHS = """january february march april may june july august september october november december
januar februar marz mai juni juli oktober dezember
janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre""".split()
# Also names and other words ("Jan", "mar"): these only count beside a number.
SHORT_MONTHS = "jan feb mar apr jun jul aug sep sept oct nov dec".split()
# Seven to a language, from Monday.
WEEKDAYS = """monday tuesday wednesday thursday friday saturday sunday
montag dienstag mittwoch donnerstag freitag samstag sonntag
lundi mardi mercredi jeudi vendredi samedi dimanche""".split()

_TO_TWELVE = """one two three four five six seven eight nine ten eleven twelve
ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf
un deux trois quatre cinq six sept huit neuf dix onze douze"""
NUMBERS = {word: place % 12 + 1 for place, word in enumerate(_TO_TWELVE.split())}
NUMBERS |= {"a": 1, "an": 1, "einem": 1, "einer": 1, "une": 1, "ninety": 90, "hundred": 100}
NUMBERS |= {"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60}
THIS = dict.fromkeys("this diese diesem diesen dieser dieses ce cette".split(), 0)  # no units ago

DAYS_AGO = dict.fromkeys(("today", "tonight", "this morning", "this afternoon", "this evening"), 0)
DAYS_AGO |= {"yesterday": 1, "last night": 1, "the day before yesterday": 2, "day before yesterday": 2}
DAYS_AGO |= {"heute": 0, "gestern": 1, "vorgestern": 2, "aujourd ' hui": 0, "hier": 1, "avant - hier": 2}
# So many units ago; "the" as in "over the weekend".
COUNTS = NUMBERS | DAYS_AGO | THIS | {"now": 0, "the present": 0, "the": 0} | {str(n): n for n in range(1000)}

# Of one unit ("last week"), of some ("recent weeks"), of so many ("three weeks ago").
SINGULARS: dict[str, Unit] = {"week": "week", "month": "month", "quarter": "quarter", "year": "year"}
SINGULARS |= {"weekend": "weekend", "week - end": "weekend"}
SINGULARS |= {"woche": "week", "wochenende": "weekend", "monat": "month", "quartal": "quarter", "jahr": "year"}
SINGULARS |= {"semaine": "week", "mois": "month", "trimestre": "quarter", "an": "year", "annee": "year"}
PLURALS: dict[str, Unit] = {"days": "day", "weeks": "week", "months": "month"}
PLURALS |= {"tagen": "day", "wochen": "week", "monaten": "month", "jours": "day", "semaines": "week", "mois": "month"}
UNITS: dict[str, Unit] = SINGULARS | PLURALS
UNITS |= {"hour": "hour", "hours": "hour", "day": "day", "quarters": "quarter", "years": "year"}
UNITS |= {"stunden": "hour", "tag": "day", "jahren": "year", "heures": "hour", "jour": "day", "ans": "year"}
GRAINS: dict[Unit, Grain] = {"day": "day", "week": "week", "month": "month", "year": "year"}
IN_HOURS = {"hour": 1, "day": 24, "week": 168, "weekend": 168}
IN_MONTHS = {"month": 1, "quarter": 3, "year": 12}
RECENT = {"day": 14, "week": 60, "month": 365}  # "in recent weeks" reaches back this many days

# Parts of a year: the month they begin with, and how many they last. The seasons are the northern ones.
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
SEASONS |= {"fruhling": 3, "fruhjahr": 3, "sommer": 6, "herbst": 9, "printemps": 3, "ete": 6, "automne": 9, "hiver": 12}
RUNS = {season: (month, 3) for season, month in SEASONS.items()}
RUNS |= {"first quarter": (1, 3), "second quarter": (4, 3), "third quarter": (7, 3), "fourth quarter": (10, 3)}
RUNS |= {"q1": (1, 3), "q2": (4, 3), "q3": (7, 3), "q4": (10, 3), "h1": (1, 6), "h2": (7, 6)}
RUNS |= {"first half": (1, 6), "second half": (7, 6)}
# Thirds of a month or a year.
THIRDS = {"early": 0, "mid": 1, "mid -": 1, "late": 2, "anfang": 0, "mitte": 1, "ende": 2, "debut": 0, "fin": 2}
THIRDS |= {"the beginning of": 0, "the start of": 0, "the middle of": 1, "the end of": 2}

# What may stand before a time, by what it makes of it.
_LEADS = {
    "in": "in|at|during|within|throughout|over|im|en|au|au mois de",
    "on": "on|am|le",
    "since": "since|ever since|since at least|on or after|seit|seit dem|depuis|depuis le",
    "after": "after|nach|nach dem|apres|apres le",
    "before": "before|prior to|vor|vor dem|avant|avant le",
    "until": "on or before|until|till|up to|up until|bis|bis zum|jusqu ' a|jusqu ' en|jusqu ' au",
    "from": "from",
    "between": "between|zwischen|von|vom|entre|de",
    "than": "than|compared to|compared with|by",  # not when, but compared with what, or due when
}
LEADS = {words: role for role, leads in _LEADS.items() for words in leads.split("|")}
# The kinds of time that then say when. Without a preposition, or after "than", a date only names a thing.
FITS = {"": {"itself"}, "in": {"itself", "in"}, "on": {"itself", "on", "days"}, "between": {"days"}, "than": set()}
FITS |= {role: {"itself", "in", "on", "days"} for role in ("since", "after", "before", "until", "from")}
# What links two times to a span, by what stands before the first.
LINKS = {"from": "to until till through - –".split(), "between": "and und et to until till bis a".split()}
LINKS |= dict.fromkeys(("in", "on"), "and or to und et bis - –".split())

# "After 2000 people fled" names no year.
COUNTED = """people men women children workers jobs residents soldiers troops homes houses households pages hours days
weeks months years jahren ans dollars euros pounds prices terms money km kilometres miles metres tonnes""".split()
# With one of these, a question is in French: "hier" is no German "here", "mars" no planet.
FRENCH = frozenset("que qui quoi quel quelle qu est les dans pourquoi comment en entre depuis avant apres".split())


def choice(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


# How they are written: patterns on the row of tokens.
YEAR = rf"(?P<year>[12]\d{{3}}(?! (?:{choice(COUNTED)})(?!\S))|(?:this|last|(?<=of )the) year(?! \d))"
OF_YEAR = rf"(?: ,| of)? {YEAR}"
# "May 5 0000" is not the latest 5 May, "in March, April and May 2023" is a list.
LATEST = rf"(?!(?: ,)? \d| , (?:{choice(MONTHS)})(?!\S))"
OR_LATEST = rf"(?:{OF_YEAR}|{LATEST})"
MONTH = rf"(?P<month>{choice(MONTHS)})"
ANY_MONTH = rf"(?P<month>{choice(MONTHS)}|(?:{choice(SHORT_MONTHS)})(?: \.)?)"
DATE = r"(?P<date>\d\d?)(?:st|nd|rd|th|er)?"
DATE_MONTH = rf"{DATE}(?: \.)? (?:of )?{ANY_MONTH}{OR_LATEST}"
NUMBER = rf"(?P<number>[1-9]\d?\d?|{choice(NUMBERS)})"
UNIT, ONE, SOME = (rf"(?P<unit>{choice(units)})" for units in (UNITS, SINGULARS, PLURALS))
WEEKDAY = rf"(?P<weekday>{choice(WEEKDAYS)})"
ANY_WEEKDAY = rf"(?:(?:{choice(WEEKDAYS)})(?: ,)? )?"
THIRD = rf"(?:(?<!before )(?<!after )(?P<third>{choice(THIRDS)}) )?"  # "before the end of 2023" is too vague
LINK = choice(link for links in LINKS.values() for link in links)
LAST = "".join(f"(?<!{word} )" for word in "the its his her their our my to".split()) + "last"  # not "their last March"
WITHIN = "|".join(f"(?<={word} )" for word in "in over during within for since of".split())
THE_LAST = rf"(?:(?:(?:the|these) |{WITHIN}|^)(?:last|past)|den (?:letzten|vergangenen))"  # "did it last" is a verb
STOPS = "in on during since before after until from between and or but who what when where which while why how".split()
STOP = rf"(?:{choice(STOPS)})(?!\S)"  # here an event as in "since the election" is over
# "Since" gives a reason where its clause is in the present, or begins with a pronoun and an auxiliary.
REASON = (
    r".* (?:is|are|can|cannot|will|do|does)\b"
    r"| (?:i|you|he|she|it|we|they|there|this|that) (?:'|was|were|has|have|had|could|would|did)\b"
)
