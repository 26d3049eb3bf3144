"""Files in, checked tables out: schemas, readers, coordinate reference systems."""

from planner.layers.boundaries import read_boundaries as read_boundaries
from planner.layers.by_year import read_people_by_year as read_people_by_year
from planner.layers.catchments import read_catchments as read_catchments
from planner.layers.crosswalk import read_crosswalk as read_crosswalk
from planner.layers.datum import Datum as Datum
from planner.layers.datum import from_wgs84 as from_wgs84
from planner.layers.datum import to_wgs84 as to_wgs84
from planner.layers.demand import read_demand as read_demand
from planner.layers.exclusions import read_exclusions as read_exclusions
from planner.layers.facilities import read_facilities as read_facilities
from planner.layers.guard import guarded as guarded
from planner.layers.leading_zones import read_leading_zones as read_leading_zones
from planner.layers.lines import read_lines as read_lines
from planner.layers.log import FaultLog as FaultLog
from planner.layers.look import Seen as Seen
from planner.layers.look import look as look
from planner.layers.permitted import read_permitted_land as read_permitted_land
from planner.layers.read import read_source as read_source
from planner.layers.residential import read_residential_areas as read_residential_areas
from planner.layers.schema import schema as schema
from planner.layers.sites import read_sites as read_sites
from planner.layers.source import BoundarySource as BoundarySource
from planner.layers.source import DemandSource as DemandSource
from planner.layers.source import ExclusionSource as ExclusionSource
from planner.layers.source import LayerSource as LayerSource
from planner.layers.zones import Zone as Zone
from planner.layers.zones import statutory_zone as statutory_zone

__all__ = [
    "BoundarySource",
    "Datum",
    "DemandSource",
    "ExclusionSource",
    "FaultLog",
    "LayerSource",
    "Seen",
    "Zone",
    "from_wgs84",
    "guarded",
    "look",
    "read_boundaries",
    "read_catchments",
    "read_crosswalk",
    "read_demand",
    "read_exclusions",
    "read_facilities",
    "read_leading_zones",
    "read_lines",
    "read_people_by_year",
    "read_permitted_land",
    "read_residential_areas",
    "read_sites",
    "read_source",
    "schema",
    "statutory_zone",
    "to_wgs84",
]
