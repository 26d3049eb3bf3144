"""The tiny town of the layers, for people in its two townships."""

from tests.layers.conftest import geojson, log, real_data, town, write

__all__ = ["geojson", "log", "real_data", "town", "write"]
