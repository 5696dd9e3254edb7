"""What a sweep of Explore is made of: its fields, its examples and its plan."""
