"""The algorithms: NumPy only, usable from a notebook with no display."""
