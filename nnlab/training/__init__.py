"""A run as a value: its settings, its updates, and its metrics."""
