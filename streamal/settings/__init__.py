"""The configuration: the one door to pydantic and YAML.

`load` reads a file, the environment and options into one frozen `Settings`. Importing
this package loads pydantic (about 0.2 s), so what can do without it imports it late.
"""

from streamal.settings.configuration import Settings, digest, dump, warnings
from streamal.settings.duration import Duration
from streamal.settings.load import load
from streamal.settings.shape import schema
from streamal.settings.template import SCHEMA_FILE, template

__all__ = [
    "SCHEMA_FILE",
    "Duration",
    "Settings",
    "digest",
    "dump",
    "load",
    "schema",
    "template",
    "warnings",
]
