"""The self test must fail when a truth is off, a check breaks off, or the build lost something."""

import json
import math
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.core.errors import FileRefused
from lab.selftest import Finding, command
from lab.selftest.manifest import MANIFEST, Manifest, completeness

GOOD = Finding("adam", "one step", 1e-15, 1e-12, "torch")
OFF = Finding("sgd", "one step", 2e-12, 1e-12, "torch")
NEVER = Finding("beale", "gradient", math.nan, 1e-9, "differences")
FAMILIES = {"optimizers": ["sgd", "adam"], "landscapes": ["beale"]}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Resources with one file, and packaging material that no build ships."""
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "a.otf").write_bytes(b"font")
    (tmp_path / "packaging").mkdir()
    (tmp_path / "packaging" / "spec").write_bytes(b"spec")
    return tmp_path


def write_manifest(root: Path) -> None:
    (root / MANIFEST).write_text(Manifest.of(FAMILIES, root).text(), "utf-8")


def failures(found: list[Finding]) -> list[tuple[str, str]]:
    return [(f.subject, f.what) for f in found if not f.passed]


@pytest.mark.parametrize(("found", "code"), [([GOOD], 0), ([GOOD, OFF], 1), ([NEVER], 1)])
@pytest.mark.parametrize("as_json", [False, True])
def test_the_exit_code_tells(
    found: list[Finding],
    code: int,
    as_json: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(command, "gather", lambda: found)
    assert command.run(Namespace(json=as_json)) == code
    out = capsys.readouterr().out
    if as_json:
        told = json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
        assert told["passed"] is (code == 0)
        assert [f["passed"] for f in told["findings"]] == [f.passed for f in found]
    else:
        assert out.count("FAIL") == sum(not f.passed for f in found)


def test_the_table_is_aligned() -> None:
    lines = command.table([GOOD, OFF, NEVER]).splitlines()
    assert len(lines) == 4
    assert lines[0].split() == ["subject", "what", "difference", "allowed", "reference"]
    assert {line.index(f.reference) for line, f in zip(lines[1:], [GOOD, OFF, NEVER], strict=True)} == {
        lines[0].index("reference")
    }
    assert [line.split()[-1] for line in lines[1:]] == ["ok", "FAIL", "FAIL"]


def test_a_check_that_breaks_off_has_failed_and_keeps_what_it_found() -> None:
    def breaks() -> Iterator[Finding]:
        yield GOOD
        raise ZeroDivisionError("by zero")

    found = command.collect("adam", breaks)
    assert found[0] == GOOD
    assert failures(found) == [("adam", "broke off: ZeroDivisionError: by zero")]


def test_a_check_of_nothing_has_failed() -> None:
    assert failures(command.collect("adam", list)) == [("adam", "nothing was checked")]
    assert command.collect("build", list) == []


def test_an_equal_build_is_complete(root: Path) -> None:
    write_manifest(root)
    found = completeness(FAMILIES, root)
    assert [f.subject for f in found] == ["landscapes", "optimizers", "resources"]
    assert failures(found) == []
    assert "all 1 files" in found[-1].what


def test_a_lost_algorithm_is_named(root: Path) -> None:
    write_manifest(root)
    assert failures(completeness(FAMILIES | {"optimizers": ["sgd"]}, root)) == [("optimizers", "missing: adam")]
    assert failures(completeness({"landscapes": ["beale"]}, root)) == [("optimizers", "missing: adam, sgd")]
    assert failures(completeness(FAMILIES | {"worlds": ["maze"]}, root)) == [("worlds", "unexpected: maze")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda root: (root / "fonts" / "a.otf").unlink(), "missing: fonts/a.otf"),
        (lambda root: (root / "fonts" / "a.otf").write_bytes(b"fond"), "altered: fonts/a.otf"),
        (lambda root: (root / "fonts" / "b.otf").write_bytes(b"font"), "unexpected: fonts/b.otf"),
    ],
)
def test_a_lost_or_altered_resource_is_named(root: Path, change: object, said: str) -> None:
    write_manifest(root)
    assert callable(change)
    change(root)
    assert failures(completeness(FAMILIES, root)) == [("resources", said)]


def test_only_an_executable_needs_a_manifest(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert completeness(FAMILIES, root) == []
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert failures(completeness(FAMILIES, root)) == [("manifest", "the executable carries no manifest")]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"families": {}}', '{"families": 1, "resources": {}}'])
def test_a_broken_manifest_is_refused(root: Path, text: str) -> None:
    (root / MANIFEST).write_text(text, "utf-8")
    with pytest.raises(FileRefused, match="manifest"):
        completeness(FAMILIES, root)
