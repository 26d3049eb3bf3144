"""What a report is made of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from planner.report import Material
from planner.report.material import lead_group, published_exclusions, weight_group, with_id


def test_missing_columns_told_at_once(material: Material) -> None:
    """A table without its columns is refused, every table in one go."""
    with pytest.raises(ValueError, match=r"findings_after.*status") as caught:
        replace(
            material,
            findings_after=material.findings_after.drop(columns="status"),
            plan_budget=pd.DataFrame({"year": [1]}),
        )
    assert "plan_budget" in str(caught.value)


def test_arrays_must_fit_the_demand(material: Material) -> None:
    """Coverage of another number of points is refused."""
    with pytest.raises(ValueError, match="one value per demand point"):
        replace(material, covered_after={"kindergarten.near": np.ones(3, dtype=bool)})


def test_unknown_language(material: Material) -> None:
    """Only the two languages of the catalogue are known."""
    with pytest.raises(ValueError, match="zh"):
        replace(material, language="fr")


def test_empty_tables_need_no_columns(material: Material) -> None:
    """A table without rows may come without columns: it gets them."""
    bare = replace(material, gap_areas_before=pd.DataFrame(), plan_causes=pd.DataFrame(), stages=pd.DataFrame())
    assert "reason" in bare.plan_causes.columns
    assert len(bare.gap_areas_before) == 0


def test_id_as_index_or_column() -> None:
    """An id may be the index or a column; it comes first and the rows stay."""
    table = pd.DataFrame({"name": ["a"], "facility_id": ["f"]})
    assert with_id(table, "facility_id").columns.tolist() == ["facility_id", "name"]
    assert with_id(table.set_index("facility_id"), "facility_id")["facility_id"].tolist() == ["f"]


def test_only_published_land(material: Material) -> None:
    """Excluded land that is not to be published is in no output."""
    shown = published_exclusions(material)
    assert shown is not None
    assert shown["rule_id"].tolist() == ["water"]
    assert published_exclusions(replace(material, publish_exclusions=())) is None


def test_groups(material: Material) -> None:
    """Points are weighed by people; a request's own group leads its coverage."""
    assert weight_group(material) == "people"
    requests = [{**material.coverage_requests[0], "group": "age_3_5"}]
    assert lead_group(replace(material, coverage_requests=requests), "kindergarten.near") == "age_3_5"
    assert lead_group(material, "kindergarten.near") == "people"
