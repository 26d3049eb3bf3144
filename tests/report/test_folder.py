"""An output folder that appears whole or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from planner.errors import OutputError
from planner.report import swap
from planner.report.folder import replaced_folder
from tests.disks import disk, read_only, small_files


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


def _refuse_moving(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Let the system have no exchange in one step, and refuse to move a folder, as Windows does with open files."""
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if what in self.name:
            raise PermissionError(errno.EACCES, "The process cannot access the file because it is in use", str(self))
        return rename(self, target)

    monkeypatch.setattr(swap, "exchanged", lambda _one, _other: False)
    monkeypatch.setattr(Path, "rename", refuse)


@pytest.mark.parametrize("what", [".partial-", "out"])
def test_old_one_stays_when_it_is_open_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """If the new folder cannot take the place, or the old one cannot be moved: one sentence, the old one stands."""
    out = _earlier(tmp_path / "out")
    _refuse_moving(monkeypatch, what)
    with pytest.raises(OutputError, match="close programs that use it") as caught, replaced_folder(out) as folder:
        (folder / "run.json").touch()
    assert "\n" not in str(caught.value)
    assert (out / "run.json").read_text(encoding="utf-8") == "old"
    assert _names(tmp_path) == ["out"]


def test_reader_of_the_old_one_is_not_disturbed(tmp_path: Path) -> None:
    """Who has the old map open reads on to its end; the new output is whole all the same."""
    out = _earlier(tmp_path / "out")
    (out / "map.html").write_text("old map", encoding="utf-8")
    with (out / "map.html").open(encoding="utf-8") as reader:
        assert reader.read(3) == "old"
        with replaced_folder(out) as folder:
            (folder / "map.html").write_text("new map", encoding="utf-8")
            (folder / "run.json").touch()
        assert reader.read() == " map"
    assert (out / "map.html").read_text(encoding="utf-8") == "new map"
    assert _names(tmp_path) == ["out"]


@pytest.mark.parametrize("limit", ["disk", "size"])
def test_full_disk(tmp_path: Path, limit: str) -> None:
    """On a disk of 1 MB, or under a limit on the size of files: one sentence, the earlier output, nothing else."""
    with disk(tmp_path / "disk", "size=1m") if limit == "disk" else small_files(500_000):
        folder = tmp_path / "disk" / "一 二"
        folder.mkdir(parents=True)
        out = _earlier(folder / "out")
        with pytest.raises(OutputError, match="found a full disk") as caught, replaced_folder(out) as partial:
            (partial / "map.html").write_bytes(bytes(2_000_000))
        assert "\n" not in str(caught.value)
        assert (out / "run.json").read_text(encoding="utf-8") == "old"
        assert _names(folder) == ["out"]


def test_read_only_folder(tmp_path: Path) -> None:
    """A place that is closed to us is told in one sentence."""
    (tmp_path / "closed").mkdir()
    with read_only(tmp_path / "closed"), pytest.raises(OutputError, match="to be writable") as caught:  # noqa: SIM117
        with replaced_folder(tmp_path / "closed" / "out"):
            pass
    assert "\n" not in str(caught.value)


def test_a_failure_without_a_number_stays_what_it_is(tmp_path: Path) -> None:
    """Where there is room, what GDAL says is told, in one line and not a page of it."""
    with pytest.raises(OutputError, match="found no such table") as caught, replaced_folder(tmp_path / "out"):
        raise OSError("no such\n table" + " and so on" * 1000)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600
    assert _names(tmp_path) == []
