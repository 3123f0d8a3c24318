"""The lab's foundation: what a run is, how it is stepped, wound back and written down. Standard library and NumPy only."""
