"""`healthcheck`: is the service on this machine ready?"""

from typing import Annotated, NamedTuple

import typer

from streamal.cli.console import print_json, say
from streamal.cli.options import Config, Json, settings_from
from streamal.errors import CheckFailed, UsageError

ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Who listens on every address is asked on the machine's own."""


def healthcheck(
    config: Config = None,
    live: Annotated[
        bool, typer.Option("--live", help="Ask only whether the loop moves, not if it is ready.")
    ] = False,
    timeout: Annotated[
        float, typer.Option(min=0.1, max=60, metavar="SECONDS", help="How long to wait.")
    ] = 3.0,
    json: Json = False,
) -> None:
    """Ask the service on this machine whether it is ready; exit 0 if so, 1 if not.

    Asks `/readyz` at the configured `http` address: it is ready once it has restored
    and is a member of its groups. A service of another configuration that has the port is
    not taken for it. Made for a container's HEALTHCHECK; no shell, no curl.
    """
    from streamal.settings import digest

    settings = settings_from(config)
    http = settings.http
    if not http.port:
        raise UsageError("http.port is 0, any free one: nobody but the service's log knows which")
    host = ANYWHERE.get(http.host, http.host)
    answer = _asked(host, http.port, "/livez" if live else "/readyz", timeout)
    if answer.config not in (None, digest(settings)):
        answer = answer._replace(text="answered by a service of another configuration")
    healthy = answer.code == HEALTHY and answer.config == digest(settings)
    if json:
        print_json({"healthy": healthy, "code": answer.code, "text": answer.text})
    if not healthy:
        raise CheckFailed(f"{host}:{http.port}: {answer.text}")
    if not json:
        say(answer.text)


HEALTHY = 200


class _Answer(NamedTuple):
    """An answer, whose configuration is None where it is no service of ours."""

    code: int | None
    text: str
    config: str | None = None


def _asked(host: str, port: int, path: str, timeout: float) -> _Answer:
    """Return what was answered; no code where nothing was."""
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read(1000).decode(errors="replace").strip()
        shown = "".join(one if one.isprintable() else "?" for one in text)
        return _Answer(answer.status, shown, answer.headers["Streamal-Config"])
    except (OSError, HTTPException, ValueError) as error:
        return _Answer(None, f"no answer: {error}")
    finally:
        connection.close()


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(healthcheck)
