"""Packed values as one file: arrays side by side and a header, nothing that runs when it is read."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from planner.packing import Packed

DAMAGE: Final = (
    zipfile.BadZipFile,
    struct.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What zipfile, json, NumPy and `planner.packing.unpack` raise over bytes that nobody wrote."""

_HEADER: Final = "header.json"


def write_packed(path: Path, packed: Packed, *, header: Mapping[str, object] | None = None) -> None:
    """Write a packed value, whole or not at all.

    A zip archive of NumPy arrays, not compressed, and a header in JSON. The same value gives the same bytes.

    Parameters
    ----------
    path
        Where to. A file that is there is replaced.
    packed
        The value.
    header
        What is said of it, beside ``value``, which is its tree.

    Raises
    ------
    OSError
        If it cannot be written; what stood there before is untouched.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            text = json.dumps({**(header or {}), "value": packed.tree}, ensure_ascii=False)
            archive.writestr(zipfile.ZipInfo(_HEADER), text)
            for name, array in packed.arrays.items():
                with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, array, allow_pickle=False)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def read_packed(path: Path) -> tuple[dict[str, Any], Packed]:
    """Return the header and the packed value of a file. Every byte is compared with its checksum.

    Raises
    ------
    OSError
        If the file cannot be opened.
    DAMAGE
        If it is damaged, or was not written by `write_packed`.
    """
    with zipfile.ZipFile(path) as archive:
        size = path.stat().st_size
        members = archive.infolist()
        if any(member.compress_type != zipfile.ZIP_STORED or member.file_size > size for member in members):
            raise ValueError("members that are compressed")
        header = json.loads(archive.read(_HEADER))
        if not isinstance(header, dict):
            raise ValueError("another header")  # noqa: TRY004 - told as a damaged file
        names = [member.filename for member in members if member.filename != _HEADER]
        arrays = {name.removesuffix(".npy"): _array(archive, name) for name in names}
    return header, Packed(header.pop("value"), arrays)


def _array(archive: zipfile.ZipFile, name: str) -> Any:
    with archive.open(name) as member:
        array = np.lib.format.read_array(member, allow_pickle=False)
        if member.read(1):
            raise ValueError("more in an array than it says")
    return array
