"""A figure as one sees it from the last row: large type, thick lines, no titles at the axes."""

import json
from functools import lru_cache

TEXT = 22  # pixels
GROWTH = 1.3  # of markers and lines


@lru_cache(maxsize=4)
def from_afar(figure: str) -> str:
    """Return a figure, given as JSON, with large type and lines; colour bar and legend lie inside."""
    drawn = json.loads(figure)
    for trace in drawn["data"]:
        marker = trace.get("marker", {})
        for part, name in ((marker, "size"), (trace.get("line", {}), "width")):
            if name in part:
                part[name] *= GROWTH
        if "colorbar" in marker:
            marker["colorbar"] |= {"x": 1, "xanchor": "right", "len": 0.5, "y": 1, "yanchor": "top"}
    layout = drawn["layout"]
    layout["font"]["size"] = layout["legend"]["font"]["size"] = TEXT
    layout["legend"] |= {"y": 1, "yanchor": "top"}
    for axis in ("xaxis", "yaxis"):
        layout[axis].pop("title", None)
        layout[axis]["exponentformat"] = "e"  # the digits of a power would be small
    titled = "annotations" in layout
    layout["margin"] = {
        "l": 74 if titled else 62,
        "r": 16 if titled else 6,
        "t": 30 if titled else 6,
        "b": 34,
    }
    return json.dumps(drawn)
