"""The root of Dossier's error tree, and the errors of reading and storing articles.

The whole tree (the other half lives in ``rag.errors``)::

    DossierError                    what happened, plus a hint: the remedy in one sentence
    ├── ReadingError                one source could not become an article; the others go on
    │   ├── UnsupportedFormat       no reader for this kind of file
    │   ├── NothingToRead           the source holds no text
    │   ├── UndecodableText         the bytes are not text in any encoding we trust
    │   └── FetchError              an address cannot be fetched, or must not be
    ├── CatalogError                the catalog refused
    │   ├── CatalogCorrupt          the file is not a readable catalog
    │   ├── HomeNotWritable         the home folder cannot be written
    │   └── UnknownCollection       no collection of that name
    ├── SettingsError               a setting is wrong or unknown          (rag.errors)
    ├── QuestionError               the question cannot be asked           (rag.errors)
    ├── HomeInUse                   another process holds the indexes      (rag.errors)
    ├── IndexDamaged                an index cannot be opened              (rag.errors)
    ├── MissingExtra                an optional package is not installed   (rag.errors)
    ├── ModelFilesError             a local model is absent or altered     (rag.errors)
    ├── ModelUnavailable            the language model did not answer      (rag.errors)
    └── CaseError                   a question set is not in the format    (evals.case)
"""


class DossierError(Exception):
    """Base of every error that Dossier raises on purpose.

    Attributes:
        hint: what the user can do about it, one sentence; empty where nothing can be done.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message} {self.hint}" if self.hint else message


class ReadingError(DossierError):
    """One source could not become an article."""


class UnsupportedFormat(ReadingError):
    """No reader claims this kind of file."""


class NothingToRead(ReadingError):
    """The source was read and holds no text."""


class UndecodableText(ReadingError):
    """The bytes are not text in an encoding that can be told with confidence."""


class FetchError(ReadingError):
    """An address cannot be fetched, or must not be.

    Attributes:
        wait: seconds after which the server asks to be tried again; None if it does not say.
    """

    def __init__(self, message: str, *, hint: str = "", wait: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.wait = wait


class CatalogError(DossierError):
    """The catalog refused."""


class CatalogCorrupt(CatalogError):
    """The catalog file is not a database, or not one of ours."""


class HomeNotWritable(CatalogError):
    """The home folder, or a file in it, cannot be written."""


class UnknownCollection(CatalogError):
    """There is no collection of that name."""
