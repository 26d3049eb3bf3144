"""The page that describes every table, made from the schemas.

``python -m planner.layers.schema_page > docs/layers.md`` writes it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from planner.layers.schema import Column, schema
from planner.layers.template import LAYERS
from planner.layers.template_workbook import choices

_HEAD = """\
# Tables of a study · 图层的表

This page is made from the schemas in `planner/layers/schemas/` (a test compares the two): the same files make
the checks and the templates. `planner template LAYER` writes an empty table, with drop-downs and an example.

A column may be called by our name or by any of its other names, in any width or case; the check says which names
were taken for what. Where two columns of a file may be meant, or one may mean two of ours, it asks. A unit in
brackets must be the unit given here: 面积（m²） is `area_m2`, 面积（亩） is not.

本页由程序中的表结构生成。列名可以用规范名，也可以用“也可称作”中的任何一个；
一列有多种可能时，程序会询问，不会猜测。
"""
_TITLES = {
    "boundaries": "行政区划", "facilities": "设施", "population": "人口", "sites": "候选地块", "exclusions": "管控区",
    "leading_zones": "先导区成员", "crosswalk": "新旧代码对照表",
    "population_by_unit": "按单位统计的人口", "age_structure": "年龄结构",
    "catchments": "学区", "permitted_land": "可拟选点的用地",
    "population_by_year": "分年人口", "single_ages": "分年龄人口", "births": "分年出生人口",
    "residential_areas": "新建居住区",
}  # fmt: skip
_NEED = {"yes": "required", "column": "column required", "no": "optional", "given": "optional"}


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join([_HEAD, *(line for layer in LAYERS for line in _table(layer))])


def _table(layer: str) -> Iterator[str]:
    yield f"## {layer} · {_TITLES[layer]}\n"
    yield "| column | type | unit | | meaning | values | also called · 也可称作 | example |"
    yield "|---|---|---|---|---|---|---|---|"
    yield from (_line(column) for column in schema(LAYERS[layer]).columns)
    yield ""


def _line(column: Column) -> str:
    words: dict[str, list[str]] = {}
    for word, value in column.synonyms:
        words.setdefault(value, []).append(word)
    values = (f"{value} ({'、'.join(words[value])})" if value in words else value for value in choices(column))
    cells = (
        f"`{column.name}`", column.dtype, column.unit, _NEED[column.required], column.description, "; ".join(values),
        "、".join(column.aliases), column.example,
    )  # fmt: skip
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


if __name__ == "__main__":
    sys.stdout.write(page())
