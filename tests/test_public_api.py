"""The public names: listed once, found, and costing nothing until used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import planner


@pytest.mark.parametrize("name", planner.__all__)
def test_every_public_name_is_found(name: str) -> None:
    """Each name of ``__all__`` is an object of the room it is listed under."""
    value = getattr(planner, name)
    assert value is not None
    assert callable(value) or isinstance(value, type)
    assert getattr(value, "__doc__", None), f"{name} has no docstring"


def test_names_are_sorted_and_shown_to_tools(checkout: Path) -> None:
    """``__all__`` is sorted, and the imports that editors and type checkers read name exactly the same."""
    tree = ast.parse((checkout / "planner" / "__init__.py").read_text(encoding="utf-8"))
    shown = {
        alias.asname: f"{node.module}:{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("planner.")
        for alias in node.names
    }
    assert list(planner.__all__) == sorted(planner.__all__)
    assert shown == planner._HOMES


def test_no_name_is_a_room() -> None:
    """No public name hides a room of the same name, whichever is imported first."""
    rooms = {path.stem for path in Path(planner.__file__).parent.iterdir()}
    assert not rooms & set(planner.__all__)


def test_importing_costs_nothing() -> None:
    """``import planner`` imports no library at all."""
    code = "import sys; before = set(sys.modules); import planner; print(*(set(sys.modules) - before))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"numpy", "pandas", "click", "geopandas"} & set(printed.split())


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A misspelt name fails like on any module."""
    with pytest.raises(AttributeError, match="red_study"):
        _ = planner.red_study
