"""A network as one file: arrays side by side, nothing that runs when it is read."""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from planner.errors import NetworkError, OutputError, fault
from planner.network.graph import RoadNetwork
from planner.network.modes import Mode
from planner.network.rules import RoadRules
from planner.network.settings import RoadSource

FORMAT: Final = 1
"""Number of the format. Another is refused: read the roads again."""

_RECORDS: Final[Mapping[str, type]] = {"RoadNetwork": RoadNetwork, "Mode": Mode, "RoadRules": RoadRules}
"""What a file may hold besides arrays, tables of them, texts and numbers."""

_HEADER: Final = "network.json"
_CHUNK: Final = 1 << 20

_DAMAGE: Final = (
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
"""What zipfile, json and NumPy raise when they read bytes that nobody wrote."""


def network_key(source: RoadSource, *, crs: str, modes: Mapping[str, Mode]) -> str:
    """Return the hash of all that a network is made from: the file's bytes, how it is read, CRS, modes, the format.

    Parameters
    ----------
    source
        The file, and what is in it; the elevation model too. Where they lie and what they are called do not count.
    crs
        Metric study CRS.
    modes
        Modes by name.

    Returns
    -------
    str
        SHA-256, hexadecimal. For a Shapefile the files beside it count too.

    Raises
    ------
    NetworkError
        If the file cannot be read.
    """
    digest = hashlib.sha256()
    said = {item.name: getattr(source, item.name) for item in fields(source) if item.name not in ("path", "dem")}
    told = {
        "format": FORMAT,
        "crs": crs,
        "source": said,
        "modes": {name: _fields(modes[name]) for name in sorted(modes)},
    }
    digest.update(json.dumps(told, sort_keys=True, default=_plain, ensure_ascii=False).encode())
    try:
        for path in [*_files_of(source.path), *([source.dem] if source.dem else [])]:
            digest.update(f"\n{path.suffix.lower()} {path.stat().st_size}\n".encode())
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
    except OSError as error:
        raise NetworkError(
            fault(f"a file of roads at {source.path}", error.strerror or "none", "correct the path")
        ) from None
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    """Return tables as dictionaries, sets as sorted lists, anything else as text."""
    if isinstance(value, Mapping):
        return dict(value)
    return sorted(value) if isinstance(value, (set, frozenset)) else str(value)


def _files_of(path: Path) -> list[Path]:
    """Return a file and, for a Shapefile, those that belong to it."""
    if path.suffix.lower() != ".shp":
        return [path]
    beside = [
        other
        for other in path.parent.glob(f"{path.stem}.*")
        if other.suffix.lower() in (".dbf", ".prj", ".cpg", ".shx")
    ]
    return [path, *sorted(beside)]


def save_network(network: RoadNetwork, path: Path, *, key: str = "") -> None:
    """Save a network as one file, whole or not at all.

    A zip archive of NumPy arrays, not compressed, and a header in JSON. The same network gives the same bytes.

    Parameters
    ----------
    network
        Roads.
    path
        Where to. A file that is there is replaced.
    key
        What the network was made from (`network_key`); `load_network` compares it.

    Raises
    ------
    OutputError
        If the file cannot be written; what stood there before is untouched.
    """
    path = Path(path)
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    header = {"format": FORMAT, "key": key, "network": _described(network, "network", arrays)}
    part = path.with_name(f"{path.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(zipfile.ZipInfo(_HEADER), json.dumps(header, ensure_ascii=False, indent=1))
            for name, array in arrays.items():
                with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, array, allow_pickle=False)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        do = "choose a folder that can be written to, with room"
        raise OutputError(fault(f"to write {path.name}", error.strerror or "an error", do)) from None


def load_network(path: Path, *, key: str | None = None) -> RoadNetwork:
    """Return the network of a file that `save_network` wrote.

    Every byte is compared with its checksum, and the network proves its invariants as when it was made.

    Parameters
    ----------
    path
        The file.
    key
        What the network should have been made from (`network_key`); not compared where it is not given.

    Raises
    ------
    NetworkError
        If there is no such file, it is damaged or not a saved network, of another format, or of another key.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            header = _header(archive, path)
            _compare(header, key, path)
            network = _rebuilt(header["network"], archive)
    except NetworkError:
        raise
    except OSError as error:
        do = "correct the path, or save the network first"
        raise NetworkError(fault(f"a saved network at {path}", error.strerror or "none", do)) from None
    except _DAMAGE as error:
        found = f"{path.name}, which is damaged or is none ({_first_line(error)})"
        raise NetworkError(fault("a saved network", found, "read the roads again and save it anew")) from None
    if not isinstance(network, RoadNetwork):
        raise NetworkError(fault("a saved network", f"another thing in {path.name}", "read the roads again"))
    return network


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")[:100]


def _header(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    """Return the header, having checked that nothing in the archive is larger than the file itself."""
    size = path.stat().st_size
    if any(member.compress_type != zipfile.ZIP_STORED or member.file_size > size for member in archive.infolist()):
        raise ValueError("members that are compressed")
    header = json.loads(archive.read(_HEADER))
    if not isinstance(header, dict):
        raise ValueError("another header")  # noqa: TRY004 - told as a damaged file
    return header


def _compare(header: Mapping[str, Any], key: str | None, path: Path) -> None:
    do = "read the roads again and save the network anew"
    if header["format"] != FORMAT:
        raise NetworkError(
            fault(f"a saved network of format {FORMAT}", f"format {header['format']} in {path.name}", do)
        )
    if key is not None and header["key"] != key:
        found = f"{path.name}, made from other roads, another CRS or other modes (key {str(header['key'])[:12]}…)"
        raise NetworkError(fault(f"a saved network of key {key[:12]}…", found, do))


def _fields(record: Any) -> dict[str, Any]:
    """Return the fields of a record by name, tables as plain dictionaries."""
    held = {item.name: getattr(record, item.name) for item in fields(record)}
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in held.items()}


def _described(value: Any, name: str, arrays: dict[str, npt.NDArray[np.generic]]) -> dict[str, Any]:
    """Return what the header says of a value; arrays go into the table of arrays."""
    if isinstance(value, np.ndarray):
        arrays[name] = value
        return {"array": name}
    if isinstance(value, Mapping):
        return {"table": {key: _described(held, f"{name}/{key}", arrays) for key, held in value.items()}}
    if isinstance(value, tuple):
        return {"row": [_described(held, f"{name}/{at}", arrays) for at, held in enumerate(value)]}
    if is_dataclass(value) and type(value).__name__ in _RECORDS:
        held = {key: _described(part, f"{name}/{key}", arrays) for key, part in _fields(value).items()}
        return {"record": type(value).__name__, "fields": held}
    if value is None or isinstance(value, (str, bool, int, float)):
        return {"value": value}
    raise TypeError(
        f"expected arrays, tables, texts and numbers in a network, found {type(value).__name__}: save less."
    )


def _rebuilt(described: Mapping[str, Any], archive: zipfile.ZipFile) -> Any:
    """Return the value that `_described` described."""
    if "array" in described:
        with archive.open(f"{described['array']}.npy") as member:
            array = np.lib.format.read_array(member, allow_pickle=False)
            if member.read(1):
                raise ValueError("more in an array than it says")
        return array
    if "table" in described:
        return {key: _rebuilt(held, archive) for key, held in described["table"].items()}
    if "row" in described:
        return tuple(_rebuilt(held, archive) for held in described["row"])
    if "record" in described:
        held = {key: _rebuilt(part, archive) for key, part in described["fields"].items()}
        return _RECORDS[described["record"]](**held)
    return described["value"]
