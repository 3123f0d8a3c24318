"""The quick run must work from the command line and hold every promised row; the table must tell the truth."""

import math
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from lab.bench import BENCHES, Row, Skipped
from lab.bench._measure import each, optional, quantile, seconds
from lab.bench.command import amount, cells, line, run
from lab.engine.landscapes import LANDSCAPES
from lab.engine.optimizers import OPTIMIZERS

#: Beginnings of lines.
PROMISED = [
    *(f"{entry.title}: one step" for entry in OPTIMIZERS),
    *(f"{entry.title}: value and gradient" for entry in LANDSCAPES),
    "L-BFGS until every |g| < 1e-6",
    "race: one step",
    "race: frame() for the view",
    "race: trace() for trails and plot",
    "play it without a window: one step",
    "seek a random step, median",
    "seek a random step, worst",
    "step back, worst of 100",
    "undo or redo an event 20 steps back, median",
    "memory of events with undo",
    "session: write",
    "session: read and check",
    *(
        f"{act}: {what}"
        for act in (
            "play at 60 steps a second", "play at 300 steps a second", "replay at 60 steps a second",
            "scrub to a random step", "drag a start", "drag the slider of the learning rate", "pan the stage",
            "zoom the stage",
        )
        for what in ("median frame", "p95")
    ),
    "first window: start page painted",
    "first window: race open and painted",
    "Optimizer race: open the panel",
    "idle: timers running",
    "idle: share of a core",
]  # fmt: skip


@pytest.fixture(scope="module")
def printed() -> list[str]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-m", "lab", "bench", "--quick"],
        capture_output=True, encoding="utf-8", env=environment, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize("task", PROMISED)
def test_the_quick_run_has_every_promised_row(printed: list[str], task: str) -> None:
    assert any(text.startswith(task) for text in printed), task


def test_what_is_missing_is_said(printed: list[str]) -> None:
    skipped = [text for text in printed if "skipped: " in text]
    assert any("torch" in text for text in skipped) == (optional("torch") is None)
    assert "tiny sizes" in "\n".join(printed).lower()
    table = printed[printed.index(next(text for text in printed if text.startswith("task "))) + 1 : -3]
    assert printed[-1].startswith(f"{len(table) - len(skipped)} measured in ")


def test_rows_know_their_budget_and_ratio() -> None:
    assert Row("seek", "10", 0.02, budget=0.016).over
    assert not Row("seek", "10", 0.016, budget=0.016).over
    assert Row("seek", "10", math.nan, budget=0.016).over
    assert not Row("seek", "10", 9.0).over
    assert Row("step", "1", 2.0, theirs=6.0).ratio == 3.0
    assert Row("step", "1", 2.0).ratio is None


def test_the_table_is_aligned_and_marks_what_is_over() -> None:
    rows = [
        Row("seek", "10 steps", 0.02, budget=0.016),
        Row("step", "n = 1", 1.2e-5, theirs=1.2e-4, reference="torch 2"),
        Row("timers", "paused", 0.0, "", 0.0),
    ]
    lines = [line(cells(row)) for row in rows]
    assert lines[0].endswith("20.0 ms    16.0 ms                        OVER BUDGET")
    assert lines[1].endswith("12.0 µs                 120 µs       10x  torch 2")
    assert lines[0].index("20.0 ms") + len("20.0 ms") == lines[1].index("12.0 µs") + len("12.0 µs")
    assert lines[2].split() == ["timers", "paused", "0", "0"]
    assert line(cells(Skipped("torch", "not installed"))).split(maxsplit=1) == ["torch", "skipped: not installed"]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (4.2e-8, "s", "42.0 ns"), (9.994e-7, "s", "999 ns"), (9.996e-7, "s", "1.00 µs"), (0.0123, "s", "12.3 ms"),
        (0.99951, "s", "1.00 s"), (61.0, "s", "61.0 s"), (350.0, "MB", "350 MB"), (0.2, "%", "0.20 %"), (3.0, "", "3"),
    ],
)  # fmt: skip
def test_amounts_read_well(value: float, unit: str, text: str) -> None:
    assert amount(value, unit) == text


def test_works_take_turns_and_quick_means_once() -> None:
    calls = []
    assert len(seconds(lambda: calls.append("a"), lambda: calls.append("b"), quick=True)) == 2
    assert calls == ["a", "b"]
    assert len(each(calls.append, [1, 2])) == 2
    assert calls[-2:] == [1, 2]
    assert quantile([3.0, 1.0, 2.0, 4.0], 0.95) == 4.0
    assert quantile([3.0, 1.0, 2.0, 4.0], 0.5) == 3.0


def test_a_crash_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(quick: bool) -> Iterator[Row]:
        yield Row("fine", "1", 1.0)
        raise ZeroDivisionError

    class One:
        item = staticmethod(breaks)

    monkeypatch.setattr("lab.bench.command.BENCHES", [One])
    with pytest.raises(ZeroDivisionError):
        run(type("Arguments", (), {"quick": True})())


def test_every_file_beside_the_command_is_found() -> None:
    assert {"optimizers", "landscapes", "race", "timeline", "frames", "first_window", "idle", "memory"} <= set(
        BENCHES.ids()
    )
