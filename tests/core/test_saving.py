"""Saving: the old file or the new one, whole, whatever happens in between."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lab.core.errors import FileRefused
from lab.core.session import Session, read, replace_file, write

from .toy import TOY_PANELS

OLD = Session(version="old")


def saver(code: str, file: Path) -> subprocess.Popen[bytes]:
    """A process that has imported the lab, said so, and then runs `code`."""
    program = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom lab.core.session import Session, replace_file, write\n"
        f"file = Path(sys.argv[1])\nprint('ready', flush=True)\n{code}"
    )
    return subprocess.Popen([sys.executable, "-c", program, str(file)], stdout=subprocess.PIPE)


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_process_that_dies_while_saving_leaves_the_old_file_whole(moment: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.lab.json"
    write(file, OLD)
    process = saver(f"os.{moment} = lambda *a: os._exit(9)\nwrite(file, Session(version='new'))\n", file)
    process.communicate(timeout=30)
    assert process.returncode == 9
    assert read(file, TOY_PANELS) == OLD
    # And the next save works, whatever the dead one has left.
    write(file, Session(version="newer"))
    assert read(file, TOY_PANELS).version == "newer"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_killed_at_any_time_there_is_always_a_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.lab.json"
    contents = [bytes([letter]) * 300_000 for letter in b"ab"]
    replace_file(file, contents[0])
    forever = "while True:\n    for letter in b'ab':\n        replace_file(file, bytes([letter]) * 300_000)\n"
    for attempt in range(6):
        process = saver(forever, file)
        assert process.stdout is not None
        with process.stdout:
            assert process.stdout.readline() == b"ready\n"
            time.sleep(0.005 + 0.0037 * attempt)
            process.kill()
            process.wait()
        assert file.read_bytes() in contents


def test_saving_leaves_nothing_else_behind(tmp_path: Path) -> None:
    for i in range(20):
        write(tmp_path / "mine.lab.json", Session(version=str(i)))
    assert [p.name for p in tmp_path.iterdir()] == ["mine.lab.json"]


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_full_disk_is_one_message_and_harms_nothing(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.lab.json"
    write(file, OLD)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, moment, full)
        with pytest.raises(FileRefused, match=r"^mine\.lab\.json could not be saved: No space left on device$"):
            write(file, Session(version="new"))
    assert read(file, TOY_PANELS) == OLD
    assert [p.name for p in tmp_path.iterdir()] == ["mine.lab.json"]


def test_folders_that_can_not_be_written_are_refused(tmp_path: Path) -> None:
    plain = tmp_path / "file"
    plain.write_text("not a folder")
    for path in (tmp_path / "missing" / "a.lab.json", plain / "a.lab.json", tmp_path):
        with pytest.raises(FileRefused, match="could not be saved: "):
            write(path, OLD)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(FileRefused, match="could not be saved: "):
            write(tmp_path / "a.lab.json", OLD)
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.skipif(os.name != "posix", reason="modes and links are those of POSIX")
def test_who_may_read_a_file_and_what_points_to_it_stay_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "mine.lab.json", tmp_path / "link.lab.json"
    write(real, OLD)
    real.chmod(0o644)
    link.symlink_to(real)
    write(link, Session(version="new"))
    assert link.is_symlink()
    assert read(real, TOY_PANELS).version == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o644
