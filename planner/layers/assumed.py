"""Coordinates whose datum nobody stated, and files that look like those of a map service."""

from __future__ import annotations

from collections.abc import Iterable

from planner.layers.log import FaultLog

_AMAP = ({"adcode", "acroutes"}, {"adcode", "subFeatureIndex"}, {"adcode", "childrenNum"})
"""Properties that DataV writes beside the outlines of districts, which it has from Amap, in GCJ-02."""


def tell_assumed(layer: str, log: FaultLog) -> None:
    """Tell that a GeoJSON without a coordinate reference system is read as WGS84, as RFC 7946 (section 4) says."""
    log.note(
        layer,
        "datum_assumed",
        "GeoJSON 未写坐标系，按 RFC 7946 视为 WGS84",
        "The GeoJSON names no coordinate reference system; read as WGS84, as RFC 7946 says",
        '若由高德、腾讯导出，写 datum = "gcj02"；百度，写 "bd09"；相差约 500 米',
    )


def tell_map_service(columns: Iterable[object], layer: str, log: FaultLog) -> None:
    """Tell of a layer with the properties that DataV writes, whose outlines are in GCJ-02 whatever the file says."""
    names = {str(name) for name in columns}
    marks = next((marks for marks in _AMAP if marks <= names), None)
    if marks is not None:
        shown = "、".join(sorted(marks))
        log.add(
            layer,
            "",
            "datum_doubtful",
            f"属性 {shown} 是 DataV（高德）区划数据的特征：其坐标通常是 GCJ-02，比 WGS84 偏约 500 米",
            f"The properties {', '.join(sorted(marks))} are those of outlines from DataV (Amap), which are in GCJ-02, "
            "some 500 m from WGS84",
            '请核实来源；若是，写 datum = "gcj02"；若已转换，写 datum = "wgs84"',
        )
