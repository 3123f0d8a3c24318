"""The panels: one folder each, with a specification, a view and what the view shows."""
