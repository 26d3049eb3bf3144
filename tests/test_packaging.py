"""What is shipped: the wheel, the pinned libraries, the reasons for them."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

PIN = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)", re.MULTILINE)
LEFT = re.compile(
    r"__pycache__|\.py[co]$|\.nb[ic]$|(^|/)(out|demo-out|dist|build)/|\.(partial|old)-\d|_cache/|\.stages"
)
"""What runs, builds and tools leave behind."""
ROW = re.compile(r"^\| ([A-Za-z0-9-]+) \| .+ \| .+ \|$", re.MULTILINE)


def canonical(name: str) -> str:
    """Return the name of a distribution as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: list[object]) -> list[str]:
    """Return the names in a list of requirements."""
    return [canonical(re.split(r"[<>=~! ]", text)[0]) for text in requirements if isinstance(text, str)]


def pins(path: Path) -> dict[str, str]:
    """Return name and version of each pinned distribution."""
    return {canonical(name): version for name, version in PIN.findall(path.read_text(encoding="utf-8"))}


@pytest.fixture(scope="module")
def project(checkout: Path) -> dict[str, object]:
    """Return pyproject.toml."""
    return tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, as pip would, without an index."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(checkout)]
    subprocess.run(command, check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


def test_wheel_holds_the_sample_and_nothing_else_of_the_checkout(wheel: Path) -> None:
    """The wheel holds the package and the sample's products under planner/, not its scripts, tests or sources."""
    with zipfile.ZipFile(wheel) as archive:
        listed = [name for name in archive.namelist() if ".dist-info/" not in name]
    assert all(name.startswith("planner/") for name in listed)
    sample = [name for name in listed if name.startswith("planner/sample_data/")]
    assert "planner/sample_data/study.toml" in sample
    assert not [name for name in sample if name.endswith(".py") or "/source/" in name]
    assert "planner/py.typed" in listed
    assert [name for name in listed if name.endswith(".csv") and name.startswith("planner/layers/")]


def test_sample_is_small(wheel: Path) -> None:
    """The sample in the wheel takes less than 8 MB on disk, so it can be committed and mailed."""
    with zipfile.ZipFile(wheel) as archive:
        sizes = [entry.file_size for entry in archive.infolist() if entry.filename.startswith("planner/sample_data/")]
    assert 0 < sum(sizes) < 8_000_000


def test_sdist_holds_what_the_tests_need(checkout: Path, tmp_path: Path) -> None:
    """The source distribution holds tests, sample with its scripts, notebooks, docs and examples."""
    command = [sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", str(tmp_path), str(checkout)]
    subprocess.run(command, check=True, capture_output=True)
    (made,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(made) as archive:
        files = {name.partition("/")[2] for name in archive.getnames()}
    held = {name.split("/")[0] for name in files}
    wanted = {
        "planner",
        "tests",
        "data",
        "notebooks",
        "docs",
        "examples",
        "benchmarks",
        "constraints-dev.txt",
        "README.md",
    }
    assert wanted <= held
    read = [path for folder in sorted(wanted) for path in (checkout / folder).rglob("*") if path.is_file()]
    needed = {path.relative_to(checkout).as_posix() for path in read}
    assert {name for name in needed if not LEFT.search(name)} <= files
    assert {name for name in held if name.startswith(".")} == {".ci", ".gitignore"}
    assert not [name for name in files if LEFT.search(name)]


@pytest.mark.parametrize("name", ["constraints.txt", "constraints-dev.txt"])
def test_pins_name_no_host_and_no_machine(checkout: Path, name: str) -> None:
    """Every pin has hashes; no index, address or path of a machine stands in the file."""
    text = (checkout / name).read_text(encoding="utf-8")
    assert not re.findall(r"://|--index|--find-links|--trusted|/home/|/root/|/tmp/| @ ", text)
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)[1:]
    assert len(blocks) == len(pins(checkout / name))
    assert all("--hash=sha256:" in block for block in blocks)


def test_pins_cover_what_is_declared(checkout: Path, project: dict[str, object]) -> None:
    """All that pyproject.toml asks for is pinned, in both files alike, and what builds the package too."""
    run, dev = pins(checkout / "constraints.txt"), pins(checkout / "constraints-dev.txt")
    assert set(names(project["project"]["dependencies"])) <= set(run)
    assert set(names(project["dependency-groups"]["dev"])) <= set(dev)
    assert "hatchling" in run
    assert run.items() <= dev.items()


def test_every_library_has_its_reason_and_licence(checkout: Path, project: dict[str, object]) -> None:
    """docs/decisions/0003 names exactly the libraries of pyproject.toml."""
    page = (checkout / "docs" / "decisions" / "0003-dependencies.md").read_text(encoding="utf-8")
    run, _, dev = page.partition("For those who change the planner")
    groups = project["dependency-groups"]
    listed = {canonical(name) for name in ROW.findall(run)} - {"library"}
    assert listed == set(names(project["project"]["dependencies"]))
    listed = {canonical(name) for name in ROW.findall(dev)} - {"tool"}
    assert listed == set(names([*groups["dev"], *groups["build"]]))


def test_contributing_draws_the_rooms_of_the_import_contract(checkout: Path, project: dict[str, object]) -> None:
    """The drawing in CONTRIBUTING.md names the rooms in the order that import-linter keeps."""
    contract = project["tool"]["importlinter"]["contracts"][0]
    rooms = [room for layer in contract["layers"] for room in layer.split(" | ")]
    drawing = (checkout / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("planner/\n")[2].partition("```")[0]
    drawn = re.findall(r"(?:^  |· )([a-z_]+)(?:\.py|/)", drawing, re.MULTILINE)
    assert drawn == rooms
