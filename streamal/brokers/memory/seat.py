"""A name that one holds at a time: a group's, or a writer's."""


class Seat:
    """Whoever took it last holds it; the epoch tells."""

    __slots__ = ("epoch",)

    def __init__(self) -> None:
        self.epoch = 0

    def take(self) -> int:
        """Take it over from its older holder; return the new epoch."""
        self.epoch += 1
        return self.epoch


class Group(Seat):
    """A consumer group; `places` are its next offsets by topic and partition."""

    __slots__ = ("places",)

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, dict[int, int]] = {}

    def join(self, topic: str) -> dict[int, int]:
        """Return the places in a topic, which from now on hold its records."""
        return self.places.setdefault(topic, {})
