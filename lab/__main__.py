"""The command: ``visual-lab`` or ``python -m lab``, with the window as default and everything else without a display.

Nothing heavy is imported here: a command's module, and with it NumPy and Qt, is imported once the arguments are known
to be right, so that a mistyped word is answered at once and the window opens as soon as it can.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from lab import __version__
from lab.core.errors import LabError

PROGRAM = "visual-lab"

#: Command -> "module:function"; the function takes the parsed arguments and returns the exit code.
_HANDLERS = {
    "list": "lab.catalog:list_command",
    "run": "lab.headless:run",
    "shot": "lab.shot:run",
    "selftest": "lab.selftest.command:run",
    "bench": "lab.bench.command:run",
}
_COMMANDS = ("gui", *_HANDLERS)
_ANSWERED_AT_ONCE = ("-h", "--help", "--version")
_WITHOUT_DISPLAY = ("shot", "selftest", "bench")

_FINE, _REFUSED, _INTERRUPTED, _PIPE_CLOSED = 0, 2, 130, 141  # the last two as a shell counts signals: 128 + number
_LARGEST_SIDE = 16_384


class _WrongArguments(LabError):
    """The command line can't be understood."""


class _Parser(argparse.ArgumentParser):
    """Complains in one line instead of printing the whole usage and leaving the process."""

    def error(self, message: str) -> NoReturn:
        raise _WrongArguments(f"{message} (see {self.prog} --help)")


class _Nowhere(io.TextIOBase):
    """A stream that swallows what is written."""

    def write(self, text: str) -> int:
        return len(text)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after the program's name; those of the process by default.

    Returns
    -------
    int
        0 when all went well, 1 when the self test found a fault, 2 when something was refused (told in one line on
        the error stream), 130 after Ctrl+C, 141 when the reader of the output went away.
    """
    _prepare_streams()
    try:
        code = _dispatch(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
        return code
    except LabError as refused:
        return _complain(str(refused))
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return _PIPE_CLOSED
    except OSError as failure:
        where = f"{failure.filename}: " if failure.filename else ""
        return _complain(f"{where}{failure.strerror or failure}")
    except MemoryError:
        return _complain("there is not enough memory for this")
    except ImportError as failure:
        if "cannot open shared object file" not in str(failure):
            raise
        return _complain(f"a system library that Qt needs is missing: {failure} (the README lists the packages)")


def _dispatch(words: list[str]) -> int:
    parser = _parser()
    try:
        arguments = parser.parse_args(_with_command(words))
    except SystemExit as leaving:  # --help and --version have printed and want to leave
        return leaving.code if isinstance(leaving.code, int) else _FINE
    # For matrices this small threads only cost; OpenBLAS reads this once, when NumPy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if arguments.command in _WITHOUT_DISPLAY:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if arguments.command == "gui":
        return int(importlib.import_module("lab.app").run_gui(arguments.file))
    module, _, function = _HANDLERS[arguments.command].partition(":")
    return int(getattr(importlib.import_module(module), function)(arguments))


def _with_command(words: list[str]) -> list[str]:
    """Add the word ``gui`` where it is meant but not said: no words at all, an option, or a session file.

    A first word that is neither a command nor looks like a file is left alone: it is a mistyped command, and the
    parser names those that exist.
    """
    if not words:
        return ["gui"]
    first = words[0]
    if first in _COMMANDS or first in _ANSWERED_AT_ONCE:
        return words
    looks_like_file = first.endswith(".json") or os.sep in first or "/" in first or Path(first).is_file()
    return ["gui", *words] if looks_like_file or first.startswith("-") else words


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=PROGRAM, description="Touch, play, stop and wind back the algorithms of machine learning.")
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    gui = commands.add_parser("gui", help="open the window (also without any command, or with only a file)")
    gui.add_argument("file", nargs="?", metavar="FILE", help="a session (.lab.json) to open")

    listing = commands.add_parser("list", help="what the lab knows: landscapes, optimizers, panels, ...")
    listing.add_argument("--json", action="store_true", help="as {kind: [ids]}")

    run = commands.add_parser("run", help="compute a session's frames and write them as arrays")
    run.add_argument("file", metavar="FILE", help="a session (.lab.json)")
    run.add_argument("--panel", metavar="ID", help="only this panel's run")
    run.add_argument("--steps", type=_count, required=True, metavar="N", help="how many steps from the start")
    run.add_argument("--out", type=Path, required=True, metavar="NPZ", help="where the arrays go, keys run/field")

    shot = commands.add_parser("shot", help="a picture of the window, no display needed")
    shot.add_argument("file", nargs="?", metavar="FILE", help="a session (.lab.json); the start page without it")
    shot.add_argument("--out", type=Path, required=True, metavar="PNG", help="where the picture goes")
    shot.add_argument("--size", type=_size, default=(1280, 800), metavar="WxH", help="in pixels (1280x800)")
    shot.add_argument("--panel", metavar="ID", help="show this panel")
    shot.add_argument("--theme", choices=("dark", "light"), default="dark", help="dark by default")
    shot.add_argument("--preset", metavar="NAME", help="start from one of the panel's presets")
    shot.add_argument(
        "--lesson",
        metavar="ID[:PAGE]",
        help="with a lesson (or the file of one) open beside the stage, at a page from 1",
    )
    shot.add_argument("--steps", type=_count, metavar="N", help="step this far before the picture is taken")
    shot.add_argument("--from", dest="first", type=_count, default=0, metavar="N", help="a film: its first step (0)")
    shot.add_argument("--to", type=_count, metavar="N", help="a film (.gif, .png or .apng, .webp): its last step")
    shot.add_argument("--every", type=_count, default=1, metavar="N", help="a film: steps from frame to frame (1)")
    shot.add_argument("--fps", type=_count, default=25, metavar="N", help="a film: frames per second (25)")
    shot.add_argument(
        "--look", action="append", default=[], metavar="NAME=VALUE",
        help="how the panels are looked at, such as basins=true or focus_lane=1; may be given several times",
    )  # fmt: skip

    selftest = commands.add_parser("selftest", help="check every pinned truth in this build, as a table")
    selftest.add_argument("--json", action="store_true", help="the same findings as JSON")

    bench = commands.add_parser("bench", help="speed, beside the references that are installed")
    bench.add_argument("--quick", action="store_true", help="tiny sizes: shows that it runs, not how fast")
    return parser


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 on")
    return int(text)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (text.isascii() and width.isdigit() and height.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT, e.g. 1280x800")
    if not all(1 <= int(side) <= _LARGEST_SIDE for side in (width, height)):
        raise argparse.ArgumentTypeError(f"{text!r}: each side lies between 1 and {_LARGEST_SIDE} pixels")
    return int(width), int(height)


def _prepare_streams() -> None:
    """Let output never be the reason of a failure.

    The windowed executable on Windows has no streams at all (None), and a console with an old code page can't show
    Greek letters: they are written as escapes there.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, _Nowhere())
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _forget_output() -> None:
    """Point the output at nothing: what is still buffered would fail again when the interpreter closes the stream."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)


def _complain(message: str) -> int:
    print(f"{PROGRAM}: {' '.join(message.split())}", file=sys.stderr)
    return _REFUSED


if __name__ == "__main__":
    if getattr(sys, "frozen", False):  # there this program is also what its worker processes start
        importlib.import_module("multiprocessing").freeze_support()
    sys.exit(main())
