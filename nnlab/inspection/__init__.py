"""A look inside a run: single points, the plane, the next update, and what is wrong."""
