"""Reaches as Parquet files: one row per pair, readable by any program; label, cutoff and all ids in the metadata."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from planner.errors import NetworkError, OutputError, fault
from planner.network.reach import Reach, ReachKey, ReachLabel

FORMAT = 1

_KEY = b"planner.reach"


def save_reach(reach: Reach, path: Path | str) -> None:
    """Write a reach to one Parquet file; what stood there is replaced when the new file is whole.

    Columns: place_id, target_id (text), cost (int32; millimetres, or milliseconds for ``travel_time_s``).

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    rows = np.repeat(np.arange(len(reach.place_ids), dtype=np.int32), np.diff(reach.indptr))
    table = pa.table(
        {
            "place_id": _labelled(rows, reach.place_ids),
            "target_id": _labelled(reach.indices, reach.target_ids),
            "cost": pa.array(reach.costs),
        }
    )
    key = reach.label.key
    about = {
        "format": FORMAT,
        "mode": key.mode,
        "cost_kind": key.cost_kind,
        "direction": key.direction,
        "targets": reach.label.targets,
        "service": reach.label.service,
        "cutoff": reach.cutoff,
        "place_ids": reach.place_ids.tolist(),
        "target_ids": reach.target_ids.tolist(),
    }
    table = table.replace_schema_metadata({_KEY: json.dumps(about, ensure_ascii=False).encode()})
    path = Path(path)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        pq.write_table(table, unfinished, compression="zstd")
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise OutputError(
            fault("a file that can be written", f"{path.name}: {error.strerror}", "choose another")
        ) from None


def load_reach(path: Path | str) -> Reach:
    """Read a reach that `save_reach` wrote.

    Raises
    ------
    NetworkError
        If the file is not there, or is not such a file.
    """
    path = Path(path)
    try:
        table = pq.read_table(path, read_dictionary=["place_id", "target_id"])
        about = json.loads(table.schema.metadata[_KEY])
        return _reach(table, about)
    except (OSError, pa.ArrowInvalid, KeyError, TypeError, ValueError):
        do = "give a file that save_reach wrote with this version"
        raise NetworkError(fault("a reach in a Parquet file", path.name, do)) from None


def _labelled(positions: npt.NDArray[np.int32], ids: pd.Index) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(positions), pa.array(ids.tolist(), type=pa.string()))


def _reach(table: pa.Table, about: dict[str, Any]) -> Reach:
    place_ids, target_ids = (pd.Index(about[name], dtype="str") for name in ("place_ids", "target_ids"))
    row = _numbered(table["place_id"], place_ids)
    counts = np.bincount(row, minlength=len(place_ids))
    if about["format"] != FORMAT or (np.diff(row) < 0).any():
        raise ValueError(about["format"])
    return Reach(
        label=ReachLabel(
            ReachKey(about["mode"], about["cost_kind"], about["direction"]), about["targets"], about["service"]
        ),
        cutoff=about["cutoff"],
        place_ids=place_ids,
        target_ids=target_ids,
        indptr=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        indices=_numbered(table["target_id"], target_ids).astype(np.int32),
        costs=table["cost"].to_numpy().astype(np.int32),
    )


def _numbered(column: pa.ChunkedArray, ids: pd.Index) -> npt.NDArray[np.int64]:
    """Return a column of ids as positions."""
    parts = [np.zeros(0, dtype=np.int64)]
    for chunk in column.chunks:
        position = ids.get_indexer(pd.Index(chunk.dictionary.to_pylist(), dtype="str"))
        parts.append(position[chunk.indices.to_numpy()])
    numbers = np.concatenate(parts)
    if (numbers < 0).any():
        raise ValueError(column)
    return numbers
