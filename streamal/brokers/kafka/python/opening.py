"""Opening a client of kafka-python so that a failure leaves nothing behind."""

import gc
from collections.abc import Callable, Mapping
from typing import Any

from kafka.net.compat import KafkaNetClient


def opened(make: Callable[..., Any], config: Mapping[str, Any]) -> Any:
    """Return a client; where its constructor fails, end what it had begun.

    A constructor of 3.0 that raises leaves its thread and its sockets; while a broker is
    away for a night there would be thousands. Sockets of refused connections are freed by
    the garbage collector alone.
    """
    begun: list[Any] = []

    def network(*words: object, **settings: object) -> Any:
        begun.append(KafkaNetClient(*words, **settings))
        return begun[-1]

    try:
        return make(kafka_client=network, **config)
    except BaseException:
        for client in begun:
            client.close()
            client._manager._net.stop()  # noqa: SLF001 - close leaves the thread running
        gc.collect()
        raise
