"""Windows, the hand, a screen, and the check that nothing is left behind."""

from lesson_fixtures import taught
from shell_fixtures import at_home, nothing_left_behind, qapp, race, unhurried, windows
from xvfb import display

__all__ = ["at_home", "display", "nothing_left_behind", "qapp", "race", "taught", "unhurried", "windows"]
