"""What every test shares: no display is needed, and a Qt test may leave nothing running behind it."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# What is drawn may take long on a busy machine, and that says nothing about the code.
settings.register_profile("lab", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("lab")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """A worker for each core where all tests are run; of some files the first is done before workers have started."""
    named = [word for word in config.invocation_params.args if Path(word.split("::")[0]).exists()]
    return 0 if named else None
