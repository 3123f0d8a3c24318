"""The column beside the stage: the racer in focus, the leaderboard, the plot."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from lab.panels.race import standings
from lab.panels.race.board import BoardCard, BoardTable
from lab.panels.race.density import crowded, named_start
from lab.panels.race.focus import Focus
from lab.panels.race.focus_card import FocusCard
from lab.panels.race.ghost import RaceGhost
from lab.panels.race.looks import Look, looks
from lab.panels.race.overlays import BOTTOM, LEFT
from lab.panels.race.plot_card import PlotCard
from lab.panels.race.racer_menu import RacerMenu
from lab.panels.race.sharing import Sharing
from lab.panels.race.state import RaceViewState
from lab.sims.race import Cost, Entrant, RaceConfig, RaceFrame
from lab.ui.widgets import Button, row

if TYPE_CHECKING:
    from lab.panels.race.view import RaceView

#: While a crowd plays, its numbers are summed up anew after so many seconds.
SUMMED = 0.1


class Inspector:
    """Makes the cards, and fills the leaderboard and the table over the stage that shows all of it."""

    def __init__(self, view: RaceView) -> None:
        self._experiment = view.experiment
        self.menu = RacerMenu(view)
        first = looks(view.config.racers or (Entrant(),))[0]
        self.focus = FocusCard(view.experiment, first)
        self.focus.start_chosen.connect(view.choose_start)
        self.focus.sweeps.setMenu(view.abilities.sweep_menu(view))
        self.focus.menu_wanted.connect(view.abilities.offer_sweep)
        self.board = BoardCard()
        self.board.added.connect(view.add_optimizer)
        self.board.mark_of = view.mark_of
        self.board.columns_chosen.connect(lambda columns: view.set_look(columns=columns))
        self.board.table_wanted.connect(lambda on: view.set_look(table=on))
        self.table = BoardTable()
        self.table.closed.connect(partial(view.set_look, table=False))
        view.stage.overlays.corners.add(self.table, "bl", LEFT, BOTTOM, needed=True)
        view.stage.overlays.table = self.table
        for board in (self.board.board, self.table.board):
            board.focused.connect(view.focus_lane)
            board.removed.connect(view.remove_racer)
            board.menu_wanted.connect(self.menu.offer)
            board.sort_wanted.connect(lambda column, down: view.set_look(sort=column, descending=down))
        self.fair_note = Button(
            "", "scales", kind="link", tooltip="All learning rates are tuned alike; press to see how"
        )
        self.fair_note.clicked.connect(lambda: view.set_look(fair=True))
        self.board.box.addLayout(row(self.fair_note, None))
        self.plot = PlotCard()
        self.plot.sought.connect(view.seek)
        self.plot.chosen.connect(lambda quantity: view.set_look(plot=quantity))
        view.inspector_column.addWidget(self.focus)
        view.inspector_column.addWidget(self.board)
        view.inspector_column.addWidget(self.plot, 1)
        #: When the numbers of a crowd were summed up last, and for whom.
        self._summed = (0.0, (Focus(-1, -1, False), 0))
        self._sharing = Sharing(view.inspector_scroll, self.board.board, self.plot.plot)

    def show_board(
        self,
        frame: RaceFrame,
        racers: tuple[Look, ...],
        focus: Focus,
        look: RaceViewState,
        test: standings.Excess,
        ghost: RaceGhost | None,
    ) -> None:
        """Show who stands where: from the start in focus, or in the median or mean of all."""
        if focus.average and self._experiment.playing and crowded(frame):
            # Nobody reads sixty sums a second, and those over ten thousand starts take a third of a frame.
            now, of_whom = time.perf_counter(), (focus, len(racers))
            if now - self._summed[0] < SUMMED and of_whom == self._summed[1]:
                return
            self._summed = (now, of_whom)
        config: RaceConfig = self._experiment.run.config
        wanted = look.table or "cost" in look.columns
        cost = self._experiment.probe(Cost()) if wanted else None
        rows: tuple[standings.BoardRow, ...] = ()
        words = "no start yet"
        if focus.average:
            rows = standings.of_all(frame, racers, test, cost, mean=focus.mean)
            words = f"{np.count_nonzero(frame.present):,} starts · {look.statistic}"
        elif focus.start >= 0:
            rows = standings.of_start(frame, racers, focus.start, test, cost)
            words = named_start(frame, focus.start)
        # Losses on another landscape are no measure for these.
        if ghost is not None and ghost.on(config.landscape):
            rows = ghost.standings(rows, config.racers, frame.step, focus.start, focus.average, mean=focus.mean)
        for board in (self.board, self.table) if look.table else (self.board,):
            board.show_board(rows, focus.lane, look, focus.average, test is not None)
            board.of.setText(words)
        mine = next((r for r in rows if r.look.lane == focus.lane), None)
        self.focus.show_test_loss(None if mine is None or mine.test is None else (mine.loss, mine.test))
