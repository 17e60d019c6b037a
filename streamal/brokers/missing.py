"""Saying which topic or partition is not there, and which was probably meant."""

from collections.abc import Mapping

from streamal.core.nearest import nearest
from streamal.errors import TopicMissing


def missing(topic: str, partition: int, counts: Mapping[str, int], where: str) -> TopicMissing:
    """Return the error for a partition that is not there.

    Parameters
    ----------
    counts
        The topics that are there, and how many partitions each has.
    where
        The broker, as people know it.

    Examples
    --------
    >>> missing("sample", 0, {"samples": 2, "state": 1}, "log.db").args
    ("there is no topic 'sample' in log.db; did you mean 'samples'?",)
    >>> missing("samples", 2, {"samples": 2}, "log.db").args
    ("topic 'samples' has partitions 0 to 1, not 2",)
    """
    if topic in counts:
        last = counts[topic] - 1
        return TopicMissing(f"topic {topic!r} has partitions 0 to {last}, not {partition}")
    near = nearest(topic, counts)
    hint = f"did you mean {near!r}?" if near else f"there are {sorted(counts) or 'none'}"
    return TopicMissing(f"there is no topic {topic!r} in {where}; {hint}")
