"""Features as they are, for classifiers that bring their own encoders."""

from collections.abc import Mapping

from streamal.learners.adapter import Encoded
from streamal.learners.kinds import CATEGORY, NUMBER, Kinds, category, number
from streamal.learners.port import Features


class PlainEncoder:
    """Numbers and booleans as floats, categories and texts as strings.

    Only what was declared changes anything: a number declared as a category is a string.
    """

    __slots__ = ("_kinds",)

    def __init__(self, types: Mapping[str, str]) -> None:
        self._kinds = Kinds(types)

    def learn(self, features: Features) -> None:
        """Nothing: the classifier sees to it."""

    def encode(self, features: Features) -> Encoded:
        """Return name to a float or a string."""
        encoded: Encoded = {}
        for name, value in features.items():
            kind = self._kinds.of(name, value)
            if kind == NUMBER:
                encoded[name] = number(value)  # type: ignore[arg-type]
            else:
                encoded[name] = category(value) if kind == CATEGORY else str(value)
        return encoded
