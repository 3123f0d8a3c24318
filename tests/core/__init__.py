"""The foundation, specified."""
