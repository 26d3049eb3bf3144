"""The tiny town of the layers, for people in its two townships."""

from tests.layers.conftest import geojson, log, town, write

__all__ = ["geojson", "log", "town", "write"]
