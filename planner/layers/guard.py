"""The guarded reader: only an existing local file of a known format is ever opened.

GDAL follows what it is given: a virtual layer named ``.geojson`` reads other files, ``/vsicurl/`` and a
linked coordinate reference system fetch from the network. So the format is fixed here, by extension
and first bytes, before any library sees the path.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from pathlib import Path

from planner.errors import LayerError, fault, shortened
from planner.layers.archives import check_archive

MAX_BYTES = 2 * 1024**3
MAX_ROWS = 5_000_000
MAX_FILES = 10_000  # of a FileGDB

_HEAD = 4096
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:")  # two letters or more: a single one is a drive


class Format(Enum):
    """Formats that are read, with the extension that names them."""

    CSV = ".csv"
    XLSX = ".xlsx"
    GEOJSON = ".geojson"
    GPKG = ".gpkg"
    SHP = ".shp"
    GDB = ".gdb"
    ZIP = ".zip"
    PARQUET = ".parquet"
    TIFF = ".tif"
    PBF = ".osm.pbf"


_EXTENSIONS = {kind.value: kind for kind in Format} | {
    ".json": Format.GEOJSON,
    ".geoparquet": Format.PARQUET,
    ".tiff": Format.TIFF,
    ".pbf": Format.PBF,
}
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
    if is_geodatabase(path):
        _check_geodatabase(path)
        return Format.GDB
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


def is_geodatabase(path: Path) -> bool:
    """Return whether a path names an existing folder that calls itself a FileGDB."""
    return path.name.lower().endswith(Format.GDB.value) and _is_folder(path)


def is_layer(path: Path) -> bool:
    """Return whether a path names something that may be a layer: a regular file or a FileGDB."""
    return is_file(path) or is_geodatabase(path)


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
    if kind in (Format.XLSX, Format.ZIP):
        check_archive(path, xml=kind is Format.XLSX)
    if kind is Format.PARQUET:
        _check_tail(path)
    if kind is Format.SHP:
        _check_parts(path)


def _check_tail(path: Path) -> None:
    with path.open("rb") as stream:
        stream.seek(-4, 2)
        tail = stream.read()
    if tail != b"PAR1":
        raise LayerError(fault(f"{path.name} to be PARQUET", "a file without its end", "copy or export it again"))


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
    Format.GDB: lambda _head: False,  # a file that calls itself a folder
    Format.ZIP: lambda head: head.startswith(b"PK\x03\x04"),
    Format.PARQUET: lambda head: head.startswith(b"PAR1"),
    Format.TIFF: lambda head: head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    Format.PBF: lambda head: b"OSMHeader" in head[:32],
}


def _check_geodatabase(path: Path) -> None:
    """Check that a folder holds the tables of a FileGDB, and nothing that leads out of it."""
    files = list(path.iterdir())
    strange = sorted(file.name for file in files if file.is_symlink() or not file.is_file())
    if strange:
        do = "copy the FileGDB again, without links and folders in it"
        raise LayerError(fault(f"only files in {path.name}", shortened(strange), do))
    size = sum(file.stat().st_size for file in files)
    if len(files) > MAX_FILES or size > MAX_BYTES:
        found = f"{len(files):,} of {size:,} bytes"
        raise LayerError(
            fault(f"at most {MAX_FILES:,} files and {MAX_BYTES:,} bytes in {path.name}", found, "split it")
        )
    catalogue = path / "a00000001.gdbtable"
    head = catalogue.read_bytes()[:4] if catalogue in files else b""
    if head not in (b"\3\0\0\0", b"\4\0\0\0"):
        do = "copy the whole FileGDB folder"
        raise LayerError(fault(f"a FileGDB in {path.name}", "a folder without its catalogue of tables", do))


def _check_parts(path: Path) -> None:
    missing = [part for part in (".shx", ".dbf") if not sidecar(path, part).is_file()]
    if missing:
        found = f"no {shortened(missing)}"
        raise LayerError(fault(f"the other parts of the Shapefile beside {path.name}", found, "copy all of its files"))


def sidecar(path: Path, extension: str) -> Path:
    """Return the part of a Shapefile with this extension, in whichever case it exists."""
    upper = path.with_suffix(extension.upper())
    return upper if upper.is_file() else path.with_suffix(extension)
