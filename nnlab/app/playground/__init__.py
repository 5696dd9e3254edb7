"""The playground: one run, its settings and its pictures."""
