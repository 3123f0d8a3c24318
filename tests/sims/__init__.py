"""The experiments, held to their contract."""
