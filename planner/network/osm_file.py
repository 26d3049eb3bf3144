"""An OpenStreetMap file to arrays: osmium reads, filters and writes OPL text, and that is read in bulk.

A callback per way and node from osmium into Python costs several times as much.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.errors import NetworkError, fault
from planner.layers.guard import guarded, not_local
from planner.network.compiled import I64, compiled

XML = (".osm", ".osm.gz", ".osm.bz2")

Member = tuple[str, str]
"""Kind and number such as ``w123``, and role."""

_ESCAPED = re.compile(r"%([0-9a-f]{1,6})%")
_COMMA, _MINUS, _POINT, _ZERO, _NINE, _X, _Y = (ord(letter) for letter in ",-.09xy")


class Relation(NamedTuple):
    """A relation: number, tags, members in order."""

    number: int
    tags: dict[str, str]
    members: list[Member]


class Extract(NamedTuple):
    """What a road network needs of an OpenStreetMap file.

    Attributes
    ----------
    way
        int64, shape (ways,): numbers of the ways that were kept.
    kept
        What `read_extract` was told of each.
    offsets
        int64, shape (ways + 1,): way w has the nodes ``ref[offsets[w]:offsets[w + 1]]``.
    ref
        int64: numbers of nodes.
    lon, lat
        float64: degrees; NaN where the file lacks the node.
    nodes
        Tags of the nodes that are barriers or crossings, by number.
    restrictions
        Relations with ``type=restriction``.
    """

    way: npt.NDArray[np.int64]
    kept: list[object]
    offsets: npt.NDArray[np.int64]
    ref: npt.NDArray[np.int64]
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    nodes: dict[int, dict[str, str]]
    restrictions: list[Relation]


def check_osm_file(path: Path) -> None:
    """Check that a path names a local file of OpenStreetMap data.

    Raises
    ------
    LayerError, NetworkError
        If it does not.
    """
    if path.name.lower().endswith(".pbf"):
        guarded(path)
        return
    problem = not_local(str(path))
    if problem:
        raise NetworkError(problem)
    if not path.is_file() or not path.name.lower().endswith(XML):
        found = f"{path.name}, which is not" if path.is_file() else "no such file"
        expected = f"an OpenStreetMap file ({', '.join(('.osm.pbf', *XML))}) at {path}"
        raise NetworkError(fault(expected, found, "correct the path"))


def read_extract(path: Path, *, keys: Collection[str], keep: Callable[[dict[str, str]], object | None]) -> Extract:
    """Return the ways, nodes and restrictions of a file.

    Parameters
    ----------
    path
        A local file, checked.
    keys
        Keys of tags that `keep` reads, and that nodes are given with.
    keep
        Called with the tags of each different way: what is to be remembered of such ways, None for nothing.

    Raises
    ------
    NetworkError
        If osmium cannot read the file to its end.
    """
    with TemporaryDirectory(prefix="planner-osm-") as folder:
        text = Path(folder) / "roads.opl"
        problem = _write_opl(path, text)
        if problem:
            found = f"{path.name}, which osmium could not read ({problem})"
            do = "download or export the file again"
            raise NetworkError(fault("a whole OpenStreetMap file (.osm.pbf or .osm)", found, do))
        return _Opl(frozenset(keys), keep).read(text)


def _write_opl(source: Path, target: Path) -> str:
    """Let osmium write what roads need as OPL text; return why it could not, "" if it could."""
    command = [sys.executable, "-P", str(Path(__file__).with_name("osm_filter.py")), str(source), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603 - our own program
    if done.returncode == 0:
        return ""
    said = done.stderr.strip().splitlines() or ["no reason given"]
    return said[-1] if done.returncode == 1 else f"damaged: {said[-1].removeprefix('what():').strip()}"


class _Opl:
    """Reads OPL lines: the tags one by one, the nodes of all ways at once."""

    def __init__(self, keys: frozenset[str], keep: Callable[[dict[str, str]], object | None]) -> None:
        self.keys = frozenset(key.encode() for key in keys)
        self.keep = keep
        self.decided: dict[bytes, object | None] = {}
        self.alike: dict[tuple[tuple[str, str], ...], object | None] = {}
        self.way: list[int] = []
        self.kept: list[object] = []
        self.spans: list[tuple[int, int, int]] = []
        self.nodes: dict[int, dict[str, str]] = {}
        self.restrictions: list[Relation] = []

    def read(self, text: Path) -> Extract:
        at = 0
        with text.open("rb") as lines:
            for line in lines:
                kind = line[:1]
                at += len(line)
                if kind == b"w":
                    self._way(line, at - 1)
                elif kind == b"n":
                    number, tags = line[1:].split(b" ", 2)[:2]
                    self.nodes[int(number)] = _tags(tags[1:], self.keys)
                elif kind == b"r":
                    self._relation(line)
        spans = np.array(self.spans, dtype=np.int64).reshape(-1, 3)
        offsets = np.concatenate(([0], np.cumsum(spans[:, 2]))).astype(np.int64)
        content = np.memmap(text, dtype=np.uint8, mode="r") if at else np.zeros(0, dtype=np.uint8)
        ref, lon, lat = _places(np.asarray(content), spans, offsets)
        missing = lon == _MISSING
        degrees = [np.where(missing, np.nan, part / 1e7) for part in (lon, lat)]
        way = np.array(self.way, dtype=np.int64)
        return Extract(way, self.kept, offsets, ref, degrees[0], degrees[1], self.nodes, self.restrictions)

    def _way(self, line: bytes, end: int) -> None:
        """Read a line whose newline stands at a place of the text."""
        number, tags, nodes = line.split(b" ")
        kept = self.decided.get(tags, self)
        if kept is self:
            kept = self._decide(tags)
        if kept is not None and len(nodes) > 2:
            self.way.append(int(number[1:]))
            self.kept.append(kept)
            self.spans.append((end - len(nodes) + 2, end, nodes.count(b",") + 1))

    def _decide(self, tags: bytes) -> object | None:
        told = _tags(tags[1:], self.keys)
        key = tuple(told.items())
        if key not in self.alike:
            self.alike[key] = self.keep(told)
        self.decided[tags] = self.alike[key]
        return self.decided[tags]

    def _relation(self, line: bytes) -> None:
        number, tags, members = line.decode().rstrip("\n").split(" ")
        parts = [member.partition("@")[::2] for member in members[1:].split(",") if member]
        told = dict(_pair(pair) for pair in tags[1:].split(","))
        self.restrictions.append(Relation(int(number[1:]), told, [(one, _plain(role)) for one, role in parts]))


def _tags(text: bytes, keys: frozenset[bytes]) -> dict[str, str]:
    pairs = (pair.partition(b"=") for pair in text.split(b","))
    return {key.decode(): _plain(value.decode()) for key, _, value in pairs if key in keys}


def _pair(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return _plain(key), _plain(value)


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "%" in text else text


_MISSING = np.int64(2**62)


@compiled
def _number(content: npt.NDArray[np.uint8], at: int, end: int) -> tuple[int, int, int, int]:
    """Return a decimal number at a place of a text: its digits, how many follow the point, how many in all, its end."""
    sign, value, decimals, digits, after_point = 1, 0, 0, 0, 0
    while at < end:
        letter = content[at]
        if _ZERO <= letter <= _NINE:
            value = value * 10 + (letter - _ZERO)
            digits += 1
            decimals += after_point
        elif letter == _MINUS:
            sign = -1
        elif letter == _POINT:
            after_point = 1
        else:
            break
        at += 1
    return sign * value, decimals, digits, at


@compiled
def _places(content: npt.NDArray[np.uint8], spans: I64, offsets: I64) -> tuple[I64, I64, I64]:
    """Return numbers and places (1e-7 degrees) of nodes written as ``n1x14.5y35.9,n2xy``; `_MISSING` for none."""
    count = offsets[-1]
    ref, lon, lat = np.zeros(count, np.int64), np.full(count, _MISSING), np.full(count, _MISSING)
    for way in range(spans.shape[0]):
        at, end, position = spans[way, 0], spans[way, 1], offsets[way]
        while at < end and position < offsets[way + 1]:
            ref[position], _, _, at = _number(content, at + 1, end)
            if at < end and content[at] == _X:
                x, decimals, digits, at = _number(content, at + 1, end)
                y, lower, _, at = _number(content, at + 1, end)
                if digits > 0:
                    lon[position] = x * 10 ** (7 - decimals)
                    lat[position] = y * 10 ** (7 - lower)
            while at < end and content[at] != _COMMA:
                at += 1
            at += 1
            position += 1
    return ref, lon, lat
