"""What the lab remembers between starts: QSettings in the user's own folder, elsewhere in tests."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
from PySide6.QtCore import QByteArray, QSettings

APP = "visual-lab"
#: Set this to keep settings, autosaves and logs elsewhere (tests, a teacher's memory stick).
HOME_VARIABLE = "VISUAL_LAB_HOME"
RECENT = 10


class Settings:
    """Typed access to the remembered values, and the folders beside them.

    Parameters
    ----------
    home : Path, optional
        Where everything lies; by default the platform's folders for settings, data and logs.
    """

    def __init__(self, home: Path | None = None) -> None:
        chosen = home or (Path(os.environ[HOME_VARIABLE]) if os.environ.get(HOME_VARIABLE) else None)
        config = chosen or Path(platformdirs.user_config_dir(APP, appauthor=False))
        self.data = chosen or Path(platformdirs.user_data_dir(APP, appauthor=False))
        self.logs = chosen or Path(platformdirs.user_log_dir(APP, appauthor=False))
        for folder in (config, self.data, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
        self._store = QSettings(str(config / "settings.ini"), QSettings.Format.IniFormat)

    def text(self, key: str, default: str = "") -> str:
        """A remembered text."""
        value = self._store.value(key, default)
        return value if isinstance(value, str) else default

    def number(self, key: str, default: float) -> float:
        """A remembered number; the default when what is stored is not one."""
        try:
            return float(self.text(key, str(default)))
        except ValueError:
            return default

    def state(self, key: str) -> QByteArray:
        """Remembered window geometry or the like."""
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()

    def remember(self, key: str, value: str | float | QByteArray) -> None:
        """Keep a value for the next start."""
        self._store.setValue(key, str(value) if isinstance(value, float) else value)

    def forget(self, key: str) -> None:
        """Drop a value."""
        self._store.remove(key)

    def save(self) -> None:
        """Write everything to disk now."""
        self._store.sync()

    # -- recent files ------------------------------------------------------------------------------------------

    def recent(self) -> list[Path]:
        """Session files opened lately, newest first, as far as they still exist."""
        return [Path(line) for line in self.text("recent").split("\n") if line and Path(line).is_file()]

    def add_recent(self, path: Path) -> None:
        """Put a file at the head of the recent ones."""
        path = path.resolve()
        kept = [path, *(p for p in self.recent() if p != path)][:RECENT]
        self.remember("recent", "\n".join(map(str, kept)))

    # -- layouts by name ---------------------------------------------------------------------------------------

    def layouts(self) -> list[str]:
        """Names of the saved layouts."""
        self._store.beginGroup("layouts")
        names = [str(key) for key in self._store.childKeys()]
        self._store.endGroup()
        return sorted(names)
