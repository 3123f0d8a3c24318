"""Work in pieces: in turn or by processes it is the same; cancel, faults, lost processes, nothing left behind."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest
from pieces import die_in_a_process, endless, endless_but_first, gone, refuse, square

from lab.core.errors import BadValue
from lab.core.pieces import in_turn
from lab.core.ticket import Cancelled, Ticket
from lab.core.workers import Workers


@pytest.fixture(scope="module")
def ready():
    """Two processes that have answered."""
    workers = Workers(2)
    assert workers.ready() == 2
    yield workers
    workers.close()


def until(true, seconds=20.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.005)


def test_in_turn_is_in_turn():
    assert [(i, found[0]) for i, found in in_turn(Ticket(), square, [(2,), (3,)])] == [(0, 4), (1, 9)]


def test_in_turn_hears_of_a_cancel_between_pieces():
    ticket = Ticket()
    answers = in_turn(ticket, square, [(2,), (3,)])
    assert next(answers)[0] == 0
    ticket.cancel()
    with pytest.raises(Cancelled):
        next(answers)


def test_processes_do_every_piece_once_and_elsewhere(ready):
    found = sorted(ready.spread(Ticket(), square, [(x,) for x in range(40)]))
    assert [(i, value) for i, (value, _) in found] == [(x, x * x) for x in range(40)]
    homes = {home for _, (_, home) in found}
    assert os.getpid() not in homes
    assert len(homes) <= 2


def test_a_single_piece_is_done_here(ready):
    assert list(ready.spread(Ticket(), square, [(5,)])) == [(0, (25, os.getpid()))]


def test_no_piece_is_no_work(ready):
    assert list(ready.spread(Ticket(), square, [])) == []


def test_arrays_come_back_to_the_bit(ready):
    pieces = [(np.random.default_rng(i).standard_normal(1000),) for i in range(4)]
    for i, (found, _) in ready.spread(Ticket(), square, pieces):
        assert found.tobytes() == (pieces[i][0] ** 2).tobytes()


def test_the_caller_helps_until_the_processes_have_started():
    workers = Workers(1)
    try:
        homes = [home for _, (_, home) in workers.spread(Ticket(), square, [(x,) for x in range(8)])]
        assert homes.count(os.getpid()) >= 6, "a process takes far longer to start than eight squares"
        assert workers.ready() == 1
        homes = [home for _, (_, home) in workers.spread(Ticket(), square, [(x,) for x in range(8)])]
        assert os.getpid() not in homes
    finally:
        workers.close()


def test_a_first_single_piece_has_the_processes_started():
    workers = Workers(1)
    try:
        list(workers.spread(Ticket(), square, [(1,)]))
        until(lambda: os.getpid() not in {home for _, (_, home) in workers.spread(Ticket(), square, [(1,)] * 4)})
    finally:
        workers.close()


def test_a_refusal_arrives_as_it_was_raised(ready):
    with pytest.raises(BadValue, match=r"runs\[0\].config: 3 is too much"):
        list(ready.spread(Ticket(), refuse, [(3,), (3,)]))
    assert ready.ready() == 2, "and no process is lost by it"


def test_a_cancel_reaches_the_processes(ready, tmp_path):
    ticket, paths = Ticket(), [tmp_path / "a", tmp_path / "b"]
    raised = []

    def ask():
        try:
            list(ready.spread(ticket, endless, [(path,) for path in paths]))
        except Cancelled as cancelled:
            raised.append(cancelled)

    thread = threading.Thread(target=ask)
    thread.start()
    until(lambda: all(path.exists() for path in paths))
    ticket.cancel()
    thread.join(10)
    assert len(raised) == 1
    until(lambda: not any(path.exists() for path in paths))
    assert len(list(ready.spread(Ticket(), square, [(1,), (2,)]))) == 2, "they are free for what comes next"


def test_who_stops_listening_calls_the_work_off(ready, tmp_path):
    answers = ready.spread(Ticket(), endless_but_first, [(None,), (tmp_path / "a",)])
    assert next(answers) == (0, None)
    until((tmp_path / "a").exists)
    answers.close()
    until(lambda: not (tmp_path / "a").exists())


def test_what_cannot_be_sent_is_done_here(ready):
    found = sorted(ready.spread(Ticket(), lambda ticket, x: (x, os.getpid()), [(1,), (2,)]))
    assert found == [(0, (1, os.getpid())), (1, (2, os.getpid()))]


def test_what_a_killed_process_leaves_is_done_here_and_new_ones_are_started():
    workers = Workers(2)
    try:
        assert workers.ready() == 2
        found = sorted(workers.spread(Ticket(), die_in_a_process, [(x, os.getpid()) for x in range(9)]))
        assert found == [(x, x * x) for x in range(9)]
        assert workers.ready() == 1, "one that died may do so again"
        list(workers.spread(Ticket(), die_in_a_process, [(x, os.getpid()) for x in range(9)]))
        assert workers.ready() == 0
        assert [v for _, (v, _) in workers.spread(Ticket(), square, [(1,), (2,)])] == [1, 4]
    finally:
        workers.close()


def test_where_no_process_can_be_had_the_work_is_done_here(monkeypatch):
    def refuse(*_):
        raise OSError("no semaphores here")

    monkeypatch.setattr("lab.core.workers.ProcessPoolExecutor", refuse)
    workers = Workers(2)
    assert workers.ready() == 0
    assert [home for _, (_, home) in workers.spread(Ticket(), square, [(1,), (2,)])] == [os.getpid()] * 2


def test_where_there_is_no_room_for_a_process_the_work_is_done_here(monkeypatch):
    def refuse(*_):
        raise BlockingIOError("resource temporarily unavailable")

    workers = Workers(2)
    monkeypatch.setattr("multiprocessing.context.SpawnProcess.start", refuse)
    assert list(workers.spread(Ticket(), square, [(3,)])) == [(0, (9, os.getpid()))]
    found = sorted(workers.spread(Ticket(), square, [(1,), (2,)]))
    assert found == [(0, (1, os.getpid())), (1, (4, os.getpid()))]
    assert workers.ready() == 0
    workers.close()


def test_at_rest_there_are_no_processes_and_the_next_work_starts_new_ones(tmp_path):
    workers = Workers(1)
    try:
        workers.ready()
        path = tmp_path / "a"
        answers = workers.spread(Ticket(), endless_but_first, [(None,), (path,)])
        next(answers)
        workers.rest()
        until(path.exists)
        assert path.exists(), "who has work goes on"
        answers.close()
        (_, (_, home)), *_ = workers.spread(Ticket(), square, [(1,), (2,)])
        workers.rest()
        until(lambda: gone(home))
        assert workers.ready() == 1
    finally:
        workers.close()


def test_closed_workers_end_and_what_is_asked_then_is_done_here(tmp_path):
    workers = Workers(1)
    workers.ready()
    [(_, (_, home)), _] = list(workers.spread(Ticket(), square, [(1,), (2,)]))
    workers.close()
    until(lambda: gone(home))
    assert [home for _, (_, home) in workers.spread(Ticket(), square, [(1,), (2,)])] == [os.getpid()] * 2
    workers.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_processes_outlive_neither_ctrl_c_nor_a_killed_parent():
    script = textwrap.dedent("""
        import os, sys, time
        from lab.core.ticket import Ticket
        from lab.core.workers import Workers
        from pieces import square
        if __name__ == "__main__":
            workers = Workers(2)
            workers.ready()
            print({home for _, (_, home) in workers.spread(Ticket(), square, [(x,) for x in range(50)])}, flush=True)
            time.sleep(60)
    """)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment)
    try:
        homes = [int(home) for home in parent.stdout.readline().strip("{}\n").split(",")]
        for home in homes:
            os.kill(home, signal.SIGINT)
        time.sleep(0.1)
        assert not any(gone(home) for home in homes), "Ctrl+C is the parent's business"
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()
    until(lambda: all(gone(home) for home in homes))
