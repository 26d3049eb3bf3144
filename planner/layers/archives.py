"""Archives that hold a layer: refused before opening where they are bombs, unpacked under names of our own.

Nothing of a name in an archive ever becomes a path: a Shapefile is unpacked as ``layer.shp`` and so on, a
FileGDB into ``layer.gdb`` with the plain names its tables have, into a temporary folder that is removed.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from shutil import copyfileobj

from planner.errors import LayerError, fault, shortened

MAX_ARCHIVE_BYTES = 2 * 1024**3
MAX_ARCHIVE_RATIO = 100
MAX_ARCHIVE_ENTRIES = 1_000

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_TABLE = re.compile(r"^(?:a[0-9a-f]{8}\.[a-z0-9_.]{1,40}|gdb|timestamps)$")
_PROLOG = 65_536
_ROOT = re.compile(rb"<[A-Za-z_]")
_BOM16 = (b"\xff\xfe", b"\xfe\xff", b"\0<", b"<\0")
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1


def check_archive(path: Path, *, xml: bool) -> None:
    """Raise if an archive would unpack to far more than it weighs, by its table of contents alone.

    Parameters
    ----------
    path
        A zip file.
    xml
        Whether its XML parts may declare nothing (a workbook): entities are what bombs are made of.

    Raises
    ------
    LayerError
        Also if it is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_sizes(entries, path.name)
            if xml:
                _check_prologs(archive, entries, path.name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        raise LayerError(fault(f"a sound archive in {path.name}", "a damaged one", "save it again")) from None


def _check_sizes(entries: Sequence[zipfile.ZipInfo], name: str) -> None:
    size = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if len(entries) > MAX_ARCHIVE_ENTRIES or size > MAX_ARCHIVE_BYTES or size > MAX_ARCHIVE_RATIO * packed + 2**20:
        found = f"{len(entries):,} entries, {size:,} bytes, {size / packed:.0f} times as large as packed"
        expected = (
            f"an archive of at most {MAX_ARCHIVE_ENTRIES:,} entries, {MAX_ARCHIVE_BYTES:,} bytes "
            f"and {MAX_ARCHIVE_RATIO} times its packed size in {name}"
        )
        raise LayerError(fault(expected, found, "save a table as CSV, a layer as GeoPackage"))


def _check_prologs(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], name: str) -> None:
    """Raise if a part declares a document type, which alone can hold entities, or hides its beginning."""
    for entry in entries:
        if not entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            continue
        with archive.open(entry) as stream:
            head = stream.read(_PROLOG)
        root = _ROOT.search(head)
        prolog = head[: root.start()] if root else head
        if b"<!DOCTYPE" in prolog or b"<!ENTITY" in prolog or head.startswith(_BOM16) or (head and root is None):
            found = f"declarations in {entry.filename}"
            raise LayerError(fault(f"a workbook without XML entities in {name}", found, "save it again as .xlsx"))


def contents(path: Path) -> list[str]:
    """Return the names of the Shapefiles and FileGDBs in an archive, sorted."""
    with _opened(path) as archive:
        return sorted(_layers(archive))


@contextmanager
def unpacked(path: Path, *, layer: str | None) -> Iterator[tuple[Path, str | None]]:
    """Give the Shapefile or FileGDB of an archive as a path that exists as long as the block runs.

    Parameters
    ----------
    path
        A zip file that `check_archive` passed.
    layer
        Name of one of several Shapefiles; else the layer that is asked of a FileGDB.

    Yields
    ------
    tuple
        The path, and the layer to ask of it.

    Raises
    ------
    LayerError
        If there is none in it, several, or it is encrypted or damaged.
    """
    with _opened(path) as archive, tempfile.TemporaryDirectory(prefix="planner-") as folder:
        found = _layers(archive)
        name = _chosen(found, layer, path.name)
        try:
            yield _unpack(archive, found[name], Path(folder)), None if name == layer else layer
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError):
            raise LayerError(fault(f"a sound archive in {path.name}", "a damaged one", "save it again")) from None


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError):
        raise LayerError(fault(f"a sound archive in {path.name}", "a damaged one", "save it again")) from None
    with archive:
        yield archive


def _layers(archive: zipfile.ZipFile) -> dict[str, dict[str, zipfile.ZipInfo]]:
    """Return, by name of the layer, the members to unpack under the file names that they get."""
    files = {_name(entry): entry for entry in archive.infolist() if not entry.is_dir()}
    found: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for name in sorted(files):
        place = PurePosixPath(name.replace("\\", "/"))
        if "__MACOSX" in place.parts:
            continue
        if place.parent.name.lower().endswith(".gdb"):
            if _TABLE.match(place.name):
                found.setdefault(place.parent.name, {})[f"layer.gdb/{place.name}"] = files[name]
        elif place.suffix.lower() == ".shp":
            beside = {PurePosixPath(one).suffix.lower(): files[one] for one in files if _stem(one) == _stem(name)}
            found[place.stem] = {f"layer{part}": beside[part] for part in _PARTS if part in beside}
    return found


def _name(entry: zipfile.ZipInfo) -> str:
    """Return a member's name; one that does not say it is UTF-8 is GB18030 on Chinese Windows."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def _stem(name: str) -> str:
    return str(PurePosixPath(name.replace("\\", "/")).with_suffix("")).lower()


def _chosen(found: Mapping[str, object], layer: str | None, archive: str) -> str:
    if layer is not None and layer in found:
        return layer
    if not found:
        do = "zip the Shapefile with its .shx and .dbf, or name the file itself"
        raise LayerError(fault(f"a Shapefile or a FileGDB in {archive}", "none", do))
    if len(found) > 1:
        do = "say which with 'layer'"
        raise LayerError(fault(f"one layer in {archive}", shortened(sorted(found)), do))
    return next(iter(found))


def _unpack(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], folder: Path) -> Path:
    for name, entry in members.items():
        if entry.flag_bits & _ENCRYPTED:
            raise LayerError(fault("an archive without a password", "an encrypted one", "unpack it and zip it again"))
        target = folder / name
        target.parent.mkdir(exist_ok=True)
        with archive.open(entry) as packed, target.open("wb") as plain:
            copyfileobj(packed, plain)
    first = next(iter(members))
    return folder / ("layer.gdb" if first.startswith("layer.gdb/") else "layer.shp")
