"""Speed, side by side with references in one run: ``python -m lab bench``."""
