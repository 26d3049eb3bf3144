"""The study file (TOML): each room's own settings, composed."""

from planner.study.model import Study as Study
from planner.study.model import StudyLayers as StudyLayers
from planner.study.reading import read_study as read_study

__all__ = ["Study", "StudyLayers", "read_study"]
