"""The words that stand in written dates: months, days of the week, zones. Data, and how it is looked up."""

from __future__ import annotations

import unicodedata

# English, German, French, Spanish, Italian, Dutch, Portuguese, Czech (as in "3. listopadu", and alone).
_MONTHS = """
january february march april may june july august september october november december
januar februar märz april mai juni juli august september oktober november dezember
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
januari februari maart april mei juni juli augustus september oktober november december
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
ledna února března dubna května června července srpna září října listopadu prosince
leden únor březen duben květen červen červenec srpen září říjen listopad prosinec
"""
_WEEKDAYS = """
monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so
lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo
lunedì martedì mercoledì giovedì venerdì sabato domenica maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
segunda-feira terça-feira quarta-feira quinta-feira sexta-feira
pondělí úterý středa čtvrtek pátek sobota neděle
"""
# Hours east of Greenwich: the names of RFC 822, and Central Europe's. Other names (IST, BST) mean several zones.
ZONES = {"z": 0, "ut": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6}
ZONES |= {"pst": -8, "pdt": -7, "cet": 1, "cest": 2}


def month_number(word: str) -> int | None:
    """1 to 12 for a month's name or short form in any case; None for other words, and for "jui", which could be two."""
    return _BY_NAME.get(_plain(word))


def is_weekday(word: str) -> bool:
    return _plain(word) in _BY_WEEKDAY


def _plain(word: str) -> str:
    """Lower case, without accents and full stops."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).strip(".")


def _by_name() -> dict[str, int]:
    """Every name, and its first three and four letters where no other month begins with them."""
    known: dict[str, set[int]] = {"mrt": {3}}
    for line in _MONTHS.strip().split("\n"):
        for number, name in enumerate(map(_plain, line.split()), 1):
            for form in (name, name[:3], name[:4]):
                known.setdefault(form, set()).add(number)
    return {form: numbers.pop() for form, numbers in known.items() if len(numbers) == 1}


_BY_NAME = _by_name()
_BY_WEEKDAY = frozenset(map(_plain, _WEEKDAYS.split()))
