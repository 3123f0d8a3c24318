"""Write a file beside the one it replaces, and swap it in when it is whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from lab.core.errors import FileRefused


class Replacement:
    """A file under way to `path`: what was there stays until `commit`, and for good after `discard`.

    Who may read the file stays as it was; a link goes on pointing to the file it names.

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
        Where nothing can be written; also by `commit`. Writing itself raises what files raise: see `refusal`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._target = Path(os.path.realpath(path))
        if self._target.is_dir():
            raise FileRefused(f"{path.name} could not be saved: it is a folder")
        try:
            self.file = tempfile.NamedTemporaryFile(  # noqa: SIM115 - open for as long as its writer needs
                dir=self._target.parent, prefix=f".{path.name}.", delete=False
            )
        except OSError as failure:
            raise self.refusal(failure) from None
        self._temporary = Path(self.file.name)

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
        self.file.close()
        self._temporary.unlink(missing_ok=True)
