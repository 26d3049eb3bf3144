"""The data of the map: columns of integers and one table of texts, read from the tables of the run."""

from planner.report.payload.assemble import payload as payload
