"""``python -m ui`` is ``dossier``."""

from ui.cli import main

if __name__ == "__main__":  # reading starts other processes, which import this module anew
    main()
