"""Pieces of work for worker processes, in a module that they import at once."""

import os
import time

from lab.core.errors import BadValue


def square(ticket, x):
    return x * x, os.getpid()


def refuse(ticket, x):
    raise BadValue("runs[0].config", f"{x} is too much")


def endless(ticket, path):
    """Work that only a cancelled ticket ends; leaves a file while it is at it and takes it away at its end."""
    path.touch()
    try:
        while True:
            ticket.check()
            time.sleep(0.001)
    finally:
        path.unlink()


def endless_but_first(ticket, path):
    return None if path is None else endless(ticket, path)


def die_in_a_process(ticket, x, parent):
    if os.getpid() != parent:
        os._exit(1)
    return x * x


def gone(pid):
    """Whether a process has ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
