"""What the modifiers that look at features are configured with."""

import msgspec


class ModifierSpec(msgspec.Struct, frozen=True):
    """How much each modifier weighs: the exponent of its factor; 0 switches it off.

    Parameters
    ----------
    guard
        Against junk, as people's `rejected` answers show it.
    novelty
        For what is unlike the examples learned lately.
    density
        For what is like them.
    types
        Declared kinds of features: name to ``number``, ``category`` or ``text``.

    Examples
    --------
    >>> ModifierSpec().is_on, ModifierSpec(guard=1.0).is_on
    (False, True)
    """

    guard: float = 0.0
    novelty: float = 0.0
    density: float = 0.0
    types: dict[str, str] = {}

    @property
    def is_on(self) -> bool:
        """Whether any of them is on."""
        return self.guard > 0 or self.novelty > 0 or self.density > 0
