"""Windows, the hand, and the check that nothing is left behind."""

from shell_fixtures import at_home, nothing_left_behind, qapp, race, unhurried, windows

__all__ = ["at_home", "nothing_left_behind", "qapp", "race", "unhurried", "windows"]
