"""Constraints in words: what was searched, and why nothing was found. Pure."""

from __future__ import annotations

from rag.scope import Constraints


def describe(constraints: Constraints, found: bool) -> str:
    """One or two sentences for people: "Searched 2023-03-01 … 2023-03-31, 14 articles." """
    if not constraints.collections:
        return "Not in the collection: there are no articles yet. Add some: dossier add PATH."
    told = f"Searched {', '.join([*_terms(constraints), _articles(constraints.searched)])}."
    unresolved = [
        f"“{phrase}” could not be turned into days here, and was not applied." for phrase in constraints.unresolved
    ]
    if found:
        return " ".join([told, *unresolved])
    if not constraints.searched and not constraints.missing:
        where = _window(constraints)
        nothing = f"Nothing in the collection {where}." if where else "Nothing in the collection meets these filters."
        return " ".join([nothing, told, *unresolved])
    where = ", ".join(f"“{name}”" for name in constraints.collections)
    exact = "".join(f" no article that was searched holds “{quote}” word for word." for quote in constraints.missing)
    nothing = f"Not in the collection:{exact or f' nothing in {where} touches on this.'}"
    return " ".join([nothing, told, *unresolved])


def _window(constraints: Constraints) -> str:
    """ "was published between … and …", as far as days are given and nothing else is."""
    if constraints.outlets or constraints.authors or constraints.languages or constraints.articles:
        return ""
    if constraints.since and constraints.until:
        return f"was published from {constraints.since} to {constraints.until}"
    if constraints.since:
        return f"was published since {constraints.since}"
    return f"was published by {constraints.until}" if constraints.until else ""


def _terms(constraints: Constraints) -> list[str]:
    parts = []
    if constraints.since or constraints.until:
        parts.append(f"{constraints.since or ''} … {constraints.until or ''}".strip())
    if constraints.as_of:
        parts.append(f"as of {constraints.as_of}")
    for label, names in (
        ("outlet", constraints.outlets),
        ("author", constraints.authors),
        ("language", constraints.languages),
        ("article", constraints.articles),
    ):
        if names:
            parts.append(f"{label} {' or '.join(names)}")
    parts += [f"the words “{quote}”" for quote in constraints.quotes]
    parts += [f"without “{word}”" for word in constraints.without]
    parts += ["newest first"] * constraints.latest
    return parts


def _articles(count: int) -> str:
    return f"{count:,} article{'s' * (count != 1)}"
