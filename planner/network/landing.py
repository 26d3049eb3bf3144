"""Targets made ready: what all searches that end at the same targets share."""

from __future__ import annotations

from typing import NamedTuple

from planner.network.compiled import Ends, Links, Span, Starts, trimmed
from planner.network.legs import OnEdges, Roads, arriving, hanging, leaving, on_edges
from planner.network.snapping import Attachments

_ARRIVING, _LEAVING = True, False


class Landing(NamedTuple):
    """Targets by one mode, cost and direction.

    Attributes
    ----------
    links
        Arcs leading away from the places.
    legs, ends
        How the targets hang on the nodes, by target and by node.
    along
        The targets by the edge they lie on.
    span
        Of the arcs.
    """

    links: Links
    legs: Starts
    ends: Ends
    along: OnEdges
    span: Span


def landing_of(roads: Roads, targets: Attachments) -> Landing:
    """Return targets made ready."""
    links = roads.links
    legs = trimmed(links, arriving(roads, targets), _ARRIVING)
    ends = hanging(legs, len(links.indptr) - 1)
    return Landing(links=links, legs=legs, ends=ends, along=on_edges(roads, targets), span=roads.span)


def starts_of(roads: Roads, links: Links, places: Attachments) -> Starts:
    """Return where the searches from places start."""
    return trimmed(links, leaving(roads, places), _LEAVING)
