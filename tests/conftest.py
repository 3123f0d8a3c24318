"""What every test shares: no display is needed, and a Qt test may leave nothing running behind it."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
