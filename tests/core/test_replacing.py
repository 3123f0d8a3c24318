"""A file that is written beside the one it replaces."""

import os
from pathlib import Path

import pytest

from lab.core.errors import FileRefused
from lab.core.replacing import Replacement


def test_what_was_there_stays_until_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    path.write_bytes(b"old")
    path.chmod(0o640)
    out = Replacement(path)
    out.file.write(b"new")
    assert path.read_bytes() == b"old"
    out.commit()
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["film.gif"]


def test_what_is_given_up_leaves_no_trace(tmp_path: Path) -> None:
    out = Replacement(tmp_path / "film.gif")
    out.file.write(b"half")
    out.discard()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("place", ["missing/film.gif", "folder"])
def test_a_bad_place_is_refused_in_one_line(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileRefused, match="could not be saved") as refused:
        Replacement(tmp_path / place)
    assert "\n" not in str(refused.value)
    assert os.listdir(tmp_path) == ["folder"]
