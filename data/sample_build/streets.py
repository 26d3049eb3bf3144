"""Streets as polylines over a shared list of points: two lines meet where they name the same point."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from sample_build.plane import Floats, Ints


@dataclass(frozen=True)
class Street:
    """One polyline.

    Attributes
    ----------
    points
        Numbers of its points.
    road_class
        trunk, primary, secondary, tertiary, residential or unclassified.
    setting
        town, village, rural or fragment: what the street belongs to.
    oneway
        "yes" along the points, "-1" against them, "no".
    """

    points: tuple[int, ...]
    road_class: str
    setting: str
    oneway: str = "no"

    def with_oneway(self, oneway: str) -> Street:
        """Return the street with another one-way rule."""
        return replace(self, oneway=oneway)


@dataclass
class Streets:
    """All points and polylines drawn so far."""

    chunks: list[Floats] = field(default_factory=list)
    lines: list[Street] = field(default_factory=list)
    count: int = 0

    def add_points(self, xy: Floats) -> Ints:
        """Add points and return their numbers."""
        numbers = np.arange(self.count, self.count + len(xy), dtype=np.int64)
        self.chunks.append(np.asarray(xy, dtype=np.float64))
        self.count += len(xy)
        return numbers

    def add_line(self, points: Ints | list[int], road_class: str, setting: str) -> None:
        """Add a two-way street."""
        self.lines.append(Street(tuple(int(p) for p in points), road_class, setting))

    @property
    def xy(self) -> Floats:
        """All points, metres."""
        return np.concatenate(self.chunks)

    def segments(self) -> tuple[Ints, Ints, Ints]:
        """Return start point, end point and line number of every straight piece."""
        starts = np.concatenate([line.points[:-1] for line in self.lines])
        ends = np.concatenate([line.points[1:] for line in self.lines])
        owner = np.repeat(np.arange(len(self.lines)), [len(line.points) - 1 for line in self.lines])
        return starts.astype(np.int64), ends.astype(np.int64), owner
