"""The metrics and pages of a worker, wired to its settings."""

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from streamal import __version__
from streamal.core.ledger import names
from streamal.runtime.plan import Role
from streamal.serve.about import About
from streamal.serve.metrics import Metrics
from streamal.serve.server import Server, Tell
from streamal.settings import Settings, digest


def metrics_of(settings: Settings, role: Role, instance: str) -> Metrics:
    """Return what counts for a worker of these settings."""
    policy = settings.policy.spec()
    about = About(
        instance=instance,
        role=role,
        limits=tuple(names(list(settings.limits()))),
        classes=tuple(settings.model.classes or ()),
        uniform=policy.uniform,
        auto_label=settings.auto_label.threshold,
        versions=(__version__, platform.python_version(), version("river")),
        config_hash=digest(settings),
    )
    return Metrics(about)


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
