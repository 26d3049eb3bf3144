"""Bad input at the command line: one sentence per fault, exit code 2, no traceback, OUT as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from planner.cli import WRONG_INPUT, main
from tests.little import FILES, STUDY

POLICY = """
[policy]
id = "own"
[[mandate]]
id = "kindergarten.township-central"
quote = "…"
section = "…"
strength = "hard"
lead_department = "…"
predicate = "COUNT_PER_UNIT"
service = "kindergarten"
unit_set = "townships"
where = { owner = "public" }
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a study that runs: two towns, one of them without a kindergarten, and a site there."""
    folder = tmp_path / "研究 一"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder / "study.toml"


def _leave(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return int(left.value.code or 0)


def test_the_little_study_runs_in_a_folder_with_spaces_and_chinese(study: Path, tmp_path: Path) -> None:
    """The study that the cases below spoil runs, closes its gap, and verifies, in a path with a space and Chinese."""
    out = tmp_path / "结果 out"
    assert _leave(["run", str(study), "-o", str(out)]) == 0
    assert _leave(["verify", str(out)]) == 0
    assert "met" in (out / "tables" / "findings_after.csv").read_text("utf-8-sig")
    assert len((out / "tables" / "plan_options.csv").read_text("utf-8-sig").splitlines()) == 2


def _without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _changed(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")

    return change


def _own_policy(folder: Path) -> None:
    """Give the study a policy file of its own."""
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    _changed("study.toml", 'policy = "dazhengfa-2018-28"', 'policy = "policy.toml"')(folder)


def _own_policy_with(old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        _own_policy(folder)
        _changed("policy.toml", old, new)(folder)

    return change


CASES: dict[str, tuple[Callable[[Path], None], str]] = {
    "missing file": (_without("people.csv"), "people.csv"),
    "wrong column": (_changed("facilities.csv", "service", "servise"), "service"),
    "no CRS": (
        _changed("study.toml", 'path = "people.csv"\ncrs = "EPSG:4326"', 'path = "people.csv"'),
        "datum",
    ),
    "swapped lon/lat": (
        _changed(
            "study.toml",
            'path = "people.csv"\ncrs = "EPSG:4326"\nx = "lon"\ny = "lat"',
            'path = "people.csv"\ncrs = "EPSG:4326"\nx = "lat"\ny = "lon"',
        ),
        "swap",
    ),
    "empty layer": (_changed("people.csv", "d1,121.64,39.04,100\nd2,121.74,39.06,50\n", ""), "people.csv"),
    "typo in the study": (_changed("study.toml", "base_year", "base_yaer"), "base_year"),
    "negative people": (_changed("people.csv", "39.04,100", "39.04,-100"), "people"),
    "option by a column that nobody has": (
        _changed(
            "study.toml",
            'action = "build"',
            'action = "upgrade"\nservice = "kindergarten"\nwhere = { ranks = "x" }\nset = { rank = "central" }\n'
            'cost_yuan = 1\n[[siting.options]]\nid = "other"\naction = "build"',
        ),
        "'rank' is near",
    ),
    "mandate by a column that nobody has": (
        _own_policy_with("owner =", "eigentum ="),
        "'eigentum'",
    ),
    "unknown policy": (_changed("study.toml", "dazhengfa-2018-28", "dazhengfa-2018-29"), "dazhengfa-2018-28"),
    "unknown mandate": (_changed("study.toml", "township-central", "township-centre"), "township-centre"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_one_sentence(case: str, study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each fault leaves with 2 and tells expected, found and what to do; no traceback, and OUT is as it was."""
    spoil, word = CASES[case]
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_text("{}", encoding="utf-8")
    spoil(study.parent)
    assert _leave(["--language", "en", "run", str(study), "-o", str(out)]) == WRONG_INPUT
    told = capsys.readouterr().err
    sentences = [line for line in told.splitlines() if line.startswith("error: ")]
    assert sentences
    for sentence in sentences:
        assert "expected" in sentence
        assert "found" in sentence
    assert any(word in sentence for sentence in sentences)
    assert "Traceback" not in told
    assert (out / "run.json").read_text("utf-8") == "{}"
    assert [path.name for path in out.iterdir()] == ["run.json"]
    assert not list(tmp_path.glob(".*partial*"))
