"""Arrows run one way: the contracts of pyproject.toml hold, and no Qt is loaded where none is allowed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
QT = "{'PySide6', 'shiboken6', 'pyqtgraph'}"


def python(code: str) -> str:
    """The output of a fresh interpreter; its error text on failure."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_import_contracts_hold() -> None:
    # The command lies beside the interpreter of the environment that runs the tests; a cache could hide a new arrow.
    command = Path(sys.executable).with_name("lint-imports.exe" if os.name == "nt" else "lint-imports")
    done = subprocess.run([command, "--no-cache"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    "work",
    ["import lab.core, lab.engine, lab.sims", "from lab.catalog import load_all; load_all()"],
    ids=["engine", "catalog"],
)
def test_loads_no_qt(work: str) -> None:
    assert python(f"import sys; {work}; print(sorted({QT} & set(sys.modules)))") == "[]"


def test_a_window_waits_for_nothing_that_is_needed_later() -> None:
    """The self test is imported by the first proof, Pillow by the first film, worker processes by the first map."""
    late = "[m for m in sys.modules if m.startswith(('PIL', 'lab.selftest', 'lab.core.workers'))]"
    assert python(f"import sys, lab.app, lab.panels.race.view; print({late})") == "[]"


def test_the_command_is_light_until_it_knows_what_to_do() -> None:
    heavy = "{'numpy', 'PySide6', 'pyqtgraph', 'lab.catalog', 'lab.app'}"
    assert python(f"import sys, lab.__main__; print(sorted({heavy} & set(sys.modules)))") == "[]"


def test_no_family_is_declared_where_the_catalog_does_not_look() -> None:
    declaration = re.compile(r'^[A-Z_]+(?:: .+)? = Family\(\s*"(\w+)"', re.MULTILINE)
    declared = [name for path in (ROOT / "lab").rglob("*.py") for name in declaration.findall(path.read_text("utf-8"))]
    assert {"landscapes", "optimizers", "truths"} <= set(declared)
    # Benchmarks measure the window: listing them would load Qt.
    listed = sorted(set(declared) - {"benches"})
    assert python("from lab.catalog import load_all; print(*load_all())").split() == listed
