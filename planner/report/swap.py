"""Putting a finished folder in the place of an earlier one, and clearing up after a run that was killed.

Where the system can (Linux), the two folders change places in one step, so that there is no moment without an
output. Elsewhere the earlier one is moved aside first; a run that is killed just then leaves it there, and
`restored` brings it back.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h
_NOT_HERE = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP}  # too old a kernel, or a disk that cannot do it


def beside(target: Path, what: str) -> Path:
    """Return a free name beside `target`, what is ``partial`` or ``old``; it ends in the number of this process."""
    named = (target.with_name(f".{target.name}.{what}-{number}") for number in count(os.getpid()))
    return next(name for name in named if not os.path.lexists(name))


def swap(partial: Path, target: Path) -> None:
    """Put `partial` in the place of `target`; what stood there is taken away, or comes back if that fails."""
    if not target.exists():
        partial.rename(target)
        return
    if exchanged(partial, target):
        shutil.rmtree(partial, ignore_errors=True)
        return
    old = beside(target, "old")
    with claimed(target):
        target.rename(old)
        try:
            partial.rename(target)
        except BaseException:
            if not target.exists():
                old.rename(target)
            raise
    shutil.rmtree(old, ignore_errors=True)


def exchanged(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False, and nothing is done, where the system has no such step.

    Raises
    ------
    OSError
        If the system has it, and refuses.
    """
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if sys.platform == "linux" else None
    if rename is None:
        return False
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_HERE:
        return False
    raise OSError(number, os.strerror(number), str(other))


def restored(target: Path) -> bool:
    """Bring back an output that a run was killed in the middle of replacing; return whether there was one."""
    if os.path.lexists(target):
        return False
    left = sorted(_left(target, "old"), key=lambda folder: folder.stat().st_mtime_ns)
    if left:
        left[-1].rename(target)
    return bool(left)


def swept(target: Path) -> None:
    """Take away what killed runs left beside `target`; folders of a run that is alive stay.

    Which run is alive is told by a lock on its folder: process numbers come again, and mean nothing on a shared
    disk. Where there are no locks, nothing is taken away. Call `restored` first.
    """
    for folder in (*_left(target, "partial"), *_left(target, "old")):
        with claimed(folder) as ours:
            if ours:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def claimed(folder: Path) -> Iterator[bool]:
    """Lock a folder until the end, or of the process; tell whether that could be done."""
    if sys.platform == "win32":
        yield False
        return
    with contextlib.ExitStack() as stack:
        try:
            number = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, number)
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            ours = False
        else:
            ours = True
        yield ours


def _left(target: Path, what: str) -> list[Path]:
    """Return the folders of that kind beside `target`, whoever made them."""
    name = re.compile(rf"\.{re.escape(target.name)}\.{what}-\d+")
    if not target.parent.is_dir():
        return []
    return [folder for folder in target.parent.iterdir() if name.fullmatch(folder.name) and folder.is_dir()]
