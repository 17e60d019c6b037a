"""A record that becomes a dead letter."""

import msgspec

from streamal.core.log import Outgoing, Record
from streamal.errors import Poison
from streamal.wire.dead import dead_letter
from streamal.wire.topics import Topics


class Buried(msgspec.Struct, frozen=True):
    """A record that became a dead letter: where it failed, of what, and when."""

    record: Record
    stage: str
    poison: Poison
    time: int

    def letter(self, topics: Topics) -> Outgoing:
        """Return its dead letter."""
        return dead_letter(topics, self.record, self.stage, self.poison, self.time)
