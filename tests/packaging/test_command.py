"""The command line: what it refuses, in one line each; and what the catalogue prints."""

import json
import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable

import pytest

import lab
import lab.paths
from lab import __main__ as command
from lab.core.errors import BadValue
from lab.core.registry import FAMILIES

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Namespace], int]], None]:
    """Put a function in the place of the handler of ``list``."""
    import lab.catalog

    def put(function: Callable[[Namespace], int]) -> None:
        monkeypatch.setattr(lab.catalog, "list_command", function)

    return put


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dance"], "'dance'"),
        (["--loud"], "--loud"),
        (["run"], "--steps"),
        (["run", "a.lab.json", "--steps", "-3", "--out", "a.npz"], "--steps"),
        (["run", "a.lab.json", "--steps", "1e3", "--out", "a.npz"], "'1e3'"),
        (["run", "a.lab.json", "--steps", "²", "--out", "a.npz"], "'²'"),
        (["shot"], "--out"),
        (["shot", "--out", "a.png", "--size", "800"], "WIDTHxHEIGHT"),
        (["shot", "--out", "a.png", "--size", "0x800"], "between 1 and"),
        (["shot", "--out", "a.png", "--size", "800x99999"], "between 1 and"),
        (["shot", "--out", "a.png", "--theme", "pink"], "'pink'"),
        (["list", "--xml"], "--xml"),
        (["bench", "everything"], "everything"),
    ],
)
def test_wrong_arguments_are_one_line(words: list[str], said: str, capsys: Capture) -> None:
    assert command.main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("visual-lab: ")
    assert err.count("\n") == 1
    assert said in err


def test_sizes_and_counts_are_read() -> None:
    read = command._parser().parse_args(["shot", "--out", "a.png", "--size", "640X480", "--steps", "007"])
    assert read.size == (640, 480)
    assert read.steps == 7


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ([], ["gui"]),
        (["race.lab.json"], ["gui", "race.lab.json"]),
        (["folder/race"], ["gui", "folder/race"]),
        (["list", "--json"], ["list", "--json"]),
        (["--version"], ["--version"]),
        (["lst"], ["lst"]),
    ],
)
def test_the_window_is_the_default(words: list[str], meant: list[str]) -> None:
    assert command._with_command(words) == meant


def test_version_and_help_leave_with_0(capsys: Capture) -> None:
    assert command.main(["--version"]) == 0
    assert capsys.readouterr().out == f"visual-lab {lab.__version__}\n"
    assert command.main(["shot", "--help"]) == 0
    assert "WxH" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("failure", "code", "said"),
    [
        (BadValue("runs[1].config.lr", "0 is not above 0"), 2, "visual-lab: runs[1].config.lr: 0 is not above 0\n"),
        (FileNotFoundError(2, "No such file", "x.json"), 2, "visual-lab: x.json: No such file\n"),
        (MemoryError(), 2, "visual-lab: there is not enough memory for this\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_a_failure_is_one_line(
    failure: BaseException, code: int, said: str, handler: Callable[[object], None], capsys: Capture
) -> None:
    def fail(arguments: Namespace) -> int:
        raise failure

    handler(fail)
    assert command.main(["list"]) == code
    assert capsys.readouterr().err == said


def test_a_fault_in_the_lab_itself_is_not_hidden(handler: Callable[[object], None]) -> None:
    def fail(arguments: Namespace) -> int:
        raise ImportError("no module named numpy")

    handler(fail)
    with pytest.raises(ImportError):
        command.main(["list"])


def test_list_json_gives_the_ids_by_kind(capsys: Capture) -> None:
    assert command.main(["list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {"landscapes", "optimizers", "truths"} <= set(listed)
    files = (lab.paths.resources() / "lessons").glob("*.md")
    assert sorted(listed["lessons"]) == sorted({path.stem for path in files} - {"README"})
    assert {kind: ids for kind, ids in listed.items() if kind != "lessons"} == {
        kind: FAMILIES[kind].ids() for kind in sorted(FAMILIES)
    }
    assert list(listed) == sorted(listed)


def test_list_names_each_kind_with_its_number(capsys: Capture) -> None:
    assert command.main(["list"]) == 0
    text = capsys.readouterr().out
    for kind, family in FAMILIES.items():
        assert f"{kind} ({len(family)})\n" in text
        assert all(f"  {entry.id} " in text and entry.title in text for entry in family)
    assert "  momentum                 Why momentum overtakes\n" in text


def test_a_reader_who_goes_away_is_no_error() -> None:
    # A first line larger than any pipe's buffer, so that the writer must meet the closed pipe.
    code = (
        "import sys, lab.catalog, lab.__main__ as m;"
        "lab.catalog.list_command = lambda arguments: print('x' * 5_000_000) or 0;"
        "sys.exit(m.main(['list']))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


def test_an_old_code_page_does_not_break_the_output() -> None:
    code = (
        "import sys, lab.catalog, lab.__main__ as m;"
        "lab.catalog.list_command = lambda arguments: print('η = 0.1') or 0;"
        "sys.exit(m.main(['list']))"
    )
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=True)
    assert done.stdout.strip() == rb"\u03b7 = 0.1"


def test_no_streams_at_all_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert command.main(["--version"]) == 0
    assert command.main(["nonsense"]) == 2


@pytest.mark.parametrize("name", ["shot", "selftest", "bench"])
def test_work_without_a_window_needs_no_display(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setitem(command._HANDLERS, name, f"{__name__}:environment")
    words = [name, "--out", "a.png"] if name == "shot" else [name]
    assert command.main(words) == 0
    assert seen == {"QT_QPA_PLATFORM": "offscreen", "OPENBLAS_NUM_THREADS": "1"}
    monkeypatch.setenv("QT_QPA_PLATFORM", "minimal")
    assert command.main(words) == 0
    assert seen["QT_QPA_PLATFORM"] == "minimal"


seen: dict[str, str] = {}


def environment(arguments: Namespace) -> int:
    """A handler that notes what it was given."""
    seen.update({name: os.environ[name] for name in ("QT_QPA_PLATFORM", "OPENBLAS_NUM_THREADS")})
    return 0
