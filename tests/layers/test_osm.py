from __future__ import annotations

from pathlib import Path

import osmium
import pytest

from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, read_source

STUDY = "EPSG:4550"
SQUARE = [(123.00, 39.00), (123.02, 39.00), (123.02, 39.02), (123.00, 39.02)]
INNER = [(123.005, 39.005), (123.015, 39.005), (123.015, 39.015), (123.005, 39.015)]


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """Return an extract.

    Node 1 a school, node 2 a clinic; way 10 a closed building, way 11 an open one, way 12 with a node that
    is not in the extract; relation 20 a school with a hole, relation 21 one whose member is missing.
    """
    path = tmp_path / "a.osm.pbf"
    writer = osmium.SimpleWriter(str(path))
    node, way, relation = osmium.osm.mutable.Node, osmium.osm.mutable.Way, osmium.osm.mutable.Relation
    writer.add_node(node(id=1, location=(123.01, 39.01), tags={"amenity": "school", "name": "一小", "ref": "R1"}))
    writer.add_node(node(id=2, location=(123.01, 39.01), tags={"amenity": "clinic"}))
    for number, place in enumerate([*SQUARE, *INNER], start=101):
        writer.add_node(node(id=number, location=place))
    writer.add_way(way(id=10, nodes=[101, 102, 103, 104, 101], tags={"building": "yes"}))
    writer.add_way(way(id=11, nodes=[101, 102, 103], tags={"building": "house"}))
    writer.add_way(way(id=12, nodes=[101, 102, 999, 101], tags={"building": "house"}))
    writer.add_way(way(id=13, nodes=[105, 106, 107, 108, 105]))
    school = {"type": "multipolygon", "amenity": "school"}
    writer.add_relation(relation(id=20, members=[("w", 10, "outer"), ("w", 13, "inner")], tags=school))
    writer.add_relation(relation(id=21, members=[("w", 98, "outer")], tags=school))
    writer.close()
    return path


def _read(path: Path, tags: dict[str, object], log: FaultLog, **settings: object) -> list[str]:
    frame = read_source(LayerSource(path=path, osm=tags, **settings), crs=STUDY, log=log)  # type: ignore[arg-type]
    return list(frame["id"])


@pytest.mark.parametrize(
    ("tags", "ids"),
    [
        ({"amenity": "school"}, ["n1", "r20"]),
        ({"amenity": ["school", "clinic"]}, ["n1", "n2", "r20"]),
        ({"amenity": True, "ref": True}, ["n1"]),
        ({"building": True}, ["w10"]),
    ],
)
def test_tags_choose_features(tags: dict[str, object], ids: list[str], extract: Path, log: FaultLog) -> None:
    """A value, a list, any value, and several keys at once choose nodes, closed ways and relations."""
    assert _read(extract, tags, log) == ids


def test_features_without_geometry_have_a_line(extract: Path, log: FaultLog) -> None:
    """Open ways, ways without all nodes and relations without all members are told, not lost."""
    _read(extract, {"building": True}, log)
    _read(extract, {"amenity": "school"}, log)
    assert list(log.to_frame()["row_id"]) == ["r21", "w11", "w12"]
    assert log.left_out() == 3


def test_tags_become_columns(extract: Path, log: FaultLog) -> None:
    """The tags of the filter, the name and those that the study maps are columns; absent ones are empty."""
    source = LayerSource(path=extract, osm={"amenity": "school"}, columns={"code": "ref"}, where={"name": "一小"})
    row = read_source(source, crs=STUDY, log=log).iloc[0]
    assert (row["code"], row["name"], row["amenity"], row["osm_type"]) == ("R1", "一小", "school", "node")


def test_the_kind_of_feature_can_be_chosen(extract: Path, log: FaultLog) -> None:
    """A layer may want only what has an area."""
    assert _read(extract, {"amenity": "school"}, log, where={"osm_type": ["way", "relation"]}) == ["r20"]


def test_a_relation_keeps_its_hole(extract: Path, log: FaultLog) -> None:
    """The area of a multipolygon is that of the outer ring less the inner one."""
    frame = read_source(LayerSource(path=extract, osm={"amenity": "school"}), crs=STUDY, log=log).set_index("id")
    whole = read_source(LayerSource(path=extract, osm={"building": "yes"}), crs=STUDY, log=log)
    assert frame.geometry["r20"].area == pytest.approx(whole.geometry.iloc[0].area * 0.75, rel=1e-3)


def test_an_extract_needs_tags(extract: Path, log: FaultLog) -> None:
    """Without a filter there is no layer in an extract; a filter is for extracts only."""
    with pytest.raises(LayerError, match=r'add for example osm = \{ amenity = "school" \}'):
        _read(extract, {}, log)


def test_no_match_is_an_empty_layer(extract: Path, log: FaultLog) -> None:
    """A tag that nothing carries is told."""
    with pytest.raises(LayerError, match=r"expected rows in a.osm.pbf:amenity, found none"):
        _read(extract, {"amenity": "bar"}, log)


def test_a_damaged_extract_is_one_sentence(tmp_path: Path, log: FaultLog) -> None:
    """The first bytes of an extract with nothing behind them are told."""
    (tmp_path / "a.osm.pbf").write_bytes(b"\0\0\0\x0d\n\tOSMHeader\x18\x05junk")
    with pytest.raises(LayerError, match="an OpenStreetMap extract"):
        _read(tmp_path / "a.osm.pbf", {"amenity": True}, log)


def test_nodes_can_be_told_from_areas(extract: Path, log: FaultLog) -> None:
    """The column osm_type chooses what was drawn as an area: a node has none."""
    assert _read(extract, {"amenity": "school"}, log, where={"osm_type": ["way", "relation"]}) == ["r20"]
    assert _read(extract, {"amenity": "school"}, log, where={"osm_type": "node"}) == ["n1"]
