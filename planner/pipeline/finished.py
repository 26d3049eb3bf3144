"""Finished stages: kept beside OUT until a run is whole, so that an interrupted one goes on where it was."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from planner.network import Nearest, NetworkSettings, Reach, Reaches, ReachKey, ReachLabel
from planner.packed_file import DAMAGE, read_packed, write_packed
from planner.packing import Packed, fingerprint, pack, unpack
from planner.siting import Plan, Stage
from planner.solver import Program, Solution, Status, Stop, minimise

_KINDS = (Nearest, Plan, Reach, ReachKey, ReachLabel, Reaches, Solution, Stage, Status)
KINDS: dict[str, type] = {kind.__name__: kind for kind in _KINDS}
"""What a stage may leave."""

_LIBRARIES = ("highspy", "numba", "numpy", "pandas", "scipy", "shapely")

_T = TypeVar("_T")


class Finished:
    """The finished stages of a run.

    Each lies in a file named by the content that it was computed from: the values it read, the planner's own
    code and the libraries beneath it. So a stage is taken up again only where computing it again would give the
    same; anything that cannot be read is computed again. Files appear whole or not at all.

    Parameters
    ----------
    folder
        Where they are kept; made when the first one is. None keeps nothing.

    Attributes
    ----------
    resumed
        Names of the stages that were taken up, in order.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.resumed: list[str] = []

    def once(self, stage: str, inputs: object, compute: Callable[[], _T]) -> _T:
        """Return what a stage gives: from an earlier run that finished it, or computed now and kept.

        Parameters
        ----------
        stage
            Its name.
        inputs
            Everything that the answer depends on; see `planner.packing.pack` for what it may be.
        compute
            Gives the answer; of `KINDS` and what `pack` takes.
        """
        if self._folder is None:
            return compute()
        path = self._folder / f"{stage}-{fingerprint([code_fingerprint(), stage, inputs])}.zip"
        found = _read(path)
        if found is not None:
            self.resumed.append(stage)
            return found  # type: ignore[return-value]
        answer = compute()
        _keep(path, pack(answer))
        return answer

    def minimise(
        self,
        program: Program,
        costs: npt.NDArray[np.float64],
        *,
        start: npt.NDArray[np.float64] | None = None,
        stop: Stop | None = None,
        seed: int = 0,
    ) -> Solution:
        """Do what `planner.solver.minimise` does, once."""
        return self.once(
            "solve",
            [program, costs, start, stop, seed],
            lambda: minimise(program, costs, start=start, stop=stop, seed=seed),
        )

    def clear(self) -> None:
        """Take all of them away: the run is whole."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def beside(out: Path | str | None) -> Path | None:
    """Return where the finished stages of a run into `out` are kept; None where nothing is written."""
    if out is None:
        return None
    target = Path(out).resolve()
    return target.with_name(f".{target.name}.stages")


def without_threads(settings: NetworkSettings) -> NetworkSettings:
    """Return settings that differ only where results do."""
    return replace(settings, threads=1)


@cache
def code_fingerprint() -> str:
    """Return the SHA-256 of the planner's own code and the versions of the libraries that compute."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    digest.update(json.dumps([[name, version(name)] for name in _LIBRARIES]).encode())
    return digest.hexdigest()


def _read(path: Path) -> object:
    """Return what a file holds; None where there is none, or none that can be read."""
    try:
        _, packed = read_packed(path)
        return unpack(packed, KINDS)
    except (OSError, *DAMAGE):
        return None


def _keep(path: Path, packed: Packed) -> None:
    """Write a file, whole or not at all. A disk without room keeps nothing: the run itself goes on."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_packed(path, packed)
