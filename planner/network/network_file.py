"""A network as one file: arrays side by side, nothing that runs when it is read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from planner.errors import NetworkError, OutputError, fault
from planner.network.graph import RoadNetwork
from planner.network.modes import Mode
from planner.network.rules import RoadRules
from planner.network.settings import RoadSource
from planner.packed_file import DAMAGE, read_packed, write_packed
from planner.packing import pack, unpack

FORMAT: Final = 2
"""Number of the format. Another is refused: read the roads again."""

_KINDS: Final[Mapping[str, type]] = {"RoadNetwork": RoadNetwork, "RoadRules": RoadRules, "Mode": Mode}
"""What a file may hold besides arrays, tables of them, texts and numbers."""

_CHUNK: Final = 1 << 20


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
    try:
        write_packed(path, pack(network), header={"format": FORMAT, "key": key})
    except OSError as error:
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
        header, packed = read_packed(path)
        _compare(header, key, path)
        network = unpack(packed, _KINDS)
    except NetworkError:
        raise
    except OSError as error:
        do = "correct the path, or save the network first"
        raise NetworkError(fault(f"a saved network at {path}", error.strerror or "none", do)) from None
    except DAMAGE as error:
        found = f"{path.name}, which is damaged or is none ({_first_line(error)})"
        raise NetworkError(fault("a saved network", found, "read the roads again and save it anew")) from None
    if not isinstance(network, RoadNetwork):
        raise NetworkError(fault("a saved network", f"another thing in {path.name}", "read the roads again"))
    return network


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")[:100]


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
