"""The place of a record, as people write it: ``<topic>/<partition>/<offset>``."""

import re

from streamal.core.records import Source
from streamal.wire.topics import LOGICAL, Topics

_PLACE = re.compile(r"(.+)/([0-9]{1,18})/([0-9]{1,18})")


def place_of(text: str, topics: Topics) -> Source | None:
    """Return the place that a text is, its topic by its logical name or its own."""
    found = _PLACE.fullmatch(text)
    if found is None:
        return None
    topic, partition, offset = found.groups()
    name = topics[topic] if topic in LOGICAL else topic
    return Source(name, int(partition), int(offset))
