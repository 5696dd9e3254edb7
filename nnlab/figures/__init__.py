"""Numbers in, pictures out: the plane and the curves."""
