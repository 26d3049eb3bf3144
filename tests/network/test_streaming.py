"""Reaches on disk and through executors: the same costs as in memory and on threads."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import Future, ProcessPoolExecutor

import numpy as np
import pandas as pd
import pytest

from planner.errors import NetworkError, OutputError
from planner.network import Need, NetworkSettings, ReachKey, ReachLabel, reaches
from planner.network.bounded import bounded_reach
from planner.network.reach_files import load_reach, save_reach
from planner.network.reasons import why_unreached
from planner.network.router import router_of
from planner.network.streaming import StoredReach, open_reach, streamed_reach

ANYWHERE = NetworkSettings(max_snap_m=400.0, min_component_m=0.0, threads=2)
KEY = ReachKey("car", "travel_time_s", "toward")
LABEL = ReachLabel(KEY, "demand", "学校")


def assert_same(one, other):
    """Assert that two reaches are the same in all they hold."""
    assert one.label == other.label
    assert one.cutoff == other.cutoff
    assert one.place_ids.tolist() == other.place_ids.tolist()
    assert one.target_ids.tolist() == other.target_ids.tolist()
    for name in ("indptr", "indices", "costs"):
        first, second = getattr(one, name), getattr(other, name)
        assert first.dtype == second.dtype
        np.testing.assert_array_equal(first, second)


@pytest.fixture
def asked(random_network, random_points):
    """Return a router, three hundred places, fifty targets."""
    rng = np.random.default_rng(11)
    network = random_network(rng)
    router = router_of(network, KEY, settings=ANYWHERE)
    return router, random_points(rng, network, 300, "p"), random_points(rng, network, 50, "d")


def plain(router, places, targets, executor=None):
    """Return the reach in memory."""
    here, there = router.attach(places), router.attach(targets)
    return bounded_reach(LABEL, router.roads, here, there, cutoff=90_000, threads=2, executor=executor)


def test_saved_reach_is_loaded_again(asked, tmp_path):
    """Label, cutoff, ids (also of places and targets without pairs) and costs survive; pandas reads the pairs."""
    reach = plain(*asked)
    save_reach(reach, tmp_path / "reach.parquet")
    assert_same(load_reach(tmp_path / "reach.parquet"), reach)
    table = pd.read_parquet(tmp_path / "reach.parquet")
    frame = reach.to_frame()
    assert table["place_id"].astype(str).tolist() == frame["place_id"].tolist()
    assert (table["cost"] / 1000).tolist() == frame["travel_time_s"].tolist()
    assert [path.name for path in tmp_path.iterdir()] == ["reach.parquet"]


def test_what_is_no_reach_is_told(tmp_path):
    """A missing file, another file, another Parquet file and a folder that cannot be written: one sentence each."""
    (tmp_path / "text.parquet").write_text("no")
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "other.parquet")
    for name in ("none.parquet", "text.parquet", "other.parquet"):
        with pytest.raises(NetworkError, match="a reach in a Parquet file"):
            load_reach(tmp_path / name)
    for name in ("none", "text.parquet"):
        with pytest.raises(NetworkError, match="a folder of parts"):
            open_reach(tmp_path / name)


def test_larger_than_the_budget_goes_to_disk(asked, tmp_path):
    """Within the budget the reach is in memory; beyond it, parts on disk hold the same rows in the same order."""
    router, places, targets = asked
    reach = plain(*asked)
    kept = streamed_reach(router, places, targets, cutoff=90_000, folder=tmp_path / "a", service="学校")
    assert_same(kept, reach)
    assert not (tmp_path / "a").exists()
    stored = streamed_reach(
        router, places, targets, cutoff=90_000, folder=tmp_path / "b", budget_mib=0.005, service="学校"
    )
    assert isinstance(stored, StoredReach)
    assert len(stored.parts) > 1
    assert open_reach(tmp_path / "b") == stored
    parts = list(stored)
    assert [place for part in parts for place in part.place_ids] == places.index.tolist()
    np.testing.assert_array_equal(np.concatenate([part.costs for part in parts]), reach.costs)
    np.testing.assert_array_equal(np.concatenate([part.indices for part in parts]), reach.indices)
    with pytest.raises(OutputError, match="a folder that is not there yet"):
        streamed_reach(router, places, targets, cutoff=1, folder=tmp_path / "b")
    with pytest.raises(NetworkError, match="a budget above 0"):
        streamed_reach(router, places, targets, cutoff=1, folder=tmp_path / "c", budget_mib=0)


def test_interrupted_stream_leaves_nothing(asked, tmp_path, monkeypatch):
    """An executor that fails half-way leaves neither the folder nor parts of it."""

    class Failing:
        asked = 0

        def submit(self, task, work):
            self.asked += 1
            future = Future()
            if self.asked > 2:
                future.set_exception(RuntimeError("lost"))
            else:
                future.set_result(task(work))
            return future

    router, places, targets = asked
    monkeypatch.setattr("planner.network.bounded._FAR_BLOCK", 50)
    with pytest.raises(RuntimeError, match="lost"):
        streamed_reach(
            router, places, targets, cutoff=90_000, folder=tmp_path / "x", budget_mib=0.001, executor=Failing()
        )
    assert list(tmp_path.iterdir()) == []


def test_processes_compute_the_same(asked):
    """Rows computed in other processes are those of threads here."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        assert_same(plain(*asked, executor=executor), plain(*asked))


def test_a_cluster_computes_the_same(asked):
    """Reaches computed by a Dask cluster on this machine are those of threads here."""
    distributed = pytest.importorskip("distributed")
    router, places, targets = asked
    needs = [Need(LABEL, 90_000, tuple(places.index))]
    tables = {"places": places, "demand": targets, "anchors": targets.iloc[:0], "needs": needs, "settings": ANYWHERE}
    with (
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=2,
            processes=False,
            protocol="tcp://",
            host="127.0.0.1",
            dashboard_address=None,
        ) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor() as executor,
    ):
        there = reaches(router.network, **tables, executor=executor)
    here = reaches(router.network, **tables)
    assert_same(there.bounded[LABEL], here.bounded[LABEL])


def test_why_targets_are_not_reached(network_of, points_of):
    """Off the network, on a fragment, in another part, too far, or reached: each target has its word."""
    network = network_of([[(0, 0), (3000, 0)], [(0, 5000), (3000, 5000)], [(0, 9000), (300, 9000)]])
    settings = NetworkSettings(max_snap_m=100.0, min_component_m=1000.0)
    places = points_of([(10, 0)])
    xy = [(20, 0), (2900, 0), (10, 5000), (10, 9000), (10, 7000)]
    targets = points_of(xy, prefix="d")
    label = ReachLabel(ReachKey("foot", "distance_m", "from"), "demand", "s")
    found = reaches(
        network,
        places=places,
        demand=targets,
        anchors=targets.iloc[:0],
        needs=[Need(label, 1_000_000, ("p0",))],
        settings=settings,
    )
    access = {"places": found.access[("foot", "place")], "targets": found.access[("foot", "demand")]}
    words = why_unreached(found.bounded[label], **access)
    assert words.tolist() == ["reached", "beyond_cutoff", "other_component", "on_fragment", "off_network"]
    assert words.index.equals(targets.index)
    with pytest.raises(NetworkError, match="every place and target"):
        why_unreached(found.bounded[label], places=access["places"], targets=access["targets"].iloc[1:])
