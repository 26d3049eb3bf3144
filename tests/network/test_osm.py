"""OpenStreetMap files, written by the tests themselves."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import osmium
import pytest
from osmium.osm.mutable import Node, Relation, Way
from pyproj import Transformer

from planner.errors import NetworkError
from planner.layers import FaultLog
from planner.network import RoadSource, default_modes, read_network
from planner.network.osm_tags import is_barred, oneway_of

CRS = "EPSG:4550"
ORIGIN = (121.6, 38.9)


def write(folder, ways, *, nodes=None, name="roads.osm.pbf", tags=None, relations=None):
    """Write ways {id: (node ids, tags)}; node n lies n * 0.001 degrees east of the origin unless given.

    `tags` are those of nodes, `relations` restrictions {id: (members, tags)}.
    """
    used = sorted({node for refs, _ in ways.values() for node in refs})
    places = {node: (ORIGIN[0] + node * 0.001, ORIGIN[1]) for node in used} | (nodes or {})
    path = folder / name
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for node in sorted(places):
            if places[node] is not None:
                writer.add_node(Node(id=node, location=places[node], tags=(tags or {}).get(node, {})))
        for way, (refs, said) in ways.items():
            writer.add_way(Way(id=way, nodes=list(refs), tags=said))
        for number, (members, said) in (relations or {}).items():
            writer.add_relation(Relation(id=number, members=members, tags={"type": "restriction", **said}))
    return path


def read(path, log=None):
    """Read an OpenStreetMap file for the default modes."""
    return read_network(RoadSource(path=path, kind="osm"), crs=CRS, modes=default_modes(), log=log)


def test_ways_are_split_at_shared_nodes_and_measured_in_the_study_crs(tmp_path):
    """Two ways that share a node give three edges; without one they do not meet; lengths are planar."""
    ways = {
        1: ((1, 2, 3, 4), {"highway": "residential"}),
        2: ((3, 10), {"highway": "primary"}),
        3: ((20, 21), {"highway": "service"}),
    }
    nodes = {10: (ORIGIN[0] + 0.003, ORIGIN[1] + 0.002), 20: (ORIGIN[0] + 0.0025, 38.8), 21: (ORIGIN[0] + 0.0025, 39.0)}
    network = read(write(tmp_path, ways, nodes=nodes))
    assert (network.node_count, network.edge_count) == (6, 4)
    assert network.classes == ("primary", "residential", "service")
    x, y = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(
        [ORIGIN[0] + n * 0.001 for n in (1, 2, 3)], [ORIGIN[1]] * 3
    )
    whole = sum(np.hypot(x[b] - x[a], y[b] - y[a]) for a, b in pairwise(range(3)))
    residential = network.length_mm[network.class_code == 1]
    assert residential.max() == round(whole * 1000)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, 0),
        ({"oneway": "yes"}, 1),
        ({"oneway": "1"}, 1),
        ({"oneway": "true"}, 1),
        ({"oneway": "-1"}, -1),
        ({"oneway": "reverse"}, -1),
        ({"oneway": "no"}, 0),
        ({"oneway": "reversible"}, 0),
        ({"junction": "roundabout"}, 1),
        ({"junction": "circular"}, 1),
        ({"junction": "roundabout", "oneway": "no"}, 0),
        ({"junction": "roundabout", "oneway": "-1"}, -1),
        ({"highway": "motorway"}, 1),
        ({"highway": "motorway", "oneway": "no"}, 0),
        ({"highway": "trunk"}, 0),
    ],
)
def test_one_way_tags(tags, expected):
    """One-way streets are tagged, or implied by roundabouts and motorways unless they say no."""
    assert oneway_of(tags) == expected


@pytest.mark.parametrize(
    ("tags", "walk", "drive"),
    [
        ({}, False, False),
        ({"access": "no"}, True, True),
        ({"access": "private"}, True, True),
        ({"access": "permissive"}, False, False),
        ({"access": "no", "foot": "yes"}, False, True),
        ({"access": "private", "motor_vehicle": "destination"}, True, False),
        ({"foot": "no"}, True, False),
        ({"motor_vehicle": "private"}, False, True),
        ({"vehicle": "no", "motorcar": "yes"}, False, False),
    ],
)
def test_access_tags(tags, walk, drive):
    """The most specific tag decides for each mode."""
    modes = default_modes()
    assert is_barred(tags, modes["walk"].access_tags) == walk
    assert is_barred(tags, modes["drive"].access_tags) == drive


def test_access_reaches_the_network(tmp_path):
    """A private drive is closed to cars and open to walkers where it says so."""
    path = write(tmp_path, {1: ((1, 2), {"highway": "service", "access": "private", "foot": "yes"})})
    network = read(path)
    assert network.permitted("drive").tolist() == [0]
    assert network.permitted("walk").tolist() == [3]


def test_roundabouts_and_drawn_directions(tmp_path):
    """A closed roundabout with an entry is one-way all round, in the direction of its nodes."""
    nodes = {
        n: (ORIGIN[0] + dx * 1e-3, ORIGIN[1] + dy * 1e-3) for n, dx, dy in ((1, 0, 0), (2, 1, 0), (3, 1, 1), (4, 0, 1))
    }
    ways = {
        1: ((1, 2, 3, 4, 1), {"highway": "tertiary", "junction": "roundabout"}),
        2: ((9, 3), {"highway": "tertiary"}),
    }
    network = read(write(tmp_path, ways, nodes=nodes | {9: (ORIGIN[0] + 5e-3, ORIGIN[1] + 1e-3)}))
    round_ = np.flatnonzero(network.oneway)
    assert len(round_) == 2
    assert set(network.u[round_]) == set(network.v[round_])
    assert network.oneway[round_].tolist() == [1, 1]


def test_clipped_ways_are_cut_at_the_gap_and_told(tmp_path):
    """A way that lacks a node in the middle gives the stretches on both sides, and a line in the log."""
    ways = {
        1: ((1, 2, 3, 4, 5), {"highway": "residential"}),
        2: ((5, 6), {"highway": "residential"}),
        7: ((8, 9), {"highway": "residential"}),
    }
    log = FaultLog()
    network = read(write(tmp_path, ways, nodes={3: None, 9: None}), log)
    assert (network.edge_count, len(network.component_summary("walk"))) == (3, 2)
    (told,) = log.to_frame().to_dict("records")
    assert told["layer"] == "roads.osm.pbf"
    assert told["code"] == "clipped_way"
    assert told["message_en"] == "2 ways lack some of their nodes (w1, w7); they were cut at the gap"


def test_areas_and_classes_without_a_mode_are_told(tmp_path):
    """A square drawn as an area and a planned road are no roads, and are counted."""
    ways = {
        1: ((1, 2, 3, 1), {"highway": "pedestrian", "area": "yes"}),
        2: ((3, 4), {"highway": "proposed"}),
        3: ((4, 5), {"highway": "residential"}),
        4: ((5, 6), {"building": "yes"}),
    }
    log = FaultLog()
    assert read(write(tmp_path, ways), log).edge_count == 1
    told = log.to_frame().set_index("code")["message_en"].to_dict()
    assert told == {
        "highway_area": "1 highway areas (area=yes) are not used as roads",
        "class_not_used": "1 ways are of classes that no mode may use: proposed × 1",
    }


def test_nodes_on_one_spot_and_repeated_nodes(tmp_path):
    """Different nodes at one position stay different, a millimetre apart; a node given twice in a row is one."""
    nodes = {2: (ORIGIN[0] + 0.001, ORIGIN[1])}
    path = write(
        tmp_path,
        {1: ((1, 2), {"highway": "path"}), 2: ((2, 3, 3, 4), {"highway": "path"})},
        nodes=nodes | {1: nodes[2]},
    )
    network = read(path)
    assert network.edge_count == 2
    assert network.length_mm.min() == 1


def test_xml_is_read_alike(tmp_path):
    """The same roads as XML give the same network."""
    ways = {1: ((1, 2, 3), {"highway": "residential"}), 2: ((2, 4), {"highway": "residential", "oneway": "yes"})}
    first, second = (read(write(tmp_path, ways, name=name)) for name in ("a.osm.pbf", "a.osm"))
    np.testing.assert_array_equal(first.length_mm, second.length_mm)
    np.testing.assert_array_equal(first.coords, second.coords)


def test_barriers_crossings_and_restrictions_reach_the_network(tmp_path):
    """A bollard, a crossing on an arterial road and a turn restriction become rules of nodes and ends of edges."""
    ways = {
        1: ((1, 2, 3), {"highway": "primary"}),
        2: ((3, 4), {"highway": "primary"}),
        3: ((3, 5), {"highway": "residential"}),
        4: ((5, 6, 7), {"highway": "service"}),
    }
    path = write(
        tmp_path,
        ways,
        tags={2: {"highway": "crossing"}, 6: {"barrier": "bollard"}, 7: {"highway": "crossing"}},
        relations={1: ([("w", 1, "from"), ("n", 3, "via"), ("w", 3, "to")], {"restriction": "no_left_turn"})},
    )
    network = read(path)
    rules = network.rules
    assert network.edge_count == 6  # the ways are cut at the crossing and at the bollard
    assert len(rules.crossings) == 1  # that on the service road severs nothing
    assert [len(rules.blocked[mode]) for mode in ("drive",)] == [1]
    assert "walk" not in rules.blocked
    ((arrive, depart),) = rules.banned["drive"].tolist()
    ends = np.column_stack((network.u, network.v)).ravel()
    assert ends[arrive] == ends[depart]
    assert network.classes[network.class_code[arrive // 2]] == "primary"
    assert network.classes[network.class_code[depart // 2]] == "residential"
    assert set(rules.nodes(network.u, network.v)) == {*rules.crossings, *rules.blocked["drive"], ends[arrive]}


@pytest.mark.parametrize(
    ("members", "tags", "code"),
    [
        ([("w", 1, "from"), ("w", 9, "via"), ("w", 3, "to")], {"restriction": "no_u_turn"}, "restriction_members"),
        ([("w", 1, "from"), ("w", 3, "via"), ("w", 2, "to")], {"restriction": "no_u_turn"}, "restriction_members"),
        (
            [("w", 1, "from"), ("w", 2, "via"), ("n", 3, "via"), ("w", 3, "to")],
            {"restriction": "no_u_turn"},
            "restriction_members",
        ),
        (
            [("w", 1, "from"), ("n", 2, "via"), ("w", 2, "to")],
            {"restriction:conditional": "no_left_turn @ (Mo-Fr 07:00-09:00)"},
            "restriction_conditional",
        ),
        (
            [("w", 1, "from"), ("n", 2, "via"), ("w", 2, "to")],
            {"restriction": "no_left_turn", "hour_on": "07:00", "hour_off": "09:00"},
            "restriction_conditional",
        ),
        ([("w", 1, "from"), ("n", 2, "via"), ("w", 99, "to")], {"restriction": "no_left_turn"}, "restriction_members"),
        ([("w", 1, "from"), ("w", 3, "to")], {"restriction": "no_left_turn"}, "restriction_members"),
        ([("w", 1, "from"), ("n", 77, "via"), ("w", 3, "to")], {"restriction": "no_left_turn"}, "restriction_outside"),
        ([("w", 1, "from"), ("n", 2, "via"), ("w", 2, "to")], {"restriction": "no_sense"}, "restriction_kind"),
        ([("w", 1, "from"), ("n", 2, "via"), ("w", 2, "to")], {"restriction:hgv": "no_left_turn"}, None),
        (
            [("w", 1, "from"), ("n", 2, "via"), ("w", 2, "to")],
            {"restriction": "no_left_turn", "except": "motorcar"},
            None,
        ),
    ],
)
def test_restrictions_that_cannot_be_applied_are_told(members, tags, code, tmp_path):
    """Turns on conditions, lacking members or of an unknown kind are counted; those for others are not."""
    ways = {n: ((n, n + 1), {"highway": "residential"}) for n in (1, 2, 3)}
    log = FaultLog()
    network = read(write(tmp_path, ways, nodes={77: ORIGIN}, relations={5: (members, tags)}), log)
    assert log.to_frame()["code"].tolist() == ([code] if code else [])
    assert not network.rules.banned
    assert not network.rules.sequences


BY_WAYS = [("w", 1, "from"), ("w", 2, "via"), ("w", 3, "via"), ("w", 4, "to")]
"""Along 1-2-3-4-5, east; way 5 goes on from node 4 to the north, way 6 from node 3."""


@pytest.mark.parametrize(
    ("members", "tags", "count", "longest"),
    [
        (BY_WAYS, {"restriction": "no_straight_on"}, 1, 4),
        ([*BY_WAYS[2:0:-1], *BY_WAYS[::3]], {"restriction": "no_straight_on"}, 1, 4),
        (BY_WAYS, {"restriction": "only_straight_on"}, 2, 4),
        ([BY_WAYS[0], ("w", 2, "via"), ("w", 6, "to")], {"restriction": "no_left_turn"}, 1, 3),
        ([BY_WAYS[0], ("w", 2, "via"), ("w", 6, "to")], {"restriction": "only_left_turn"}, 2, 3),
        (BY_WAYS, {"restriction": "no_straight_on", "except": "bus;motor_vehicle"}, 0, 0),
        (BY_WAYS, {"restriction:conditional": "no_straight_on @ (24/7)"}, 1, 4),
        (BY_WAYS, {"restriction:motorcar": "no_straight_on", "restriction": "only_left_turn"}, 1, 4),
        (BY_WAYS, {"restriction:hgv": "no_straight_on"}, 0, 0),
    ],
)
def test_restrictions_by_way_of_ways_become_sequences(members, tags, count, longest, tmp_path):
    """From, all ways between in any order, to; where one must go on, all else that could follow is forbidden."""
    ways = {n: ((n, n + 1), {"highway": "residential"}) for n in (1, 2, 3, 4)}
    ways |= {5: ((4, 20), {"highway": "residential"}), 6: ((3, 30), {"highway": "residential"})}
    nodes = {n: (ORIGIN[0] + n * 0.0001, ORIGIN[1] + 0.002) for n in (20, 30)}
    log = FaultLog()
    network = read(write(tmp_path, ways, nodes=nodes, relations={5: (members, tags)}), log)
    assert not log.to_frame()["code"].tolist()
    table = network.rules.sequences.get("drive", np.zeros((0, 0)))
    assert table.shape == (count, longest)
    assert "cycle" not in network.rules.sequences


def test_of_two_ways_round_the_only_one_that_is_open_is_meant(tmp_path):
    """A way between that forks to both sides of a block names the path that one-way streets leave."""
    ways = {
        1: ((1, 2), {"highway": "residential"}),
        2: ((2, 3, 4, 5, 2), {"highway": "residential", "oneway": "yes"}),
        3: ((4, 6), {"highway": "residential"}),
    }
    nodes = {3: (ORIGIN[0] + 0.003, ORIGIN[1] + 0.001), 5: (ORIGIN[0] + 0.003, ORIGIN[1] - 0.001)}
    members = [("w", 1, "from"), ("w", 2, "via"), ("w", 3, "to")]
    for tags, count in (({"oneway": "yes"}, 1), ({}, 0)):
        ways[2] = (ways[2][0], {"highway": "residential", **tags})
        log = FaultLog()
        relations = {5: (members, {"restriction": "no_left_turn"})}
        network = read(write(tmp_path, ways, nodes=nodes, relations=relations, name=f"{count}.osm.pbf"), log)
        assert len(network.rules.sequences.get("drive", ())) == count
        assert ("restriction_members" in set(log.to_frame()["code"])) == (count == 0)


def test_conditional_access_is_told_and_not_applied(tmp_path):
    """What holds at some hours only is counted per mode; what holds around the clock is applied."""
    ways = {
        1: ((1, 2), {"highway": "residential", "motor_vehicle:conditional": "no @ (Mo-Fr 07:00-09:00)"}),
        2: ((2, 3), {"highway": "residential", "motor_vehicle:conditional": "no @ (24/7)"}),
        3: ((3, 4), {"highway": "residential", "oneway:conditional": "yes @ (Sa,Su)"}),
        4: ((4, 5), {"highway": "residential", "oneway:conditional": "yes @ (24/7)"}),
    }
    log = FaultLog()
    network = read(write(tmp_path, ways), log)
    told = log.to_frame().query("code == 'access_conditional'")["message_en"]
    assert [text.split(" ways")[0] for text in told] == ["1", "2"]  # cyclists, drivers; walkers obey no direction
    assert network.barred["drive"].sum() == 1
    assert sorted(network.oneway.tolist()) == [0, 0, 0, 1]


def test_restrictions_that_one_way_streets_make_idle_are_not_told(tmp_path):
    """No turn into a street that cannot be entered there anyway: nothing to forbid, and nothing to tell."""
    ways = {1: ((1, 2), {"highway": "residential"}), 2: ((3, 2), {"highway": "residential", "oneway": "yes"})}
    members = [("w", 1, "from"), ("n", 2, "via"), ("w", 2, "to")]
    for kind, codes in (("no_right_turn", []), ("only_straight_on", ["restriction_members"])):
        log = FaultLog()
        assert not read(write(tmp_path, ways, relations={5: (members, {"restriction": kind})}), log).rules.banned
        assert log.to_frame()["code"].tolist() == codes


def test_ferries_speeds_and_zones(tmp_path):
    """A ferry takes its time whoever takes it; tagged speeds and zones serve the modes that read them."""
    ways = {
        1: ((1, 2), {"highway": "residential", "maxspeed": "40", "maxspeed:type": "CN:urban"}),
        2: ((2, 3), {"route": "ferry", "duration": "0:10"}),
        3: ((3, 4), {"highway": "residential", "maxspeed": "-40"}),
    }
    drive = default_modes()["drive"].with_overrides(
        speed_kph={"ferry": 10.0}, tagged_speeds=True, urban_kph={"residential": 33.0}
    )
    modes = {
        "drive": drive,
        "zoned": replace(drive, name="zoned", tagged_speeds=False),
        "walk": default_modes()["walk"],
    }
    log = FaultLog()
    source = RoadSource(path=write(tmp_path, ways), kind="osm")
    network = read_network(source, crs=CRS, modes=modes, log=log)
    order = np.argsort(np.minimum(network.node_x[network.u], network.node_x[network.v]))
    ferry = network.length_mm[order][1] * 3.6 / 600_000
    assert network.edge_speeds("drive")[order].tolist() == pytest.approx([40.0, ferry, 25.0], rel=1e-4)
    assert network.edge_speeds("zoned")[order].tolist() == pytest.approx([33.0, ferry, 25.0], rel=1e-4)
    assert network.permitted("walk")[order].tolist() == [3, 0, 3]
    assert log.to_frame()["code"].tolist() == ["speed_impossible"]
    zoned = read_network(replace(source, default_zone="urban"), crs=CRS, modes=modes)
    assert zoned.edge_speeds("zoned")[order].tolist() == pytest.approx([33.0, ferry, 33.0], rel=1e-4)


def test_duplicates_loops_and_nodes_at_one_place_are_told(tmp_path):
    """What is drawn twice, returns to its start or has no length is kept and told."""
    ways = {
        1: ((1, 2), {"highway": "residential"}),
        2: ((2, 1), {"highway": "service"}),
        3: ((2, 3, 4, 2), {"highway": "residential"}),
        4: ((4, 5), {"highway": "residential"}),
        5: ((6, 6), {"highway": "residential"}),
    }
    places = {4: (ORIGIN[0], ORIGIN[1] + 0.001), 5: (ORIGIN[0], ORIGIN[1] + 0.001)}
    log = FaultLog()
    network = read(write(tmp_path, ways, nodes=places), log)
    told = log.to_frame().set_index("code")["message_en"]
    assert network.edge_count == 5
    assert told["duplicate_road"].startswith("1 stretches of road (0.1 km)")
    assert "loop" not in told  # its third corner is a node
    assert told["no_length"].startswith("1 ways have no length and are left out; 1 stretches join")


LONG = {n: (range(30 * n, 30 * n + 30), {"highway": "residential", "name": f"road {n}"}) for n in range(1, 300)}
PATH = {1: ((1, 2), {"highway": "path"})}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("text.osm.pbf", b"this is no PBF", "PBF"),
        ("broken.osm.pbf", b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x05" + b"\xff" * 50, "could not read"),
        ("empty.osm.pbf", b"", "empty file"),
        ("none.osm.pbf", None, "no such file"),
        ("none.osm", None, "no such file"),
        ("broken.osm", b"<osm version='0.6'><way id='1'", "could not read"),
        ("roads.txt", b"roads", r"\.osm\.pbf, \.osm"),
    ],
)
def test_bad_files_are_one_sentence(name, content, words, tmp_path):
    """A file that is no PBF, is empty, broken, of another format or not there: one sentence, no library's traceback."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    refused(tmp_path / name, words)


def test_a_file_cut_off_in_the_middle_is_refused(tmp_path):
    """Half a file gives no half network."""
    content = write(tmp_path, LONG).read_bytes()
    (tmp_path / "half.osm.pbf").write_bytes(content[: len(content) // 2])
    refused(tmp_path / "half.osm.pbf", "could not read")


def test_an_address_is_not_followed():
    """Roads are read from local files only."""
    refused("http://127.0.0.1:9/roads.osm", "local file")


def test_no_roads_are_told(tmp_path):
    """A file without a road of the modes says how many highways it has."""
    refused(write(tmp_path, {1: ((1, 2), {"building": "yes"})}), "expected roads for walk, cycle, drive.* 0 highways")


def test_a_study_crs_of_another_place_is_refused(tmp_path):
    """A study CRS that is not metric, or in which these roads would have wrong lengths, is refused."""
    refused(write(tmp_path, PATH), "projected", crs="EPSG:4326")
    malta = {1: (14.4, 35.9), 2: (14.41, 35.91)}
    refused(write(tmp_path, PATH, nodes=malta), "in which 1 km of them reads")
    quarter_round = {1: (-147.0, 0.0), 2: (-147.1, 0.0)}
    refused(write(tmp_path, PATH, nodes=quarter_round), "2 vertices outside")


def refused(path, words, *, crs=CRS):
    """Check that a file is refused in one sentence with these words."""
    with pytest.raises(NetworkError, match=words) as error:
        read_network(RoadSource(path=path, kind="osm"), crs=crs, modes=default_modes())
    assert len(error.value.faults) == 1
    assert "\n" not in str(error.value)


def test_a_text_that_is_not_utf_8_is_refused(tmp_path):
    """A damaged name ends osmium's process, not the planner's, and is one sentence."""
    path = tmp_path / "named.osm.pbf"
    with osmium.SimpleWriter(osmium.io.File(str(path), "pbf,pbf_compression=none")) as writer:
        for node in (1, 2):
            writer.add_node(Node(id=node, location=(ORIGIN[0] + node * 0.001, ORIGIN[1])))
        writer.add_way(Way(id=1, nodes=[1, 2], tags={"highway": "residential", "name": "Rue de la Paix"}))
    assert read(path).edge_count == 1
    path.write_bytes(path.read_bytes().replace(b"Rue de la Paix", b"Rue \xff\xfe la Paix"))
    refused(path, "could not read")
