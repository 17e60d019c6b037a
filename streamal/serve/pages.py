"""The pages: metrics, liveness, readiness, status. None of them asks the broker."""

import json
from typing import TYPE_CHECKING

from streamal.serve.exposition import Exposition
from streamal.serve.health import STALE_S
from streamal.serve.metrics import Metrics

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

CONFIG = "Streamal-Config"
"""The header with the hash of the configuration that the service runs with."""

INDEX = """\
streamal
  /metrics  for Prometheus
  /livez    200 while the loop moves
  /readyz   200 while it is restored and a member of its groups
  /status   how it stands, as JSON
"""


def pages(metrics: Metrics) -> "Starlette":
    """Return the application."""
    from starlette.applications import Starlette
    from starlette.routing import Route

    told = _Pages(metrics)
    routes = [
        Route("/", told.index),
        Route("/metrics", told.metrics),
        Route("/livez", told.livez),
        Route("/readyz", told.readyz),
        Route("/status", told.status),
    ]
    return Starlette(routes=routes)


class _Pages:
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._health = metrics.health
        self._exposition = Exposition(metrics)

    async def index(self, request: "Request") -> "Response":
        return _text(INDEX)

    async def metrics(self, request: "Request") -> "Response":
        from starlette.responses import Response

        page, content_type = self._exposition.render(request.headers.get("accept", ""))
        return Response(page, headers={"Content-Type": content_type})

    async def livez(self, request: "Request") -> "Response":
        if self._health.is_live():
            return self._mine("live\n")
        silence = self._health.silence()
        return self._mine(
            f"stuck: the loop has not moved for {silence:.0f} s; {STALE_S:.0f} are allowed\n", 503
        )

    async def readyz(self, request: "Request") -> "Response":
        if self._health.is_ready:
            return self._mine("ready\n")
        return self._mine("not ready: not yet restored and a member of its groups\n", 503)

    async def status(self, request: "Request") -> "Response":
        from starlette.responses import Response

        page = json.dumps(self._metrics.status(), ensure_ascii=False)
        return Response(page, media_type="application/json")

    def _mine(self, words: str, code: int = 200) -> "Response":
        """Return a page that says whose it is: another service may have the port."""
        from starlette.responses import PlainTextResponse

        return PlainTextResponse(words, code, {CONFIG: self._metrics.about.config_hash})


def _text(words: str, code: int = 200) -> "Response":
    from starlette.responses import PlainTextResponse

    return PlainTextResponse(words, code)
