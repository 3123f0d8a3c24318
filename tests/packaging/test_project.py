"""What the repository promises a fresh machine."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
TEXTS = {".py", ".toml", ".md", ".yml", ".yaml", ".cfg", ".ini", ".txt", ".json", ".spec", ".sh", ""}


def tracked() -> list[Path]:
    """The text files of the project: its folders and the files at its top, without what tools leave behind."""
    folders = [ROOT / name for name in ("lab", "resources", "tests", ".ci", ".github")]
    found = [p for p in ROOT.iterdir() if p.is_file() and p.name not in ("uv.lock", ".git")]
    for folder in folders:
        found += [p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return [p for p in found if p.suffix in TEXTS]


def requirement(name: str) -> Requirement:
    return next(r for r in map(Requirement, PROJECT["project"]["dependencies"]) if r.name == name)


@pytest.mark.parametrize("version", ["6.9.1", "6.9.2", "6.12.0", "6.8.2"])
def test_broken_versions_of_qt_are_excluded(version: str) -> None:
    assert Version(version) not in requirement("PySide6-Essentials").specifier


@pytest.mark.parametrize("version", ["6.8.3", "6.9.3", "6.11.3"])
def test_sound_versions_of_qt_are_accepted(version: str) -> None:
    assert Version(version) in requirement("PySide6-Essentials").specifier


@pytest.mark.parametrize(
    ("python", "version"), [("3.11", "6.9.3"), ("3.12", "6.9.3"), ("3.13", "6.9.3"), ("3.14", "6.11.3")]
)
def test_each_python_is_tested_with_one_version_of_qt(python: str, version: str) -> None:
    constraints = map(Requirement, PROJECT["tool"]["uv"]["constraint-dependencies"])
    pins = [c for c in constraints if c.name == "PySide6-Essentials"]
    meant = [str(c.specifier) for c in pins if c.marker is None or c.marker.evaluate({"python_version": python})]
    assert meant == [f"=={version}"]


def test_run_time_dependencies_are_these_and_no_more() -> None:
    names = {Requirement(line).name for line in PROJECT["project"]["dependencies"]}
    assert names == {"PySide6-Essentials", "pyqtgraph", "numpy", "pillow", "contourpy", "ziamath", "platformdirs"}


def test_the_lock_file_is_ignored() -> None:
    # It would record where one machine fetched its packages; the constraints in pyproject.toml are for everyone.
    assert "uv.lock" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_no_file_says_where_packages_come_from() -> None:
    words = ("index" + "-url", "index" + "_url", "extra" + "-index", "find" + "-links", "[tool.uv." + "index]")
    host = re.compile(
        "https?://[^\\s/\"'>)]*(py" + "pi|python" + "hosted|arti" + "factory|ne" + "xus|mir" + "ror)", re.IGNORECASE
    )
    guilty = [
        path.relative_to(ROOT).as_posix()
        for path in tracked()
        for text in [path.read_text("utf-8")]
        if host.search(text) or any(word in text.lower() for word in words)
    ]
    assert guilty == []


def test_the_readme_states_both_commands_and_ci_runs_that_very_one() -> None:
    readme = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert "pip install uv && uv run visual-lab" in readme
    assert readme.count("pip install uv && uv run pytest") == 1
    assert "pip install uv && uv run pytest" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_every_list_of_system_packages_is_the_same() -> None:
    def listed(text: str) -> set[str]:
        return set(re.findall(r"\blib[a-z0-9.+-]+\d\b", text))

    qt = re.search(r"^qt_packages=\((.*?)\)", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    readme = re.search(r"apt-get install ([^`]*)", (ROOT / "README.md").read_text("utf-8"))
    assert qt is not None
    assert readme is not None
    assert listed(qt[1]) == listed(readme[1]) != set()
    for workflow in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        installs = re.findall(r"apt-get install (.*)", workflow.read_text("utf-8").replace("\\\n", " "))
        assert [listed(one) for one in installs] == [listed(qt[1])], workflow.name
