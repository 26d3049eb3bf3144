"""Everything a run reads before it computes: rules, layers, options. A check and a run share this path."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planner.errors import MandateError, fault, shortened
from planner.mandates import group_readings
from planner.pipeline.attempts import Attempts
from planner.pipeline.attributes import check_options, check_rules
from planner.pipeline.inputs import Inputs, Tried, groups_of, try_inputs
from planner.pipeline.measure import Rules, places, read_rules, study_options
from planner.pipeline.proposed import check_clusters
from planner.study import Study


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Reading:
    """What could be read of a study.

    Attributes
    ----------
    rules, options
        None where they, or what they are made from, are broken.
    tried
        The layers.
    attempts
        The faults.
    """

    rules: Rules | None
    tried: Tried
    options: pd.DataFrame | None
    attempts: Attempts

    def complete(self) -> tuple[Rules, Inputs, pd.DataFrame]:
        """Return rules, inputs and options.

        Raises
        ------
        InputError
            With all faults of all inputs at once.
        """
        self.attempts.raise_if_any()
        if self.rules is None or self.tried.inputs is None or self.options is None:
            raise AssertionError("inputs without faults were not read")
        return self.rules, self.tried.inputs, self.options


def read_everything(study: Study) -> Reading:
    """Read rules and layers of a study and make its options; faults are kept, and reading goes on."""
    attempts = Attempts()
    rules = attempts(lambda: read_rules(study))
    of_layers = Attempts()
    tried = try_inputs(study, of_layers)
    attempts.join(of_layers)
    inputs, options = tried.inputs, None
    if inputs is not None:
        options = attempts(lambda: _options(study, inputs))
        made = options
        if made is not None:
            attempts(lambda: places(inputs.facilities, made))
        if rules is not None:
            attempts(lambda: _check_groups(rules, inputs, study))
            attempts(lambda: check_clusters(study, rules.profile))
            attempts(lambda: check_rules(rules, inputs.facilities))
    return Reading(rules=rules, tried=tried, options=options, attempts=attempts)


def _options(study: Study, inputs: Inputs) -> pd.DataFrame:
    check_options(study, inputs.facilities)
    return study_options(study, inputs)


def _check_groups(rules: Rules, inputs: Inputs, study: Study) -> None:
    """Check that the people whom mandates count are counted by the layers."""
    groups = groups_of(study)
    read = group_readings(rules.policy.mandates, inputs.demand.columns)
    strange = {name: group for name, group in read.items() if group not in groups}
    if strange:
        found = shortened(f"{group} in mandate {name}" for name, group in strange.items())
        do = "add the group to [[layers.population]], or leave the mandate out with [mandates] only"
        raise MandateError(fault(f"population groups of the study ({', '.join(groups)})", found, do))
