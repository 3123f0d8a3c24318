"""Write a file beside the one it replaces, and swap it in when it is whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from lab.core.errors import FileRefused


class Replacement:
    """A file under way to `path`: what was there stays until `commit`, and for good after `discard`.

    Who may read the file stays as it was; a link goes on pointing to the file it names.

    Where it is written in one go, ``with Replacement(path) as out`` puts it in its place at the end, and leaves no
    trace of it when anything at all goes wrong on the way there.

    Parameters
    ----------
    path : Path
        Where it belongs.

    Attributes
    ----------
    file : binary file
        Open for writing, and to be gone back in.

    Raises
    ------
    FileRefused
        Where nothing can be written; also by `commit`, and by a ``with`` for an `OSError` inside it. Elsewhere writing
        itself raises what files raise: see `refusal`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._target = Path(os.path.realpath(path))
        if self._target.is_dir():
            raise FileRefused(f"{path.name} could not be saved: it is a folder")
        try:
            descriptor, temporary = tempfile.mkstemp(dir=self._target.parent, prefix=f".{path.name}.")
        except OSError as failure:
            raise self.refusal(failure) from None
        self.file: BinaryIO = os.fdopen(descriptor, "w+b")
        self._temporary = Path(temporary)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        if failure is None:
            self.commit()
            return
        self.discard()
        if isinstance(failure, OSError):
            raise self.refusal(failure) from None

    def refusal(self, failure: OSError) -> FileRefused:
        """What to say of a failure to write."""
        return FileRefused(f"{self.path.name} could not be saved: {failure.strerror or failure}")

    def commit(self) -> None:
        """Flush it to disk and put it in its place."""
        try:
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()
            if self._target.exists():
                shutil.copymode(self._target, self._temporary)
            else:
                # A temporary file is for its owner alone; a new one is for whom the user lets read new files.
                mask = os.umask(0)
                os.umask(mask)
                self._temporary.chmod(0o666 & ~mask)
            os.replace(self._temporary, self._target)
        except OSError as failure:
            self.discard()
            raise self.refusal(failure) from None

    def discard(self) -> None:
        """Leave no trace of it."""
        # On a full disk closing fails too: it tries once more to write what could not be written.
        with suppress(OSError):
            self.file.close()
        self._temporary.unlink(missing_ok=True)
