"""A look inside a run: single points, the next update, and what is wrong."""
