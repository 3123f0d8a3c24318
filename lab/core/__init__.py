"""The foundation: what a run is, how it is stepped, wound back and written down. No Qt, no algorithms."""
