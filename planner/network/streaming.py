"""Reaches larger than memory: rows are written to Parquet parts as they are computed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from planner.errors import NetworkError, OutputError, fault
from planner.network.bounded import Part, bounded_parts, bounded_work, joined
from planner.network.reach import Reach, ReachLabel, TargetKind
from planner.network.reach_files import FORMAT, load_reach, save_reach
from planner.network.router import Points, Router

_MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReach:
    """A reach in Parquet parts on disk, each of them some consecutive rows; all have the same columns.

    Attributes
    ----------
    folder
        Holds the parts.
    parts
        Names of their files, in the order of the rows.
    """

    folder: Path
    parts: tuple[str, ...]

    def __iter__(self) -> Iterator[Reach]:
        """Yield the parts one after the other."""
        for name in self.parts:
            yield load_reach(self.folder / name)


def streamed_reach(  # noqa: PLR0913 - one option more than usual, all of them named
    router: Router,
    places: Points,
    targets: Points,
    *,
    cutoff: int,
    folder: Path | str,
    budget_mib: float = 1024.0,
    executor: Executor | None = None,
    service: str = "",
    kind: TargetKind = "demand",
) -> Reach | StoredReach:
    """Return all costs up to a cutoff: in memory up to a budget, beyond it in Parquet parts in a folder.

    Parameters
    ----------
    router
        Roads by mode, cost and direction.
    places, targets
        Rows and columns.
    cutoff
        Largest cost held; millimetres or milliseconds.
    folder
        Where the parts go, if there are any. It must not exist; it appears whole or not at all.
    budget_mib
        MiB of costs and columns that are held at one time, 8 bytes a pair.
    executor
        Computes blocks of places instead of the router's threads.
    service, kind
        For the label.

    Raises
    ------
    NetworkError
        If the cutoff or the budget is not possible.
    OutputError
        If the folder exists already.
    """
    folder = Path(folder)
    if budget_mib <= 0:
        raise NetworkError(fault("a budget above 0 MiB", str(budget_mib), "correct it"))
    if folder.exists():
        raise OutputError(fault("a folder that is not there yet", folder.name, "choose another or remove it"))
    here, there = router.attach(places), router.attach(targets)
    work = bounded_work(router.roads, here, there, cutoff)
    label = ReachLabel(router.key, kind, service)
    rows = bounded_parts(work, router.roads.desks, threads=router.settings.thread_count, executor=executor)
    spool = _Spool(label, cutoff, here.ids, there.ids, folder.with_name(f".{folder.name}.unfinished"))
    try:
        for part in rows:
            spool.add(part)
            if spool.held_bytes > budget_mib * _MIB:
                spool.write()
        if not spool.names:
            return joined(label, here.ids, there.ids, cutoff, spool.held)
        spool.write()
        spool.folder.rename(folder)
    finally:
        shutil.rmtree(spool.folder, ignore_errors=True)
    return StoredReach(folder=folder, parts=tuple(spool.names))


def open_reach(folder: Path | str) -> StoredReach:
    """Return a reach in parts that `streamed_reach` wrote.

    Raises
    ------
    NetworkError
        If the folder does not hold one.
    """
    folder = Path(folder)
    try:
        about = json.loads((folder / "parts.json").read_text(encoding="utf-8"))
        if about["format"] == FORMAT:
            return StoredReach(folder=folder, parts=tuple(about["parts"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise NetworkError(fault("a folder of parts of a reach", folder.name, "give one that streamed_reach wrote"))


class _Spool:
    """Rows that wait to be written, and what has been written."""

    def __init__(
        self, label: ReachLabel, cutoff: int, place_ids: pd.Index, target_ids: pd.Index, folder: Path
    ) -> None:  # fmt: skip
        self.label, self.cutoff, self.place_ids, self.target_ids, self.folder = (
            label, cutoff, place_ids, target_ids, folder,
        )  # fmt: skip
        self.held: list[Part] = []
        self.held_bytes = 0
        self.names: list[str] = []
        self._written = 0

    def add(self, part: Part) -> None:
        """Take some rows."""
        self.held.append(part)
        self.held_bytes += part[1].nbytes + part[2].nbytes

    def write(self) -> None:
        """Write what is held as one part."""
        if not self.held:
            return
        self.folder.mkdir(exist_ok=True)
        count = sum(len(part[0]) for part in self.held)
        ids = self.place_ids[self._written : self._written + count]
        name = f"part-{len(self.names):05d}.parquet"
        save_reach(joined(self.label, ids, self.target_ids, self.cutoff, self.held), self.folder / name)
        self.names.append(name)
        self._written += count
        self.held_bytes = 0
        about = json.dumps({"format": FORMAT, "parts": self.names})
        (self.folder / "parts.json").write_text(about, encoding="utf-8")
