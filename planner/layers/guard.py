"""The guarded reader: only an existing local file of a known format is ever opened.

GDAL follows what it is given: a virtual layer named ``.geojson`` reads other files, ``/vsicurl/`` and a
linked coordinate reference system fetch from the network. So the format is fixed here, by extension
and first bytes, before any library sees the path.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from enum import Enum
from pathlib import Path

from planner.errors import LayerError, fault, shortened

MAX_BYTES = 2 * 1024**3
MAX_ROWS = 5_000_000
MAX_ARCHIVE_BYTES = 2 * 1024**3
MAX_ARCHIVE_RATIO = 100
MAX_ARCHIVE_ENTRIES = 1_000

_HEAD = 4096
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:")  # two letters or more: a single one is a drive


class Format(Enum):
    """Formats that are read, with the extension that names them."""

    CSV = ".csv"
    XLSX = ".xlsx"
    GEOJSON = ".geojson"
    GPKG = ".gpkg"
    SHP = ".shp"
    PBF = ".osm.pbf"


_EXTENSIONS = {kind.value: kind for kind in Format} | {".json": Format.GEOJSON, ".pbf": Format.PBF}
_REMEDY = "copy the layer to a local file and name that file"


def guarded(path: Path) -> Format:
    """Return the format of a file that is safe to open.

    Parameters
    ----------
    path
        Any path that a study or a caller names.

    Raises
    ------
    LayerError
        If it is not an existing, regular, local file, its first bytes are not what its extension
        promises, or it (or what it would unpack to) is too large.
    """
    problem = not_local(str(path))
    if problem:
        raise LayerError(problem)
    if not is_file(path):
        found = "a folder" if _is_folder(path) else "no such file"
        raise LayerError(fault(f"a file at {_short(str(path))}", found, "correct the path"))
    kind = format_of(path)
    size = path.stat().st_size
    if size == 0:
        raise LayerError(fault(f"a layer in {path.name}", "an empty file", "export the layer again"))
    if size > MAX_BYTES:
        raise LayerError(fault(f"at most {MAX_BYTES:,} bytes in {path.name}", f"{size:,}", "split the layer"))
    _check_content(path, kind)
    return kind


def not_local(text: str) -> str:
    """Return the fault of a text that is not the path of a local file, "" where it may be one."""
    expected = "the path of a local file"
    parts = re.split(r"[\\/]", text)
    if any(_SCHEME.match(part) for part in parts):
        return fault(expected, f"an address or driver prefix ({_short(text)})", _REMEDY)
    if any(part.startswith("vsi") for part in parts[:2]) and text[:1] in "/\\":
        return fault(expected, f"a GDAL virtual path ({_short(text)})", _REMEDY)
    if text.lstrip()[:1] in ("{", "[", "<"):
        return fault(expected, f"the content of a layer ({_short(text)})", "write it to a file and name that file")
    return ""


def format_of(path: Path) -> Format:
    """Return the format that a file's extension names.

    Raises
    ------
    LayerError
        If none is known by that extension.
    """
    name = path.name.lower()
    for extension, kind in _EXTENSIONS.items():
        if name.endswith(extension):
            return kind
    known = ", ".join(_EXTENSIONS)
    raise LayerError(fault(f"a file of a known format ({known})", path.name, "export the layer to one of these"))


def is_file(path: Path) -> bool:
    """Return whether a path names an existing regular file, whatever the text of the path."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, or a NUL in it
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def _check_content(path: Path, kind: Format) -> None:
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not _FITS[kind](head):
        do = "export it again, or give it the extension of what it is"
        raise LayerError(fault(f"{path.name} to be {kind.name}", f"a file that begins with {_begin(head)}", do))
    if kind is Format.XLSX:
        _check_archive(path)
    if kind is Format.SHP:
        _check_parts(path)


def _begin(head: bytes) -> str:
    return repr(head.lstrip()[:24].decode("utf-8", errors="replace"))


def _is_text(head: bytes) -> bool:
    return b"\0" not in head and not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"PK\x03\x04"))


def _is_json_object(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


_FITS: dict[Format, Callable[[bytes], bool]] = {
    Format.CSV: _is_text,
    Format.XLSX: lambda head: head.startswith(b"PK\x03\x04"),
    Format.GEOJSON: _is_json_object,
    Format.GPKG: lambda head: head.startswith(b"SQLite format 3\0") and head[68:72] in (b"GPKG", b"GP10", b"GP11"),
    Format.SHP: lambda head: head.startswith(b"\x00\x00\x27\x0a"),
    Format.PBF: lambda head: b"OSMHeader" in head[:32],
}


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile:
        raise LayerError(fault(f"a workbook in {path.name}", "a damaged archive", "save it again")) from None
    size = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if len(entries) > MAX_ARCHIVE_ENTRIES or size > MAX_ARCHIVE_BYTES or size > MAX_ARCHIVE_RATIO * packed + 2**20:
        found = f"{len(entries):,} entries, {size:,} bytes, {size / packed:.0f} times as large as packed"
        expected = (
            f"an archive of at most {MAX_ARCHIVE_ENTRIES:,} entries, {MAX_ARCHIVE_BYTES:,} bytes "
            f"and {MAX_ARCHIVE_RATIO} times its packed size in {path.name}"
        )
        raise LayerError(fault(expected, found, "save the table as CSV"))


def _check_parts(path: Path) -> None:
    missing = [part for part in (".shx", ".dbf") if not sidecar(path, part).is_file()]
    if missing:
        found = f"no {shortened(missing)}"
        raise LayerError(fault(f"the other parts of the Shapefile beside {path.name}", found, "copy all of its files"))


def sidecar(path: Path, extension: str) -> Path:
    """Return the part of a Shapefile with this extension, in whichever case it exists."""
    upper = path.with_suffix(extension.upper())
    return upper if upper.is_file() else path.with_suffix(extension)
