"""The failures of engines in words: a full disk is no damage."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rag.errors import HomeNotWritable, IndexDamaged

_FULL = 20_000_000  # bytes free; engines write in pieces of this order


@contextmanager
def explained(index: str, folder: Path, kinds: tuple[type[Exception], ...]) -> Iterator[None]:
    """Turn errors of these kinds, from work on an index in this folder, into ours.

    Raises:
        HomeNotWritable: the disk is full.
        IndexDamaged: anything else.
    """
    try:
        yield
    except kinds as error:
        free = _free(folder)
        if free is not None and free < _FULL:
            raise HomeNotWritable(
                f"The disk of {folder} is full ({free / 1e6:.0f} MB are free).",
                hint="Free some space and give the same command again; what was stored stays.",
            ) from error
        raise IndexDamaged(
            f"The {index} cannot be used ({error}).", hint="dossier doctor --repair rebuilds it from the catalog."
        ) from error


def _free(folder: Path) -> int | None:
    for place in (folder, *folder.parents):
        with suppress(OSError):
            return shutil.disk_usage(place).free
    return None
