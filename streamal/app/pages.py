"""The metrics and pages of a worker, wired to its settings."""

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from streamal import __version__
from streamal.core.ledger import names
from streamal.lab.simulate import Clock
from streamal.runtime.plan import Role
from streamal.serve.about import About
from streamal.serve.exhibit import Exhibit
from streamal.serve.metrics import Metrics
from streamal.serve.server import Server, Tell
from streamal.settings import Settings, digest


def metrics_of(settings: Settings, role: Role, instance: str) -> Metrics:
    """Return what counts for a worker of these settings."""
    return Metrics(_about(settings, role, instance))


def exhibit_of(settings: Settings, clock: Clock) -> Exhibit:
    """Return what counts for a simulation of these settings, and stays when it has ended."""
    return Exhibit(_about(settings, "all", "demo"), clock)


def _about(settings: Settings, role: Role, instance: str) -> About:
    policy = settings.policy.spec()
    return About(
        instance=instance,
        role=role,
        limits=tuple(names(list(settings.limits()))),
        classes=tuple(settings.model.classes or ()),
        uniform=policy.uniform,
        versions=(__version__, platform.python_version(), version("river")),
        config_hash=digest(settings),
    )


@contextmanager
def served(metrics: Metrics, settings: Settings, tell: Tell) -> Iterator[None]:
    """Serve the pages while the block runs."""
    from streamal.serve.pages import pages

    server = Server(pages(metrics), settings.http.host, settings.http.port, tell)
    server.start()
    try:
        yield
    finally:
        server.stop()
