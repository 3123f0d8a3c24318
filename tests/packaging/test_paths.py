"""Where resources lie: beside the package in a source tree, inside it in a wheel and in the executable."""

from pathlib import Path

import pytest

from lab import paths


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for the package, with nothing beside it."""
    place = tmp_path / "somewhere" / "lab"
    place.mkdir(parents=True)
    monkeypatch.setattr(paths, "_PACKAGE", place)
    return place


def test_a_source_tree_has_them_beside_the_package(package: Path) -> None:
    beside = package.parent / "resources"
    (beside / "fonts").mkdir(parents=True)
    (beside / "fonts" / "a.otf").write_bytes(b"font")
    assert paths.resources() == beside
    assert paths.resource("fonts", "a.otf").read_bytes() == b"font"


def test_an_installed_package_carries_them_and_they_come_first(package: Path) -> None:
    (package.parent / "resources").mkdir()
    (package / "_resources").mkdir()
    assert paths.resources() == package / "_resources"


def test_what_is_missing_is_named(package: Path) -> None:
    with pytest.raises(FileNotFoundError, match="resources are missing"):
        paths.resources()
    (package / "_resources").mkdir()
    with pytest.raises(FileNotFoundError, match=r"fonts/b\.otf is missing"):
        paths.resource("fonts", "b.otf")
