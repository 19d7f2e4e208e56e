"""`/health` and `/metrics`: whether all is well and a few figures, for this computer or who has the token.

Nothing is done for them while nobody asks. No page in the web may have them read by somebody's browser: what says that
it comes from a page of another origin, or names a host that somebody outside can own (DNS rebinding), is refused.
Called in the I/O threads; knows `metrics`, which knows the library.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from http import HTTPStatus

from chatd.config import Listen
from chatd.listeners.metrics import CONTENT_TYPE, Metrics
from chatd.listeners.origins import is_ours
from chatd.listeners.web import Answer, Page, Request
from chatd.log import Log
from chatd.rates import source


class Health:
    """See the module."""

    def __init__(self, listen: Callable[[], Listen], log: Log, metrics: Metrics) -> None:
        """`listen` gives the settings as they are now."""
        self._listen = listen
        self._log = log
        self._metrics = metrics

    @property
    def pages(self) -> Mapping[str, Page]:
        return {"/health": self._health, "/metrics": self._figures}

    def _health(self, request: Request) -> Answer:
        refused = self._refused(request)
        if refused is not None:
            return refused
        trouble = self._log.trouble()
        if trouble:
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, " ".join(trouble.split()))
        return Answer(HTTPStatus.OK, "ok")

    def _figures(self, request: Request) -> Answer:
        refused = self._refused(request)
        if refused is not None:
            return refused
        text = self._metrics.text()
        if text is None:
            why = "/metrics needs the package prometheus-client (pip install prometheus-client)"
            return Answer(HTTPStatus.NOT_IMPLEMENTED, why)
        return Answer(HTTPStatus.OK, text, CONTENT_TYPE)

    def _refused(self, request: Request) -> Answer | None:
        """Why there is nothing for this peer, None for one that may ask."""
        listen, headers = self._listen(), request.headers
        here = source(request.address)[1]
        if listen.require_tls and not (request.secure or here):
            return Answer(HTTPStatus.FORBIDDEN, "This server wants TLS")
        given = headers.get("authorization")
        if given is not None:
            return None if _is_token(given, listen.metrics_token) else _WRONG_TOKEN
        if not here:
            return Answer(HTTPStatus.FORBIDDEN, "From another computer this needs metrics_token of [listen]")
        if "origin" in headers or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return Answer(HTTPStatus.FORBIDDEN, "This is for no web page")
        if not is_ours(headers.get("host", "")):
            return Answer(HTTPStatus.FORBIDDEN, "This host is not the server's own")
        return None


_WRONG_TOKEN = Answer(HTTPStatus.UNAUTHORIZED, "This is not metrics_token of [listen]", challenge="Bearer")


def _is_token(given: str, token: str) -> bool:
    """Whether this Authorization holds the token, in a time that says nothing about it; there may be none."""
    scheme, _, word = given.partition(" ")
    same = hmac.compare_digest(word.strip(" ").encode(), token.encode())
    return bool(token) and same and scheme.lower() == "bearer"
