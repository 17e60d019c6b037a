"""Answers requests as people do: late, twice, otherwise, to what nobody asked, or never.

What happens to a request hangs on its id alone. Each answer has an id, so a process that
is started again sees in `labels` what the one before has said.
"""

import heapq
import json
import time
from collections.abc import Iterator
from random import Random
from typing import Any

from confluent_kafka import Consumer, Message, Producer, TopicPartition

from tests.chaos.world import Stopped, World, given

Said = dict[str, Any]
Due = tuple[float, str, Said]

LOOK_S = 0.05
DELIVERED_WITHIN = 20.0
SHARES = {"never": 0.05, "late": 0.1, "twice": 0.1, "otherwise": 0.03, "declined": 0.03}
"""Of all requests; the others are answered once, in half a second."""

NOBODY = 0.02
"""For each request, how often an answer to one that was never made goes with it."""


class Person:
    """Hears requests, and answers each in its own time."""

    def __init__(self, world: World, rows: list[Said]) -> None:
        self._world = world
        self._labels = [row["label"] for row in rows]
        self._others = sorted(set(self._labels))
        self._said = {_answer_id(entry.value) for entry in world.log.whole(["labels"])}
        self._due: list[Due] = []
        self._producer = Producer(
            {
                "bootstrap.servers": ",".join(world.bootstrap),
                "enable.idempotence": True,
                "message.timeout.ms": 15_000,
                "reconnect.backoff.max.ms": 500,
            }
        )
        self._asked: Consumer = world.log.consumer(
            [TopicPartition(f"{world.prefix}label-requests", 0, 0)]
        )

    def turn(self) -> None:
        """Hear what is asked, say what is due."""
        now = time.monotonic()
        for message in self._asked.consume(500, LOOK_S):
            if message.error() is None:
                self._hear(now, message)
        said = [heapq.heappop(self._due) for _ in range(self._ripe(now))]
        for _, answer_id, answer in said:
            self._say(answer_id, answer)
        if said and self._producer.flush(DELIVERED_WITHIN):
            raise TimeoutError("answers were not delivered")

    def _ripe(self, now: float) -> int:
        return sum(due <= now for due, _, _ in self._due)

    def _hear(self, now: float, message: Message) -> None:
        request = json.loads(message.value() or b"")
        for number, (delay, answer) in enumerate(self._plan(request)):
            answer_id = f"{request['request_id']}/{number}"
            if answer_id not in self._said:
                heapq.heappush(self._due, (now + delay, answer_id, answer))

    def _plan(self, request: Said) -> Iterator[tuple[float, Said]]:
        """Yield what will be said of a request, and after how many seconds."""
        random = Random(f"{self._world.seed}/{request['request_id']}")
        number = int(request["sample_id"][2:])
        label = self._labels[number % len(self._labels)]
        right = {"request_id": request["request_id"], "label": label}
        habit = random.choices([*SHARES, "once"], [*SHARES.values(), 1 - sum(SHARES.values())])[0]
        if random.random() < NOBODY:
            yield random.random(), {**right, "request_id": f"nowhere/0/{number}"}
        if habit == "declined":
            yield random.random(), {"request_id": right["request_id"], "outcome": "skipped"}
        elif habit != "never":
            yield random.uniform(2, 6) if habit == "late" else random.random() / 2, right
        if habit == "twice":
            yield random.uniform(0, 3), right
        if habit == "otherwise":
            yield random.uniform(0, 3), {**right, "label": random.choice(self._others)}

    def _say(self, answer_id: str, answer: Said) -> None:
        value = json.dumps({**answer, "annotator": "ann", "answer_id": answer_id}).encode()
        self._producer.produce(f"{self._world.prefix}labels", value, on_delivery=_check)
        self._said.add(answer_id)

    def close(self) -> None:
        """Stop hearing."""
        self._asked.close()


def _check(error: object, _: Message) -> None:
    if error is not None:
        raise ConnectionError(f"an answer was not delivered: {error}")


def _answer_id(value: bytes | None) -> str:
    return str(json.loads(value or b"{}").get("answer_id"))


def main() -> None:
    """Answer until told to stop."""
    stopped = Stopped()
    stopped()
    person = Person(*given())
    while not stopped():
        person.turn()
    person.close()


if __name__ == "__main__":
    main()
