"""An output folder that appears whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from planner.errors import OutputError, fault
from planner.report.swap import beside, claimed, restored, swap, swept

MARK = "run.json"

_ROOM = 2**20
_LONGEST = 300
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def replaced_folder(out: Path, *, mark: str = MARK) -> Iterator[Path]:
    """Give a new folder beside `out` to write into, and put it in the place of `out` at the end.

    The old folder is taken away only after everything is written; if anything fails, it stays as it was and
    nothing half-written is left. What a killed run left is cleared up first: an output that it was about to
    replace is brought back, its half-written folder is taken away.

    Parameters
    ----------
    out
        Where the folder shall stand. Only an empty folder or one that holds the mark is replaced.
    mark
        File that an earlier output of this kind holds.

    Raises
    ------
    OutputError
        If `out` may not be replaced, cannot be written to, or the disk is full.
    """
    target = out.resolve()
    with _in_one_sentence(target):
        restored(target)
        _refuse_foreign(target, mark)
        swept(target)
        partial, made = beside(target, "partial"), _missing_parents(target)
        try:
            partial.mkdir(parents=True)
            with claimed(partial), _numbered(partial):
                yield partial
                _sync(partial)
                swap(partial, target)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            _remove_empty(made)
            raise


@contextmanager
def _numbered(folder: Path) -> Iterator[None]:
    """Let a full disk be told as such by those, too, who know no error numbers (GDAL): a little more is written."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            (folder / "room").write_bytes(bytes(_ROOM))
        raise


@contextmanager
def _in_one_sentence(target: Path) -> Iterator[None]:
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(_sentence(error, target)) from error


def _refuse_foreign(target: Path, mark: str) -> None:
    """Refuse to replace what is not an output of ours."""
    if not os.path.lexists(target):
        return
    if not target.is_dir():
        raise OutputError(fault("a folder to write to", f"the file {target}", "name another folder"))
    if any(target.iterdir()) and not (target / mark).is_file():
        found = f"{target} with other files and no {mark}"
        raise OutputError(fault("a new, an empty or an earlier output folder", found, "name another folder"))


def _missing_parents(target: Path) -> list[Path]:
    return [parent for parent in target.parents if not parent.exists()]


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _sync(folder: Path) -> None:
    """Have every file on the disk before its folder gets the final name."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())


def _sentence(error: OSError, target: Path) -> str:
    if error.errno in _FULL:
        return fault(f"room on the disk for {target}", "a full disk", "free some space or name another folder")
    if error.errno in _CLOSED:
        found = f"{error.strerror or 'no permission'} at {error.filename or target.parent}"
        return fault(f"{target} to be writable", found, "close programs that use it or name another folder")
    return fault(f"to write {target}", plain_reason(error), "mend that or name another folder")


def plain_reason(error: BaseException) -> str:
    """Return what an error says, in one line, cut where it would fill a page."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
