"""Bearer tokens for OAUTHBEARER: from a file, or by the client credentials grant."""

import base64
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

from streamal.brokers.kafka.options import Security
from streamal.errors import BrokerUnavailable

EARLY_S = 30.0
"""A token is renewed so many seconds before it ends."""

DEFAULT_S = 300.0
"""How long a token is good when nothing says it (RFC 6749 §5.1 only recommends it)."""


class Tokens:
    """Gives a token that is good now; one from an endpoint is kept until it nearly ends.

    Parameters
    ----------
    security
        With `token_file`, or with `token_endpoint`, `client_id` and `client_secret`.

    Notes
    -----
    The client credentials grant of RFC 6749, §4.4.
    """

    def __init__(self, security: Security, now: Callable[[], float] = time.time) -> None:
        self._security = security
        self._now = now
        self._token = ""
        self._until = 0.0

    def token(self) -> str:
        """Return a token.

        Raises
        ------
        BrokerUnavailable
            The file cannot be read, or the endpoint gives none; says which.
        """
        return self.token_and_end()[0]

    def token_and_end(self) -> tuple[str, float]:
        """Return a token and when it ends, in seconds since the epoch."""
        if self._security.token_file:
            token = self._read(self._security.token_file)
            return token, _end(token) or self._now() + DEFAULT_S
        if self._now() > self._until - EARLY_S:
            self._token, self._until = self._ask()
        return self._token, self._until

    def _read(self, path: str) -> str:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BrokerUnavailable(f"token file {path}: {error.strerror}") from None

    def _ask(self) -> tuple[str, float]:
        endpoint = self._security.token_endpoint or ""
        try:
            with urllib.request.urlopen(self._request(endpoint), timeout=10) as answer:
                given = json.load(answer)
            token = str(given["access_token"])
            lasts = float(given.get("expires_in", DEFAULT_S))
        except (OSError, ValueError, KeyError, TypeError) as error:
            if isinstance(error, urllib.error.HTTPError):
                error.close()
            raise BrokerUnavailable(f"token endpoint {endpoint}: {error!r}") from None
        return token, self._now() + lasts

    def _request(self, endpoint: str) -> urllib.request.Request:
        security = self._security
        form = {"grant_type": "client_credentials"}
        if security.scope:
            form["scope"] = security.scope
        # RFC 6749, §2.3.1: both are form-encoded before they are put together.
        quoted = (
            urllib.parse.quote_plus(x or "") for x in (security.client_id, security.client_secret)
        )
        pair = ":".join(quoted).encode()
        return urllib.request.Request(
            endpoint,
            urllib.parse.urlencode(form).encode(),
            {"Authorization": f"Basic {base64.b64encode(pair).decode()}"},
        )


def _end(token: str) -> float | None:
    """Return the `exp` claim of a JSON Web Token (RFC 7519, §4.1.4), if it is one."""
    parts = token.split(".")
    if len(parts) < 2:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return float(claims["exp"])
    except (ValueError, KeyError, TypeError):
        return None
