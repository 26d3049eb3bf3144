"""An output folder that appears whole or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from planner.errors import OutputError
from planner.report.folder import replaced_folder


def _earlier(folder: Path) -> Path:
    """Make an earlier output."""
    folder.mkdir()
    (folder / "run.json").write_text("old", encoding="utf-8")
    return folder


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_new_folder_appears_at_the_end(tmp_path: Path) -> None:
    """Nothing stands at OUT until everything is written; missing parents are made."""
    out = tmp_path / "结果 目录" / "out"
    with replaced_folder(out) as folder:
        (folder / "run.json").write_text("new", encoding="utf-8")
        assert not out.exists()
    assert (out / "run.json").read_text(encoding="utf-8") == "new"
    assert _names(out.parent) == ["out"]


def test_earlier_output_replaced(tmp_path: Path) -> None:
    """An earlier output is replaced whole, files that are no longer written with it."""
    out = _earlier(tmp_path / "out")
    (out / "left over.csv").touch()
    with replaced_folder(out) as folder:
        (folder / "run.json").write_text("new", encoding="utf-8")
    assert _names(out) == ["run.json"]
    assert _names(tmp_path) == ["out"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ZeroDivisionError])
def test_failure_leaves_the_old_one(tmp_path: Path, failure: type[BaseException]) -> None:
    """Whatever goes wrong half-way, the earlier output stays and nothing half-written is left."""
    out = _earlier(tmp_path / "out")
    with pytest.raises(failure), replaced_folder(out) as folder:  # noqa: PT012 - what is written before it matters
        (folder / "run.json").write_text("half", encoding="utf-8")
        raise failure
    assert (out / "run.json").read_text(encoding="utf-8") == "old"
    assert _names(tmp_path) == ["out"]


def test_failure_removes_parents_it_made(tmp_path: Path) -> None:
    """A failed first run leaves no empty folders behind."""
    with pytest.raises(ZeroDivisionError), replaced_folder(tmp_path / "a" / "b" / "out"):
        raise ZeroDivisionError
    assert _names(tmp_path) == []


def test_foreign_folder_refused(tmp_path: Path) -> None:
    """A folder with other people's files is not replaced."""
    out = tmp_path / "photos"
    out.mkdir()
    (out / "holiday.jpg").touch()
    with pytest.raises(OutputError, match=r"no run\.json"), replaced_folder(out):
        pass
    assert _names(out) == ["holiday.jpg"]


def test_empty_folder_accepted(tmp_path: Path) -> None:
    """An empty folder is taken."""
    (tmp_path / "out").mkdir()
    with replaced_folder(tmp_path / "out") as folder:
        (folder / "run.json").touch()
    assert _names(tmp_path / "out") == ["run.json"]


def test_file_refused(tmp_path: Path) -> None:
    """A file in the place of OUT is left alone."""
    (tmp_path / "out").touch()
    with pytest.raises(OutputError, match="expected a folder"), replaced_folder(tmp_path / "out"):
        pass


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "full disk"), (errno.EACCES, "to be writable"), (errno.EIO, "expected to write")],
)
def test_system_errors_in_one_sentence(tmp_path: Path, number: int, words: str) -> None:
    """A full disk, a closed door or a broken disk is told in one sentence, the earlier output untouched."""
    out = _earlier(tmp_path / "out")
    with pytest.raises(OutputError, match=words) as caught, replaced_folder(out):
        raise OSError(number, "the system says no", str(out))
    assert "\n" not in str(caught.value)
    assert _names(tmp_path) == ["out"]


def test_old_one_comes_back_when_the_swap_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the new folder cannot take the place, the old one is put back."""
    out, rename = _earlier(tmp_path / "out"), Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if ".partial-" in self.name:
            raise PermissionError(errno.EACCES, "in use", str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OutputError, match="writable"), replaced_folder(out) as folder:
        (folder / "run.json").touch()
    assert (out / "run.json").read_text(encoding="utf-8") == "old"
    assert _names(tmp_path) == ["out"]
