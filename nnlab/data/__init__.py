"""The points that a network learns from: drawn, generated or read from a file."""
