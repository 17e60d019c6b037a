"""`healthcheck`: is the service on this machine ready?"""

from http.client import HTTPException
from typing import Annotated

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
    and is a member of its groups. Made for a container's HEALTHCHECK; no shell, no curl.
    """
    http = settings_from(config).http
    if not http.port:
        raise UsageError("http.port is 0, any free one: nobody but the service's log knows which")
    host = ANYWHERE.get(http.host, http.host)
    code, text = _asked(host, http.port, "/livez" if live else "/readyz", timeout)
    if json:
        print_json({"healthy": code == HEALTHY, "code": code, "text": text})
    if code != HEALTHY:
        raise CheckFailed(f"{host}:{http.port}: {text}")
    if not json:
        say(text)


HEALTHY = 200


def _asked(host: str, port: int, path: str, timeout: float) -> tuple[int | None, str]:
    """Return the answer's code and text; no code where there was no answer."""
    from http.client import HTTPConnection

    connection = HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(1000).decode(errors="replace").strip()
    except (OSError, HTTPException) as error:
        return None, f"no answer: {error}"
    finally:
        connection.close()


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(healthcheck)
