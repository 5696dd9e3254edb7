"""Numbers in, Plotly figures and pictures out; no run is computed here."""
