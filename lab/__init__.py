"""Visual Lab: machine-learning algorithms you can touch, play, stop and wind back."""

__version__ = "0.1.0"
