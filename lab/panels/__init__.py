"""The panels: one folder each, with a specification, a view and what the view shows.

Importing this package or a panel's folder loads no Qt: the view is imported when it is first opened.
"""

from __future__ import annotations

from lab.core.panel import PanelSpec
from lab.core.registry import Family

__all__ = ["PANELS"]

PANELS: Family[PanelSpec] = Family("panels", __name__)
