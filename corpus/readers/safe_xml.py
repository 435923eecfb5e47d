"""XML from strangers: entities are not expanded, and nothing outside the file is opened."""

from __future__ import annotations

import re
from typing import Any

from corpus.errors import ReadingError

_ENTITY = re.compile(rb"<!ENTITY\b")


def refuse_entities(data: bytes) -> None:
    """Raises ReadingError if the XML defines entities of its own: without them its text is not the author's."""
    if _ENTITY.search(data[:1_000_000]):
        raise ReadingError(
            "The XML defines entities of its own, which are not expanded.", hint="Save its articles as HTML or text."
        )


def parse(data: bytes, *, mend: bool = False) -> Any:
    """The root element. With ``mend``, what is broken is passed over as far as possible.

    Raises:
        ReadingError: this is no XML, or it is nested too deep, or too large, to be an article.
    """
    from lxml import etree

    refuse_entities(data)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        dtd_validation=False,
        remove_comments=True,
        remove_pis=True,
        recover=mend,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        raise ReadingError(f"The XML is damaged ({error}).", hint="Save it anew from its own program.") from error
    if root is None:
        raise ReadingError("The XML is damaged (it has no elements).", hint="Save it anew from its own program.")
    return root


def words(element: Any) -> str:
    """All the text in an element, white space made regular; "" if there is no element."""
    return "" if element is None else " ".join("".join(element.itertext()).split())
