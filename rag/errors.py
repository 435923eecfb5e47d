"""The second half of the error tree; it is drawn whole in `corpus.errors`."""

from corpus.errors import (
    CatalogCorrupt,
    CatalogError,
    DossierError,
    FetchError,
    HomeNotWritable,
    NothingToRead,
    ReadingError,
    UndecodableText,
    UnknownCollection,
    UnsupportedFormat,
)


class SettingsError(DossierError):
    """A setting is wrong, or there is no setting of that name."""


class QuestionError(DossierError):
    """The question cannot be asked: it is empty or far too long."""


class HomeInUse(DossierError):
    """Another process holds the indexes of this home."""


class IndexDamaged(DossierError):
    """An index cannot be opened or read; it can be rebuilt from the catalog."""


class MissingExtra(DossierError):
    """The chosen engine comes with an optional package that is not installed."""


class ModelFilesError(DossierError):
    """The weights of a local model are absent or are not the ones expected."""


class ModelUnavailable(DossierError):
    """The language model did not answer, or broke off."""


__all__ = [
    "CatalogCorrupt",
    "CatalogError",
    "DossierError",
    "FetchError",
    "HomeInUse",
    "HomeNotWritable",
    "IndexDamaged",
    "MissingExtra",
    "ModelFilesError",
    "ModelUnavailable",
    "NothingToRead",
    "QuestionError",
    "ReadingError",
    "SettingsError",
    "UndecodableText",
    "UnknownCollection",
    "UnsupportedFormat",
]
