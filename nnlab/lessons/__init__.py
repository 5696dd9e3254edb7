"""Lessons: one Markdown file each, read, checked by running it, and never trusted."""
