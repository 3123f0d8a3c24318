"""What every test shares: no display is needed, and a Qt test may leave nothing running behind it."""

import os

from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# What is drawn may take long on a busy machine, and that says nothing about the code.
settings.register_profile("lab", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("lab")
