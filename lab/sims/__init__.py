"""One experiment per file: engine pieces composed into a Simulation."""
