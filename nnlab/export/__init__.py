"""A run as files: a script, its parameters, a replay and an animation."""
