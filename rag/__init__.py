"""Question → cited, checked answer.

    from rag import Settings, open_assistant

Engines are loaded at their first use; importing this package loads none.
"""

from rag.answer import Answer, Citation, Claim, Event, Evidence, Findings, Turn
from rag.assistant import Assistant
from rag.errors import DossierError
from rag.scope import Scope
from rag.settings import Settings, load_settings
from rag.wiring import open_assistant

__all__ = [
    "Answer",
    "Assistant",
    "Citation",
    "Claim",
    "DossierError",
    "Event",
    "Evidence",
    "Findings",
    "Scope",
    "Settings",
    "Turn",
    "load_settings",
    "open_assistant",
]
