"""The order of a leaderboard, which stands still while a hand is on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lab.panels.race.columns import in_order
from lab.panels.race.standings import BoardRow


class HeldOrder:
    """Puts rows in order; while it is held they keep their places, whatever becomes of their numbers.

    A racer that overtakes between the look and the press would otherwise be the one that is pressed.
    """

    def __init__(self) -> None:
        self._lanes: tuple[int, ...] = ()
        self._by: object = None
        #: The place of each racer, by its lane, from 1 on; while the order is held, not the row that it stands in.
        self.places: Mapping[int, int] = {}

    def of(self, rows: Sequence[BoardRow], sort: str, descending: bool, *, held: bool) -> tuple[BoardRow, ...]:
        """The rows from top to bottom; `held` as they last were, unless by another column. Who is new comes last."""
        ordered = in_order(rows, sort, descending)
        self.places = {row.look.lane: i for i, row in enumerate(ordered, 1)}
        if held and (sort, descending) == self._by:
            old = {lane: i for i, lane in enumerate(self._lanes)}
            ordered = tuple(sorted(ordered, key=lambda row: old.get(row.look.lane, len(old))))
        self._lanes, self._by = tuple(row.look.lane for row in ordered), (sort, descending)
        return ordered
