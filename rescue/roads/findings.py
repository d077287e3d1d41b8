"""What `rescue check` says of the roads: whether they can be used, and whether the lifts lie on them.

Coordinates of the wrong datum are shifted by half a kilometre, which in a dense city lands on another street. So they
are told by all lifts together: entrances lie closer to roads than chance, and shifted back they would lie closer still.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from devices.datum import convert_gcj02_to_wgs84
from dispatch.crews import Position
from dispatch.roads.errors import RoadsUnusable
from dispatch.roads.files import RoadFiles
from dispatch.roads.snapping import FARTHEST_M, Snapping
from rescue.watch.findings import Finding

FEWEST_LIFTS = 50
"""With fewer, chance may have it that they lie closer to roads when they are shifted."""
CLOSER = 0.6
"""So much closer the lifts' median must come: our judgement."""
FEW_OFF = 0.01
"""Lifts off any road that a map without every village explains: our judgement."""


def check_roads(files: RoadFiles, lifts: Sequence[Position]) -> Finding:
    """Look at the roads on disk, and at where the registered lifts lie on them."""
    try:
        network, closures = files.load_network(), files.load_closures()
    except RoadsUnusable as error:
        return Finding(part="roads", ok=False, said=str(error))
    if network is None:
        said = "none are imported, so ways are estimated by straight lines: `rescue roads import FILE.osm.pbf`"
        return Finding(part="roads", ok=True, said=said)
    doubt = _doubt(Snapping(network), lifts)
    said = f"{network.length_m.sum() / 1000:,.0f} km from {network.origin.file}, {len(closures)} closures in force"
    return Finding(part="roads", ok=doubt is None, said=f"{said}; {doubt}" if doubt else said)


def _doubt(snapping: Snapping, lifts: Sequence[Position]) -> str | None:
    if not lifts:
        return None
    off_m = snapping.find(lifts).off_m
    if len(lifts) >= FEWEST_LIFTS:
        shifted = [Position(*convert_gcj02_to_wgs84(lift.lon, lift.lat)) for lift in lifts]
        as_they_are_m, shifted_m = median(off_m.tolist()), median(snapping.find(shifted).off_m.tolist())
        if shifted_m < CLOSER * as_they_are_m:
            return (
                f"the lifts lie {as_they_are_m:.0f} m off the roads in the middle, and {shifted_m:.0f} m if they are "
                "taken for GCJ-02: import them again as WGS84"
            )
    off = int((off_m > FARTHEST_M).sum())
    if off <= FEW_OFF * len(lifts):
        return None
    return f"{off:,} of {len(lifts):,} lifts lie more than {FARTHEST_M:.0f} m off any road: is it GCJ-02?"
