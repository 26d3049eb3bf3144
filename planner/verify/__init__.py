"""Measure a finished run again, from its files and the roads up, with code of its own.

Nothing here is shared with what it verifies: roads are read and cut once more, costs come from scipy's
Dijkstra over a graph in which every point is a node, mandates are counted in plain loops. Only the layer
readers, the units and the errors are the same.
"""

from __future__ import annotations

from planner.verify.again import verify as verify
from planner.verify.outcome import Verification as Verification

__all__ = ["Verification", "verify"]
