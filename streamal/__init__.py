"""streamal: samples a stream under a label budget that holds.

`Sampler` is all of it in this process, without a broker; see docs/python.md. Types of
what is imported late are in the stub beside this file.
"""

from importlib import import_module

__version__ = "0.1.0"
__all__ = ["Budget", "Sampler", "Unusable", "__version__"]


def __getattr__(name: str) -> object:
    """Import the sampler when it is first asked for: it loads arrays, settings and models."""
    if name not in __all__:
        raise AttributeError(f"module 'streamal' has no attribute {name!r}")
    return getattr(import_module("streamal.sampler"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
