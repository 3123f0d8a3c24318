"""A file that is written beside the one it replaces."""

import os
import tempfile
from pathlib import Path
from typing import Any

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


def test_what_is_written_in_one_go_takes_its_place_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    path.write_bytes(b"old")
    with Replacement(path) as out:
        out.file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["film.gif"]


@pytest.mark.parametrize("failure", [ValueError("no such frame"), KeyboardInterrupt(), MemoryError()])
@pytest.mark.parametrize("before", [[], ["film.gif"]])
def test_an_error_on_the_way_leaves_neither_file_nor_leftover(
    tmp_path: Path, failure: BaseException, before: list[str]
) -> None:
    for name in before:
        (tmp_path / name).write_bytes(b"old")

    def written() -> None:
        with Replacement(tmp_path / "film.gif") as out:
            out.file.write(b"half")
            raise failure

    with pytest.raises(type(failure)) as raised:
        written()
    assert raised.value is failure
    assert os.listdir(tmp_path) == before
    assert all((tmp_path / name).read_bytes() == b"old" for name in before)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_refused_in_one_line_and_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing tries once more to write what could not be written, and fails again."""
    real = tempfile.mkstemp

    def full(**where: Any) -> tuple[int, str]:
        descriptor, name = real(**where)
        os.close(descriptor)
        return os.open("/dev/full", os.O_RDWR), name

    monkeypatch.setattr(tempfile, "mkstemp", full)
    said = r"^film\.gif could not be saved: No space left on device$"
    with pytest.raises(FileRefused, match=said), Replacement(tmp_path / "film.gif") as out:
        out.file.write(b"x" * 100_000)
    assert os.listdir(tmp_path) == []
