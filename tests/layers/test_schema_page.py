from __future__ import annotations

from planner.layers.schema import schema
from planner.layers.schema_page import page
from planner.layers.template import LAYERS
from tests.conftest import CHECKOUT


def test_the_page_is_what_the_schemas_say() -> None:
    """docs/layers.md is made from the schemas: python -m planner.layers.schema_page > docs/layers.md."""
    assert (CHECKOUT / "docs" / "layers.md").read_text("utf-8") == page()


def test_every_column_is_on_the_page() -> None:
    """No table and no column is left out."""
    text = page()
    for layer, table in LAYERS.items():
        assert f"## {layer} · " in text
        assert all(f"| `{column.name}` |" in text for column in schema(table).columns)
