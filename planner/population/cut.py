"""Catchments drawn as polygons against villages: a catchment is made of whole ones, and a cut one is told."""

from __future__ import annotations

import pandas as pd
import shapely

from planner.layers.locate import with_polygons
from planner.layers.log import FaultLog

SLIVER = 0.01
"""Share of a village up to which a polygon may miss or take it without cutting it: borders are drawn by hand."""


def tell_cut_units(catchments: pd.DataFrame, boundaries: pd.DataFrame, log: FaultLog) -> None:
    """Tell of each village or community that the polygon of a catchment cuts, with the share of its area inside.

    Parameters
    ----------
    catchments
        As `planner.layers.catchments.read_catchments` gives.
    boundaries
        As `read_boundaries` gives; where villages have no polygons, that is told instead.
    log
        Gets the lines.
    """
    drawn = catchments[[isinstance(shape, shapely.Geometry) for shape in catchments["geometry"]]]
    if drawn.empty:
        return
    villages = with_polygons(boundaries, "village")
    if villages.empty:
        log.add(
            "catchments", "", "catchment_cut_unknown",
            "居（村）委会没有区划面，无法核对学区面是否切开居（村）委会",
            "Villages and communities have no polygons: whether polygons of catchments cut them cannot be checked",
            "请补充居（村）委会区划面，或按 unit_codes 给出学区",
        )  # fmt: skip
        return
    shapes = villages.geometry.to_numpy()
    codes, areas = villages["code"].to_numpy(), shapely.area(shapes)
    for row in drawn.itertuples():
        shares = shapely.area(shapely.intersection(shapes, row.geometry)) / areas
        for code, share in zip(codes, shares, strict=True):
            if SLIVER < share < 1 - SLIVER:
                log.add(
                    "catchments", str(code), "catchment_cuts_unit",
                    f"学区 {row.catchment_id}（{row.service}）切开 {code}："
                    f"面积的 {share:.1%} 在学区内，按居住点位置归属",
                    f"Catchment {row.catchment_id} ({row.service}) cuts {code}: {share:.1%} of its area lie inside; "
                    "residential points belong to it by where they stand",
                    "学区应由完整的居（村）委会或小区组成，请核对",
                )  # fmt: skip
