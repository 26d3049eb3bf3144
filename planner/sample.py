"""Where the embedded sample is: beside the package in a wheel, beside the checkout otherwise."""

from __future__ import annotations

from pathlib import Path

from planner.errors import StudyError, fault

_HERE = Path(__file__).parent
_PLACES = (_HERE / "sample_data", _HERE.parent / "data")


def sample_study() -> Path:
    """Return the study file of the embedded sample.

    Returns
    -------
    Path
        ``study.toml``; the layers lie beside it. Real names and codes of Dalian, all else invented.

    Raises
    ------
    StudyError
        If the package was installed without its sample.
    """
    for folder in _PLACES:
        study = folder / "study.toml"
        if study.is_file():
            return study
    expected = "the embedded sample beside the package"
    raise StudyError(fault(expected, f"no study.toml in {_PLACES[0]}", "install the planner again from its wheel"))
