"""Background work: latest wins, stale answers are dropped, progress, cancel, errors delivered, no thread left."""

import threading

import pytest

from lab.core.errors import BadValue
from lab.ui.jobs import Jobs


@pytest.fixture
def jobs(qapp):
    made = Jobs()
    yield made
    made.shutdown()
    made.deleteLater()


class Gate:
    """Work that waits until it is let go."""

    def __init__(self):
        self.begun, self.let = threading.Event(), threading.Event()
        self.ran = []

    def work(self, ticket, value):
        self.ran.append(value)
        self.begun.set()
        self.let.wait(5)
        return value


def test_an_answer_is_delivered_on_the_gui_thread(jobs, qtbot):
    seen = []
    jobs.submit("k", lambda ticket, a, b: a + b, 2, 3, done=lambda v: seen.append((v, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [(5, threading.main_thread())]


def test_the_latest_wins_and_those_between_never_run(jobs, qtbot):
    gate, seen = Gate(), []
    jobs.submit("k", gate.work, 0, done=seen.append)
    assert gate.begun.wait(5)
    for i in range(1, 6):
        jobs.submit("k", gate.work, i, done=seen.append)
    gate.let.set()
    qtbot.waitUntil(lambda: bool(seen))
    qtbot.wait(20)
    assert seen == [5]
    assert gate.ran == [0, 5]


def test_lines_do_not_wait_for_each_other(jobs, qtbot):
    gate, seen = Gate(), []
    jobs.submit("slow", gate.work, "slow", done=seen.append)
    assert gate.begun.wait(5)
    jobs.submit("quick", lambda ticket: "quick", done=seen.append)
    qtbot.waitUntil(lambda: seen == ["quick"])
    gate.let.set()
    qtbot.waitUntil(lambda: seen == ["quick", "slow"])


def test_a_cancelled_job_never_answers_and_hears_of_it(jobs, qtbot):
    begun, heard, seen = threading.Event(), threading.Event(), []

    def work(ticket):
        begun.set()
        try:
            while True:
                ticket.progress(0.5)
        finally:
            heard.set()

    jobs.submit("k", work, done=seen.append, failed=seen.append)
    assert begun.wait(5)
    jobs.cancel("k")
    assert heard.wait(5)
    qtbot.wait(30)
    assert seen == []
    jobs.submit("k", lambda ticket: 1, done=seen.append)
    qtbot.waitUntil(lambda: seen == [1])


def test_an_answer_never_comes_inside_the_question(jobs, qtbot):
    """Even when the work is done before it could be watched."""
    seen = []
    for i in range(200):
        jobs.submit(i, lambda ticket: 1, done=seen.append)
        assert seen == []
    qtbot.waitUntil(lambda: len(seen) == 200)


def test_progress_is_told(jobs, qtbot):
    told, seen = [], []

    def work(ticket):
        for i in range(5):
            ticket.progress(i / 4)
        return "there"

    jobs.submit("k", work, done=seen.append, progress=told.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert told == [0.0, 0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize("inline", [False, True])
def test_errors_go_to_whoever_asked(qapp, qtbot, inline, caplog):
    jobs, failed, seen = Jobs(inline=inline), [], []

    def refuse(ticket):
        raise BadValue("lr", "0 is not above 0")

    def break_down(ticket):
        raise IndexError("out of the window")

    jobs.submit("a", refuse, done=seen.append, failed=failed.append)
    qtbot.waitUntil(lambda: len(failed) == 1)
    jobs.submit("a", break_down, done=seen.append, failed=failed.append)
    qtbot.waitUntil(lambda: len(failed) == 2)
    assert failed == ["lr: 0 is not above 0", "IndexError: out of the window"]
    assert seen == []
    assert "a job failed" in caplog.text
    jobs.submit("a", lambda ticket: 7, done=seen.append, failed=failed.append)
    qtbot.waitUntil(lambda: seen == [7])
    jobs.shutdown()
    jobs.deleteLater()


def test_inline_answers_before_it_returns(qapp):
    jobs, seen, told = Jobs(inline=True), [], []

    def work(ticket, x):
        ticket.progress(0.5)
        return 2 * x

    jobs.submit("k", work, 21, done=seen.append, progress=told.append)
    assert seen == [42]
    assert told == [0.5]
    jobs.shutdown()
    jobs.deleteLater()


def test_shutting_down_leaves_no_thread_and_no_answer(qapp, qtbot):
    jobs, gate, seen = Jobs(), Gate(), []
    jobs.submit("k", gate.work, 1, done=seen.append)
    jobs.submit("k", gate.work, 2, done=seen.append)
    assert gate.begun.wait(5)
    gate.let.set()
    jobs.shutdown()
    qtbot.wait(20)
    assert seen == []
    assert not [t for t in threading.enumerate() if t.name.startswith("lab-job")]
    jobs.deleteLater()


def test_nothing_runs_after_shutting_down(qapp, qtbot):
    """A window that is closing may still ask; no thread may come back to life for it."""
    jobs, seen = Jobs(), []
    jobs.shutdown()
    jobs.submit("k", lambda ticket: 1, done=seen.append)
    qtbot.wait(20)
    assert seen == []
    assert not [t for t in threading.enumerate() if t.name.startswith("lab-job")]
    jobs.deleteLater()


def test_a_panel_closed_while_its_field_is_computed_is_not_answered(windows, qtbot):
    """The answer to a view that is no more is dropped, not delivered to a deleted widget."""
    window = windows("race", inline=False)
    dock = window.docks[0]
    dock.view.stage.zoom(0.5)
    window.close_panel(dock)
    qtbot.wait(150)
    window.jobs.shutdown()
    qtbot.wait(10)


def test_a_window_closed_while_jobs_run_leaves_no_thread(windows, qtbot):
    window = windows("race", inline=False)
    window.docks[0].view.stage.zoom(0.5)
    window.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("lab-job")]
