"""OpenStreetMap data to OPL text, by osmium: the ways, nodes and restrictions that roads are made of.

Run as a program of its own, since osmium's writer ends the process it is in when a text is not UTF-8: a damaged file
must not take the planner with it. It imports osmium and nothing of the planner, so it starts at once.
"""

from __future__ import annotations

import sys

import osmium
import osmium.filter
import osmium.index
import osmium.io
import osmium.osm

_WAY_KEYS = ("highway", "railway", "route")
_NODE_KEYS = ("barrier", "highway", "railway")


def write_opl(source: str, target: str) -> None:
    """Write what roads need of a file, ways with the places of their nodes.

    Parameters
    ----------
    source
        Any file that osmium reads.
    target
        A new file. Its format: https://osmcode.org/opl-file-format.

    Raises
    ------
    RuntimeError
        If the file cannot be read to its end.
    """
    nodes, ways = osmium.filter.KeyFilter(*_NODE_KEYS), osmium.filter.KeyFilter(*_WAY_KEYS)
    relations = osmium.filter.TagFilter(("type", "restriction"))
    for filtered, kind in ((nodes, osmium.osm.NODE), (ways, osmium.osm.WAY), (relations, osmium.osm.RELATION)):
        filtered.enable_for(kind)
    locations = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    locations.ignore_errors()
    options = "opl,add_metadata=false,locations_on_ways=true"
    with osmium.SimpleWriter(osmium.io.File(target, options)) as writer:
        osmium.apply(source, locations, nodes, ways, relations, writer)


if __name__ == "__main__":
    try:
        write_opl(*sys.argv[1:])
    except RuntimeError as error:
        sys.exit(str(error))
