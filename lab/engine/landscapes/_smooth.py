"""What most landscapes say of themselves alike."""

from __future__ import annotations


class Smooth:
    """A loss with derivatives everywhere and a floor; a landscape that has no floor says so itself."""

    __slots__ = ()

    @property
    def kinks(self) -> tuple[tuple[float, ...], ...]:
        """None: the loss is smooth."""
        return ()

    @property
    def bounded_below(self) -> bool:
        """True."""
        return True
