"""A run that is interrupted at any moment leaves OUT as it was, and the next one goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.little import STUDY
from tests.pipeline.test_finished import written

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork to start runs quickly")

MOMENTS = 24

STRIKER = """
import json, os, signal, sys, tempfile, time
from planner import read_study, run
from planner.cli import main

with tempfile.TemporaryDirectory() as elsewhere:  # imports and compiled searches are inherited by every run below
    run(read_study(sys.argv[1]), out=elsewhere + "/out")
for line in sys.stdin:
    study, out, number, delay = json.loads(line)
    child = os.fork()
    if child == 0:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1), os.dup2(quiet, 2)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored, if these tests run in the background
        main(["run", study, "-o", out])
    begun = time.perf_counter()
    if number:
        time.sleep(delay)
        os.kill(child, number)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), time.perf_counter() - begun, child, flush=True)
"""


class Ended(NamedTuple):
    """How a run ended: its exit code (minus the signal that killed it), its seconds, the number of its process."""

    code: int
    seconds: float
    process: int


class Striker:
    """Starts runs, each in a process of its own, and sends each a signal after a while."""

    def __init__(self, study: Path) -> None:
        command = [sys.executable, "-c", STRIKER, str(study)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, study: Path, out: Path, number: int = 0, delay_s: float = 0.0) -> Ended:
        """Run a study; send the signal (0: none) after a delay."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(study), str(out), number, delay_s]) + "\n")
        self._process.stdin.flush()
        code, seconds, process = self._process.stdout.readline().split()
        return Ended(int(code), float(seconds), int(process))

    def end(self) -> None:
        """Stop the process that starts them."""
        self._process.communicate(timeout=30)


@pytest.fixture
def striker(tmp_path: Path) -> Iterator[Striker]:
    """Return what starts runs and strikes them."""
    striker = Striker(written(tmp_path / "study"))
    yield striker
    striker.end()


def content(folder: Path, *, only: str = "**/*") -> str:
    """Return one hash of all files of a folder, names included."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob(only)):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def test_any_moment(tmp_path: Path, striker: Striker) -> None:
    """SIGINT, SIGTERM and SIGKILL at 24 random moments lose nothing and leave nothing half-written.

    OUT is the previous one or, struck after the end, the new one, whole. Beside it stand only hidden files; what is
    half-written among them is that of a killed process. The run after that gives what an undisturbed one gives, and
    tidies up.
    """
    study, out, reference = tmp_path / "study/study.toml", tmp_path / "out", tmp_path / "reference"
    written(study.parent, study=STUDY.replace("[2026, 2027]", "[2026]"))
    assert striker.run(study, out).code == 0
    previous = content(out)
    written(study.parent)
    inputs = content(study.parent)
    usual = striker.run(study, reference).seconds
    tables, names = content(reference, only="tables/*"), {path.name for path in reference.iterdir()}
    assert content(out, only="tables/*") != tables

    chance = random.Random(2018)
    killed, interrupted = set(), 0
    for turn in range(MOMENTS):
        number = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)[turn % 3]
        ended = striker.run(study, out, number, chance.uniform(0.0, usual))
        assert ended.code in {0, 130, -signal.SIGKILL, -signal.SIGINT, -signal.SIGTERM}
        interrupted += ended.code != 0
        killed |= {str(ended.process)} if ended.code < 0 else set()
        if content(out) != previous:
            assert content(out, only="tables/*") == tables
            assert {path.name for path in out.iterdir()} == names
            previous = content(out)
        beside = {path.name for path in tmp_path.iterdir()} - {"study", "reference", "out", ".out.stages"}
        assert all(name.startswith(".out.") and name.rpartition("-")[2] in killed for name in beside)
    assert interrupted >= MOMENTS // 2

    assert striker.run(study, out).code == 0
    assert content(out, only="tables/*") == tables
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "reference", "study"]
    assert content(study.parent) == inputs
