"""The study file (TOML): each room's own settings, composed; a first one written from a folder of layers."""

from planner.study.model import Study as Study
from planner.study.model import StudyLayers as StudyLayers
from planner.study.reading import read_study as read_study
from planner.study.scaffold import write_study as write_study
from planner.study.tentative import tentative_study as tentative_study

__all__ = ["Study", "StudyLayers", "read_study", "tentative_study", "write_study"]
