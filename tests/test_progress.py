"""Progress on stderr, in a terminal and elsewhere."""

from __future__ import annotations

import sys

import pytest

from planner.progress import shown_progress


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In a terminal one bar names the part that runs, solver stages included, and ends at 100 %."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with shown_progress("zh") as progress:
        progress("siting", 0.5)
        progress("2030.cost", 0.5)
        progress("done", 1.0)
    assert "100%" in capsys.readouterr().err


def test_elsewhere_each_part_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Each part is named once, in the language of messages; stages within a part are left out."""
    with shown_progress("zh") as progress:
        for part in ("siting", "2030.cost", "siting"):
            progress(part, 0.5)
    with shown_progress("en") as progress:
        progress("siting", 0.5)
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("· ")
    assert first != second == "· siting"
