"""``python -m ui`` is ``dossier``."""

from ui.cli import main

main()
