"""A screen for tests that need a real window: Xvfb on a free display number, and processes that end with the test."""

import os
import subprocess

import pytest


def started(words, **more):
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **more)


def ended(process):
    if process is not None and process.poll() is None:
        process.kill()
        process.wait(10)


@pytest.fixture
def display():
    """A screen of 1280 x 800 on a free display number."""
    read, write = os.pipe()
    words = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    server = started(words, pass_fds=(write,))
    os.close(write)
    try:
        number = os.read(read, 16).decode().strip()
        if not number:
            pytest.skip(f"Xvfb does not start here: {server.stderr.read()[:200]}")
        yield f":{number}"
    finally:
        os.close(read)
        ended(server)
        server.stderr.close()
