"""A run as a value: its settings, how it starts and advances, and what it measures."""
