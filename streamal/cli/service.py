"""`run`: the service."""

import logging
import os
import signal
import socket
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import typer

from streamal.cli.options import Config, UntilIdle, settings_from
from streamal.errors import StreamalError

if TYPE_CHECKING:
    from streamal.brokers.kafka.client import Gap
    from streamal.brokers.kafka.watchdog import Bite
    from streamal.runtime.plan import Role
    from streamal.serve.metrics import Metrics
    from streamal.settings import Settings

PATIENCE_S = 3.0
"""Seconds of one try to reach a broker; the service tries again, and can be stopped between."""


class Stop:
    """Becomes true when the process is asked to end; the batch at hand is finished first.

    ``with`` it: afterwards signals mean what they meant before. A second signal ends the
    process at once.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGTERM, signal.SIGINT):
            self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        self.asked = True

    def __call__(self) -> bool:
        """Return whether to end."""
        return self.asked


def run(
    config: Config = None,
    role: Annotated[
        Literal["all", "scorer", "arbiter"], typer.Option(help="Which part of the work to do.")
    ] = "all",
    instance: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Stable name of this worker, one live worker each (default: host)."
        ),
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Record a changed model configuration in `updates`.")
    ] = False,
    until_idle: UntilIdle = None,
) -> None:
    """Run the service: score samples, ask for labels, learn from the answers.

    Reads `samples`, writes `label-requests`, `auto-labels` and `abstained`, learns from
    `labels`. Feed it with `streamal send`, answer with `streamal annotate`, look at it
    with `streamal status`. SIGTERM finishes the batch and exits 0. Logs are JSON lines on
    stderr.

    `streamal run --until-idle 5` ends when nothing came for five seconds.
    """
    with Stop() as stop:
        from streamal.settings import warnings

        settings = settings_from(config)
        with _logged(warnings(settings)):
            _serve(settings, role, instance or socket.gethostname(), apply, stop, until_idle)


def _serve(
    settings: "Settings", role: "Role", name: str, apply: bool, stop: Stop, idle: float | None
) -> None:
    from streamal.app import broker_of, metrics_of, plan_of, served
    from streamal.runtime.worker import serve

    metrics = metrics_of(settings, role, name)
    plan = plan_of(settings, os.environ, role=role, instance=name, apply=apply, observer=metrics)
    with ExitStack() as stack:
        stack.enter_context(served(metrics, settings, _log))
        broker = broker_of(
            settings,
            make=True,
            faults=plan.faults,
            patience_s=PATIENCE_S,
            bite=_end_of(metrics),
            gap=_gap_of(settings, metrics),
        )
        stack.enter_context(closing(broker))
        serve(broker, plan, stop, idle)


def _log(event: str, told: dict[str, object]) -> None:
    """Log what the server of the pages says."""
    import structlog

    log = structlog.get_logger("streamal")
    log.log(logging.INFO if event == "listening" else logging.WARNING, event, **told)


def _end_of(metrics: "Metrics") -> "Bite":
    """Return what ends the process at once: a call that hangs cannot be abandoned."""

    def end(message: str) -> None:
        import structlog

        metrics.tripped()
        log = structlog.get_logger("streamal")
        log.error("failed", error=message, exit_code=StreamalError.exit_code)
        os._exit(StreamalError.exit_code)

    return end


def _gap_of(settings: "Settings", metrics: "Metrics") -> "Gap":
    """Return what is done about records that retention dropped before they were read."""
    import structlog

    from streamal.app import topics_of
    from streamal.brokers.kafka.broker import refuse_gap

    if getattr(settings.broker, "on_missing_offsets", "fail") == "fail":
        return refuse_gap
    log, topics = structlog.get_logger("streamal"), topics_of(settings)

    def tell(topic: str, partition: int, first: int, oldest: int) -> None:
        metrics.skipped(topics.logical(topic), oldest - first)
        place = f"{topic}/{partition}"
        log.warning("skipped", place=place, first=first, count=oldest - first)

    return tell


@contextmanager
def _logged(notes: list[str]) -> Iterator[None]:
    """Log in JSON lines what is rarely meant, and the error that ends the service."""
    import structlog

    from streamal.cli.logs import configure

    configure()
    log = structlog.get_logger("streamal")
    for note in notes:
        log.warning("configuration", note=note)
    try:
        yield
    except StreamalError as error:
        log.error("failed", error=str(error), exit_code=error.exit_code)
        raise typer.Exit(error.exit_code) from None
    except Exception as error:  # noqa: BLE001 - whoever reads the logs reads JSON lines only
        log.error("uncaught", error=repr(error), trace=traceback.format_exc(), exit_code=70)
        raise typer.Exit(StreamalError.exit_code) from None


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(run)
