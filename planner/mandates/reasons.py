"""The sentence behind each reason code, Chinese and English."""

from __future__ import annotations

REASONS: dict[str, tuple[str, str]] = {
    "": ("", ""),
    "missing_facility": ("本单元内没有符合条件的设施", "no qualifying facility stands in the unit"),
    "not_fitting": (
        "本机构不具备条款要求的条件",
        "this institution lacks what the clause asks of every one",
    ),
    "class_too_large": ("学校上报的最大班额超过界限", "the largest class the school reports exceeds the limit"),
    "seats_short": (
        "学区学生数超过班数可容纳人数（按平均班额估算）",
        "the catchment has more pupils than its classes may hold (estimated from the average)",
    ),
    "not_completed": ("当年建成数量不足", "too few are completed in the year"),
    "beyond_limit": ("最近的合格设施超出时限或距离", "the nearest qualifying facility is beyond the limit"),
    "unreachable": (
        "所在路网（如离岛）内没有可到达的合格设施",
        "no qualifying facility can be reached on its part of the network (an island, for example)",
    ),
    "share_below": ("覆盖比例低于要求", "the share covered is below what is required"),
    "empty_unit_set": (
        "按所用名单，本县级单元没有条款所指的单元，不计为达标",
        "by the list in use the county has no such unit; this is not counted as met",
    ),
    "no_such_unit": (
        "所用名单中没有条款所指的单位，不计为达标",
        "the list in use has no unit of the kind that the clause names; this is not counted as met",
    ),
    "no_institution": (
        "没有开办中的此类机构，不计为达标",
        "no institution of the kind is open; this is not counted as met",
    ),
    "no_data": ("缺少计算所需的数据", "the data it needs are missing"),
    "date_missing": (
        "已建成或已批在建的设施缺年份或验收情况，计入与否影响结论",
        "facilities built or committed lack a year or their acceptance, and whether they count decides",
    ),
    "standard_missing": ("标准档案未给出所需数值", "the standards profile gives no such number"),
    "standard_unconfirmed": (
        "标准档案中的数值未经核实，本研究不采用",
        "the number is unconfirmed and the study does not admit those",
    ),
}
