"""Finished stages are taken up by content, and by nothing else."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from pandas.testing import assert_frame_equal

from planner import run
from planner.errors import OutputError
from planner.packing import fingerprint
from planner.pipeline import finished as module
from planner.pipeline.finished import Finished, beside
from planner.siting import solve
from planner.solver import Program, minimise
from planner.study import read_study
from tests.little import FILES, STUDY


def written(folder: Path, files: Mapping[str, str] = FILES, study: str = STUDY) -> Path:
    """Write the little study."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "study.toml").write_text(study, "utf-8")
    return folder / "study.toml"


class Counted:
    """Computes, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> list[int]:
        """Compute."""
        self.times += 1
        return [1, 2]


def test_a_stage_is_computed_once(tmp_path: Path) -> None:
    """The second run takes up what the first one finished, and says so."""
    compute = Counted()
    assert Finished(tmp_path / "kept").once("reach", ["a", 1], compute) == [1, 2]
    second = Finished(tmp_path / "kept")
    assert second.once("reach", ["a", 1], compute) == [1, 2]
    assert (compute.times, second.resumed) == (1, ["reach"])


def test_other_content_is_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another stage, another input and other code of the planner are each computed anew."""
    compute, kept = Counted(), Finished(tmp_path / "kept")
    kept.once("reach", ["a", 1], compute)
    kept.once("siting", ["a", 1], compute)
    kept.once("reach", ["a", 2], compute)
    monkeypatch.setattr(module, "code_fingerprint", lambda: "changed")
    kept.once("reach", ["a", 1], compute)
    assert compute.times == 4
    assert kept.resumed == []


@pytest.mark.parametrize("damage", ["cut", "empty", "garbage", "flipped"])
def test_a_damaged_file_is_computed_again(tmp_path: Path, damage: str) -> None:
    """A file that was cut, emptied or altered is never believed."""
    array = np.arange(1000)
    Finished(tmp_path / "kept").once("reach", 1, lambda: array)
    (path,) = (tmp_path / "kept").iterdir()
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(
        {"cut": whole[:middle], "empty": b"", "garbage": b"garbage" * 9,
         "flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]}[damage]
    )  # fmt: skip
    again = Finished(tmp_path / "kept")
    assert np.array_equal(again.once("reach", 1, lambda: array), array)
    assert again.resumed == []
    third = Finished(tmp_path / "kept")
    assert np.array_equal(third.once("reach", 1, lambda: array), array)
    assert third.resumed == ["reach"]


def test_a_full_disk_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no room to keep a stage the run goes on, and nothing half-written is left."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(np.lib.format, "write_array", full)
    assert Finished(tmp_path / "kept").once("reach", 1, lambda: np.arange(2)).tolist() == [0, 1]
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_solve_is_resumed_bit_for_bit(tmp_path: Path) -> None:
    """The point of a program, its objective and its bound come back as the solver gave them."""
    program = Program(
        matrix=sp.csr_array(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]])),
        row_lower=np.ones(2),
        row_upper=np.full(2, np.inf),
        column_lower=np.zeros(3),
        column_upper=np.ones(3),
        integer=np.ones(3, dtype=bool),
    )
    costs = np.array([2.0, 3.0, 2.0])
    plainly = minimise(program, costs)
    for resumed in (0, 1):
        kept = Finished(tmp_path / "kept")
        assert fingerprint(kept.minimise(program, costs)) == fingerprint(plainly)
        assert len(kept.resumed) == resumed


def test_a_run_that_failed_at_the_end_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a full disk in the report the next run takes up reach and siting, gives the same plan, and tidies up."""
    study = read_study(written(tmp_path / "study"))
    reference = run(study)
    with monkeypatch.context() as patch:

        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, "no space left")

        patch.setattr("planner.report.geopackage.gpd.GeoDataFrame.to_file", full)
        with pytest.raises(OutputError, match="full disk"):
            run(study, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    outcome = run(study, out=tmp_path / "out")
    assert outcome.record["resumed"] == {"reach": 1, "siting": 1}
    assert_frame_equal(outcome.plan.options, reference.plan.options)
    assert_frame_equal(outcome.plan.causes, reference.plan.causes)
    assert_frame_equal(outcome.plan.effects, reference.plan.effects)
    assert_frame_equal(outcome.findings_after, reference.findings_after)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "study"]


@pytest.mark.parametrize("changed", ["people.csv", "sites.csv", "facilities.csv", "study.toml"])
def test_a_changed_layer_is_measured_anew(tmp_path: Path, changed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a layer or the study changed since the interruption, nothing that read it is taken up."""
    monkeypatch.setattr(Finished, "clear", lambda _: None)
    run(read_study(written(tmp_path)), out=tmp_path / "out")
    path = tmp_path / changed
    texts = {"people.csv": (",50", ",51"), "sites.csv": ("121.75", "121.751"), "facilities.csv": ("121.65", "121.651"),
             "study.toml": ("years = [2026, 2027]", "years = [2026, 2028]")}  # fmt: skip
    path.write_text(path.read_text("utf-8").replace(*texts[changed]), "utf-8")
    study = read_study(tmp_path / "study.toml")
    outcome = run(study, out=tmp_path / "out")
    assert not {"reach", "siting"} & set(outcome.record["resumed"])
    assert_frame_equal(outcome.plan.options, run(study).plan.options)


def test_nothing_is_kept_without_an_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that writes no report leaves no file at all."""
    study = read_study(written(tmp_path / "study"))
    monkeypatch.chdir(tmp_path)
    assert beside(None) is None
    assert run(study).plan.status == "optimal"
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def test_siting_takes_any_solver(tmp_path: Path) -> None:
    """Siting solves through the function it is given, so that keeping answers needs no knowledge of siting."""
    from planner.pipeline import present_situation, read_inputs, read_rules, siting_problem, study_options

    study = read_study(written(tmp_path))
    inputs, rules = read_inputs(study), read_rules(study)
    options = study_options(study, inputs)
    problem = siting_problem(study, inputs, rules, present_situation(study, inputs, rules, options), options)
    kept = Finished(tmp_path / "kept")
    plan = solve(problem, minimise=kept.minimise)
    again = Finished(tmp_path / "kept")
    assert_frame_equal(solve(problem, minimise=again.minimise).options, plan.options)
    assert len(again.resumed) == len(list((tmp_path / "kept").iterdir()))
