"""The notebooks: kept without outputs, only public names, and every cell runs."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import planner

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
ALLOWED_S = 180
by_name = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code(path: Path) -> str:
    """Return all code of a notebook."""
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


def test_there_are_notebooks() -> None:
    """The folder holds at least the first study."""
    assert "01_first_study" in [path.stem for path in NOTEBOOKS]


@by_name
def test_kept_without_outputs(path: Path) -> None:
    """No cell keeps an output or a number of execution, and the file is valid."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@by_name
def test_only_public_names(path: Path) -> None:
    """A notebook imports the package as ``pl`` and uses nothing of it that is not in ``__all__``."""
    tree = ast.parse(code(path))
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    ours = [ast.unparse(node) for node in imported if "planner" in ast.unparse(node)]
    assert ours == ["import planner as pl"]
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "pl"
    }
    assert used <= set(planner.__all__)


@pytest.mark.slow
@by_name
def test_every_cell_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell runs from an empty folder, without a warning printed, in under three minutes."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    folder = tmp_path / "empty"
    folder.mkdir()
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=ALLOWED_S, kernel_name="python3", resources={"metadata": {"path": folder}}
    )
    start = time.perf_counter()
    client.execute()
    assert time.perf_counter() - start < ALLOWED_S
    printed = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [output.text for output in printed if output.get("name") == "stderr"] == []
