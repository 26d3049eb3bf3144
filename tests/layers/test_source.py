from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import InputError
from planner.layers import DemandSource, LayerSource


def test_name_is_file_and_layer() -> None:
    """Faults call a layer by its file, and by its layer in it where one is given."""
    assert LayerSource(path=Path("a/b.csv")).name == "b.csv"
    assert LayerSource(path=Path("a/b.gpkg"), layer="roads").name == "b.gpkg:roads"
    assert (
        LayerSource(path=Path("a/b.osm.pbf"), osm={"amenity": "school", "name": True}).name == "b.osm.pbf:amenity,name"
    )


@pytest.mark.parametrize("key", ["values", "where", "osm"])
def test_nested_values_are_refused(key: str) -> None:
    """A table where a value is wanted is one sentence, for each such value."""
    with pytest.raises(InputError) as caught:
        LayerSource(path=Path("a.csv"), **{key: {"a": {"b": 1}, "c": [[]]}})
    assert len(caught.value.faults) == 2
    assert all(one.startswith("expected ") and ", found " in one for one in caught.value.faults)


def test_lists_are_for_choosing_only() -> None:
    """A constant has one value; a filter may have several."""
    assert LayerSource(path=Path("a.csv"), where={"a": [1, 2]}).where == {"a": [1, 2]}
    with pytest.raises(InputError, match="found a list"):
        LayerSource(path=Path("a.csv"), values={"a": [1, 2]})


@pytest.mark.parametrize("groups", [(), ("people", "people")])
def test_groups_are_named_once(groups: tuple[str, ...]) -> None:
    """A population without groups, or with one twice, is refused."""
    with pytest.raises(InputError, match="each group of people once"):
        DemandSource(path=Path("a.csv"), groups=groups)
