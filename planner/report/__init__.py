"""Report: pictures, tables, texts and exchange files, all read from the tables of one run."""

from planner.report.material import Material as Material
from planner.report.write import write_report as write_report
