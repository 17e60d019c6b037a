"""The topics by their logical names, and what each needs from a broker."""

from collections.abc import Mapping

from streamal.core.log import TopicSpec
from streamal.core.nearest import nearest
from streamal.errors import UsageError

SAMPLES = "samples"
REQUESTS = "label-requests"
LABELS = "labels"
AUTO_LABELS = "auto-labels"
ABSTAINED = "abstained"
DEAD_LETTERS = "dead-letters"
CANDIDATES = "candidates"
UPDATES = "updates"
STATE = "state"

LOGICAL = (
    SAMPLES,
    REQUESTS,
    LABELS,
    AUTO_LABELS,
    ABSTAINED,
    DEAD_LETTERS,
    CANDIDATES,
    UPDATES,
    STATE,
)


HEADROOM = 64 * 1024
"""Bytes that a dead letter may be larger than what it was: its headers say what was wrong."""


class Topics:
    """Maps logical names to those at the broker.

    Parameters
    ----------
    names
        Names at the broker; a logical name that is missing stands for itself.
    partitions
        Of `samples`; `state` has one more, every other topic one.
    retention_ms
        For the logical names that have any.

    Examples
    --------
    >>> Topics({"samples": "clicks"})["samples"]
    'clicks'
    """

    def __init__(
        self,
        names: Mapping[str, str] | None = None,
        partitions: int = 1,
        retention_ms: Mapping[str, int] | None = None,
    ) -> None:
        given = names or {}
        self._names = {logical: given.get(logical, logical) for logical in LOGICAL}
        self._logical = {name: logical for logical, name in self._names.items()}
        self.partitions = partitions
        self._retention_ms = dict(retention_ms or {})

    def __getitem__(self, logical: str) -> str:
        return self._names[logical]

    def logical(self, name: str) -> str:
        """Return the logical name of a topic at the broker."""
        return self._logical[name]

    def specs(self) -> list[TopicSpec]:
        """Return what each topic needs."""
        counts = {SAMPLES: self.partitions, STATE: self.partitions + 1}
        return [
            TopicSpec(
                self._names[logical],
                counts.get(logical, 1),
                logical == STATE,
                self._retention_ms.get(logical),
                HEADROOM if logical == DEAD_LETTERS else 0,
            )
            for logical in LOGICAL
        ]

    def resolve(self, word: str) -> str:
        """Return the broker's name of a topic given by its logical or own name.

        Raises
        ------
        UsageError
            There is no such topic; names the nearest.
        """
        if word in self._names:
            return self._names[word]
        if word in self._logical:
            return word
        near = nearest(word, [*self._names, *self._logical])
        hint = f"; did you mean {near}?" if near else ""
        raise UsageError(f"no topic {word!r}{hint}; there are {', '.join(LOGICAL)}")


def lacking(topics: Topics, found: Mapping[str, int]) -> list[str]:
    """Return what is wrong with the topics at a broker, given their partitions.

    Examples
    --------
    >>> lacking(Topics(), {spec.name: 1 for spec in Topics().specs()})
    ['topic state has 1 partition(s), 2 are needed']
    """
    problems = []
    for spec in topics.specs():
        there = found.get(spec.name)
        if there is None:
            problems.append(
                f"topic {spec.name} is missing; `streamal topics create` makes it "
                "(or no right to see it was granted)"
            )
        elif there != spec.partitions:
            problems.append(
                f"topic {spec.name} has {there} partition(s), {spec.partitions} are needed"
            )
    return problems
