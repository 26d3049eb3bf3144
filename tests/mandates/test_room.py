"""What holds for the whole room: predicates know whether a place covers, never by which mode or cost."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import planner.mandates

ROOM = Path(planner.mandates.__file__).parent
PREDICATES = (
    "count_per_unit", "every_institution", "capacity", "programme_per_year", "network_roles", "coverage_share"
)  # fmt: skip
OF_REACHES = {"key", "mode", "cost_kind", "direction", "reaches", "bounded", "costs", "limit", "limit_cost"}


@pytest.mark.parametrize("name", [*PREDICATES, "counting", "effects", "row_builder"])
def test_a_predicate_asks_who_is_covered_and_not_how(name: str) -> None:
    """No predicate reads mode, cost kind, direction, limit or costs: evaluate and rows both read `covers`."""
    tree = ast.parse((ROOM / f"{name}.py").read_text(encoding="utf-8"))
    read = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert read & OF_REACHES == set()


def test_these_are_all_predicates() -> None:
    """A file with an evaluate of its own is on the list above."""
    found = {
        path.stem
        for path in ROOM.glob("*.py")
        if any(
            isinstance(node, ast.FunctionDef) and node.name == "evaluate" and node.args.args[:1][0].arg == "self"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    }
    assert found == {*PREDICATES, "mandate"}
