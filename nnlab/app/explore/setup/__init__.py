"""How a sweep is set up on Explore: its fields, its examples and its plan."""
