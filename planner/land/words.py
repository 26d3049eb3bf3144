"""Words of the screening log, Chinese and English."""

from __future__ import annotations

NOTES = {
    "": ("", ""),
    "point": (
        "地块是点，无面积可量，按是否落在范围内判断",
        "the site is a point: only whether it is inside is known",
    ),
    "from_point": ("地块是点，距离从该点量起", "the site is a point: the distance is measured from it"),
    "elsewhere": ("边界外，在 {0} 的范围内", "outside, but within {0}"),
    "plan": ("边界外，有已批村庄规划：{0}", "outside, but by an adopted village plan: {0}"),
    "slope": ("平均 {0}°，最大 {1}°，有高程的部分占 {2}", "mean {0}°, steepest {1}°, elevations known on {2}"),
    "no_elevation": ("高程模型不覆盖该地块，坡度未知", "the elevation model does not cover the site"),
}
"""Why something was not measured, or what else is to be known of a measure."""
