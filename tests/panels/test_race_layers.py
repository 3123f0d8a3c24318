"""What can be laid over the landscape, and what it says."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from lab.core.run import SetParam
from lab.core.simulation import Mark
from lab.core.traces import Trace
from lab.engine.landscapes.formula import Formula
from lab.engine.optimizers import OPTIMIZERS
from lab.panels.race.density import CELL, cloud, crowded
from lab.panels.race.dissection import part_role
from lab.panels.race.plot_card import Quantiles, quantiles
from lab.panels.race.racers import winners
from lab.panels.race.record import Firsts
from lab.sims.race import MoveStart, ScatterStarts
from lab.ui.theme import theme

LAYERS = (
    "contours", "log_colors", "arrows", "apart", "curvature", "basins", "data", "average", "setup", "difference",
    "test_loss", "schedule", "table",
)  # fmt: skip


@pytest.mark.parametrize("preset", ["himmelblau", "parabola", "regression", "saddle", "sharp_and_flat"])
def test_every_layer_can_be_put_on_and_taken_off(race: Any, preset: str) -> None:
    race.view.choose_preset(preset)
    race.experiment.seek(20)
    for name in LAYERS:
        before = getattr(race.experiment.view_state, name)
        for on in (not before, before):
            race.view.set_look(**{name: on})
            race.view.grab()
            assert race.view.banner.message == ""


def test_the_menu_switches_layers(race: Any) -> None:
    race.view.choose_preset("sharp_and_flat")
    assert not race.view.buttons.layers.switches["difference"].isEnabled()
    for name, switch in race.view.buttons.layers.switches.items():
        if not switch.isEnabled():
            continue
        before = getattr(race.experiment.view_state, name)
        for on in (not before, before):
            switch.trigger()
            assert getattr(race.experiment.view_state, name) is on
            assert switch.isChecked() is on
    assert race.view.banner.message == ""


def test_every_rule_can_race_and_be_taken_apart(race: Any) -> None:
    before = race.experiment.run
    race.view.set_look(apart=True, curvature=True)
    for kind in OPTIMIZERS.ids():
        race.view.add_optimizer(kind)
        race.experiment.seek(12)
        race.view.grab()
        assert race.view.banner.message == "", kind
        assert race.view.stage.overlays.apart.phases >= 1, kind
        race.experiment.seek(0)
        race.experiment.undo()
        assert race.experiment.run == before, kind


def test_a_crowd_becomes_a_cloud(race: Any) -> None:
    race.experiment.do(ScatterStarts(1000), "Scatter")
    race.experiment.seek(5)
    assert crowded(race.experiment.frame())
    race.view.grab()
    assert race.view.banner.message == ""


def test_a_cell_is_coloured_by_who_is_there_and_how_many() -> None:
    red, blue = (200, 0, 0), (0, 0, 200)
    here, there, outside = [1.5, 0.5], [0.5, 1.5], [9.0, 9.0]
    pixels = np.array([[here, here, outside], [there, here, outside]])
    picture = cloud(pixels, 3, 2, [red, blue])
    assert picture.shape == (2, 3, 4)
    assert np.count_nonzero(picture[..., 3]) == 2
    assert (picture[1, 0, :3] > 0).tolist() == [False, False, True]
    mixed = picture[0, 1].astype(float)
    assert mixed[0] == pytest.approx(2 * mixed[2], abs=2)
    assert picture[0, 1, 3] > picture[1, 0, 3]


def painted(layer: Any, stage: Any) -> Any:
    """What a layer paints on nothing, as (height, width, 4) bytes."""
    image = QImage(stage.size(), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        painter.setClipRect(stage.plot)
        layer.paint(painter, stage)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).copy()


@pytest.mark.parametrize("step", [0, 3, 60])
def test_a_crowd_is_painted_where_it_says_and_nowhere_else(race: Any, step: int) -> None:
    race.experiment.do(ScatterStarts(1000), "Scatter")
    race.experiment.do(SetParam("learning_rate", 0.02, 0), "Too fast for many")
    race.experiment.seek(step)
    # In front of the others, who are looked at together, stand those of a start that was chosen.
    race.view.choose_start(0)
    stage = race.view.stage
    for layer in (stage.density, stage.racers):
        extent = layer.extent(stage)
        assert extent is not None
        within = QImage(stage.size(), QImage.Format.Format_ARGB32_Premultiplied)
        within.fill(Qt.GlobalColor.transparent)
        with QPainter(within) as painter:
            painter.setClipRegion(extent)
            painter.fillRect(stage.rect(), Qt.GlobalColor.white)
        there = np.frombuffer(within.constBits(), np.uint8).reshape(within.height(), within.width(), 4)[..., 3] > 0
        seen = painted(layer, stage)[..., 3] > 0
        assert seen.any()
        assert not (seen & ~there).any()


def test_the_part_of_the_cloud_that_is_drawn_looks_like_the_whole(race: Any) -> None:
    race.experiment.do(ScatterStarts(1000), "Scatter")
    race.experiment.seek(40)
    stage = race.view.stage
    layer, plot = stage.density, stage.plot
    seen = layer._look(layer.frame, stage)
    whole = QRect(0, 0, int(plot.width() // CELL), int(plot.height() // CELL))
    assert whole.contains(seen.box)
    assert whole != seen.box
    part = painted(layer, stage)
    cells = np.add(seen.cells, (seen.box.left(), seen.box.top()))
    layer._seen = dataclasses.replace(seen, box=whole, cells=cells)
    # The painter's fixed-point numbers begin elsewhere: the last bit of a colour may differ.
    assert np.abs(part.astype(int) - painted(layer, stage)).max() <= 1


def test_where_nobody_is_in_the_picture_there_is_no_cloud(race: Any) -> None:
    race.experiment.do(ScatterStarts(1000), "Scatter")
    race.experiment.seek(2)
    stage = race.view.stage
    stage.show_world(QRectF(1e4, 1e4, 1.0, 1.0))
    assert stage.density.extent(stage).isEmpty()
    assert not painted(stage.density, stage).any()


def test_first_marks_are_the_same_however_often_they_were_asked_for() -> None:
    marks = [Mark(t, "at target", t * 7 % 3, ("reached", "diverged")[t % 2], (t,)) for t in range(40)]
    grown, often = [], Firsts()
    for mark in marks:
        grown.append(mark)
        assert often.of(grown) == Firsts().of(list(grown))
    assert [mark.step for mark in often.of(grown)] == [0, 1, 2, 3, 4, 5]
    # A hand changed what was to come: the list is another one, and so are its firsts.
    assert often.of(marks[3:]) == Firsts().of(marks[3:])
    del grown[4:]
    assert often.of(grown) == marks[:4]


def test_the_same_part_has_the_same_colour_for_every_rule() -> None:
    assert part_role("gradient", 0) == part_role("gradient", 3) == "gradient"
    for i in range(8):
        theme().hex(part_role("something of its own", i))


def test_the_keras_convention_brings_its_defaults(race: Any) -> None:
    race.view.add_optimizer("rmsprop")
    lane = race.view.config.racers[-1].id
    race.view.set_look(focus_lane=lane)
    race.view.focus_card._on_edited("convention", "keras")
    changed = next(r.optimizer for r in race.view.config.racers if r.id == lane)
    assert changed.convention == "keras"
    assert changed.epsilon == 1e-7


def test_each_entry_of_the_layers_menu_switches_its_layer(race: Any) -> None:
    for name, switch in race.view.buttons.layers.switches.items():
        if not switch.isEnabled():
            continue
        before = getattr(race.experiment.view_state, name)
        for on in (not before, before):
            switch.trigger()
            assert getattr(race.experiment.view_state, name) == switch.isChecked() == on


@pytest.mark.parametrize("gaps", [0.0, 0.5, 1.0])
def test_quantiles_are_numpys_own(gaps: float) -> None:
    draw = np.random.default_rng(3)
    rows = draw.standard_normal((40, 3, 17)).astype(np.float32)
    rows[draw.random(rows.shape) < gaps] = np.nan
    found = quantiles(rows, (0.1, 0.5, 0.9))
    for k, share in enumerate((0.1, 0.5, 0.9)):
        for i in np.ndindex(40, 3):
            some = rows[i][np.isfinite(rows[i])]
            wanted = np.quantile(some.astype(np.float64), share) if len(some) else np.nan
            assert found[(k, *i)] == pytest.approx(wanted, rel=1e-6, nan_ok=True)


def test_quantiles_follow_a_history_that_is_cut_and_thinned() -> None:
    draw, trace, known = np.random.default_rng(4), Trace(16), Quantiles()
    step = 0
    for i in range(120):
        if i % 17 == 16:
            step = int(draw.integers(0, step))
            trace.cut(step)
            step = (step // trace.stride + 1) * trace.stride
        trace.append(step, draw.standard_normal((2, 5, 3)).astype(np.float32))
        step += trace.stride
        found = known.follow(trace, (0, 2, 3), trace.values[..., 1], "loss")
        rows = trace.values[:, :, [0, 2, 3], 1]
        assert np.array_equal(found[:, :3], np.moveaxis(quantiles(rows, Quantiles.WANTED), 0, 1))
        assert found[:, 3] == pytest.approx(rows.mean(axis=-1), rel=1e-5, abs=1e-6)


def test_a_step_is_taken_apart_by_the_button_beside_its_rule(race: Any) -> None:
    card = race.view.stage.overlays.apart
    race.experiment.seek(8)
    assert card.isHidden()
    race.view.equation._apart.click()
    assert not card.isHidden()
    assert race.view.buttons.layers.switches["apart"].isChecked()
    race.view.equation._apart.click()
    assert card.isHidden()


def test_every_layer_is_in_the_command_palette(race: Any) -> None:
    commands = {command.title: command for command in race.view.commands()}
    for switch in race.view.buttons.layers.switches.values():
        assert any(title.endswith(f": {switch.text()}") for title in commands) is switch.isEnabled()
    commands["Show: Next step, taken apart"].run()
    assert race.experiment.view_state.apart


def test_who_is_first_at_the_target_gets_the_flag(race: Any) -> None:
    race.experiment.seek(240)
    race.experiment.timeline.work(lambda: True)
    race.view.refresh()
    frame = race.experiment.frame()
    won = winners(frame, np.array([0, 1]))
    for start in (0, 1):
        reached = frame.reached_at[:, start]
        first = reached[reached >= 0].min()
        assert won[:, start].tolist() == (reached == first).tolist()
        assert won[:, start].sum() >= 1
    shown = {row.look.lane: row.winner for row in race.view.leaderboard.rows}
    assert [shown[look.lane] for look in race.view._looks] == won[:, 0].tolist()
    race.experiment.seek(0)
    assert not winners(race.experiment.frame(), np.array([0, 1])).any()


def test_a_loss_that_is_not_there_is_no_perfect_score(race: Any) -> None:
    race.view.choose_landscape(Formula)
    config = race.view.config
    half = dataclasses.replace(config, landscape=Formula("sqrt(x) + y^2"), starts=((-1.0, 0.5), (1.0, 0.5)))
    race.experiment.set_config(half, "Half a landscape")
    race.experiment.seek(3)
    assert all(np.isnan(row.loss) for row in race.view.leaderboard.rows)
    field = race.view.stage.field._field
    assert 0.3 < field.undefined.mean() < 0.7
    race.view.set_look(focus_start=1)
    assert all(np.isfinite(row.loss) for row in race.view.leaderboard.rows)


def test_a_start_without_a_history_shows_no_other_ones(race: Any) -> None:
    race.experiment.do(ScatterStarts(100), "Scatter")
    race.experiment.seek(10)
    race.view.set_look(focus_start=5)
    series = race.view.plot_card.plot._lines.series
    assert any(np.isfinite(one.raw).any() for one in series.values())
    race.view.set_look(focus_start=90)
    assert not any(np.isfinite(one.raw).any() for one in series.values())
    assert not race.view.plot_card._untraced.isHidden()


def test_one_pull_of_the_hand_is_one_tick(race: Any) -> None:
    for step in range(3, 12):
        race.experiment.seek(step)
        race.experiment.do(MoveStart(0, (0.1 * step, 1.0)), "Drag")
    race.experiment.seek(60)
    race.experiment.do(MoveStart(0, (0.0, 1.0)), "Drag")
    assert [tick.step for tick in race.view.ticks() if tick.label == "A dragged"] == [3, 60]
