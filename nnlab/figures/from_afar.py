"""A figure as one sees it from the back row: large type, thick lines, no titles at the axes."""

import json
from functools import lru_cache

from nnlab.figures.style import TEXT

FAR_TEXT = 22  # pixels
GROWTH = 1.3  # of markers and lines


@lru_cache(maxsize=4)
def from_afar(figure: str) -> str:
    """Return a figure, given as JSON, with large type and lines."""
    drawn = json.loads(figure)
    for trace in drawn["data"]:
        for part, name in (("marker", "size"), ("line", "width")):
            if name in trace.get(part, {}):
                trace[part][name] *= GROWTH
    layout = drawn["layout"]
    layout["font"]["size"] = layout["legend"]["font"]["size"] = FAR_TEXT
    for axis in ("xaxis", "yaxis"):
        layout[axis].pop("title", None)
    layout["xaxis"]["exponentformat"], layout["yaxis"]["exponentformat"] = "SI", "e"  # no powers
    margin = {side: pixels * FAR_TEXT / TEXT for side, pixels in layout["margin"].items()}
    layout["margin"] = {**margin, "t": min(margin["t"], 30), "b": 34}
    return json.dumps(drawn)
