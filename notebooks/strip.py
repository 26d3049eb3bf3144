"""Take outputs and execution counts out of the notebooks, as they are kept. Run it before a commit."""

from __future__ import annotations

from pathlib import Path

import nbformat


def strip(path: Path) -> None:
    """Rewrite one notebook without what its last execution left."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        cell.metadata = {}
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for each in sorted(Path(__file__).parent.glob("*.ipynb")):
        strip(each)
