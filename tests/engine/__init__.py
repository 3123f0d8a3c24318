"""Contract tests over the registries of the engine, and facts of single algorithms."""
