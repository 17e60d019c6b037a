"""A service in memory whose metrics are kept, with a life that has a bit of everything."""

import random
from typing import Any

from streamal.app import metrics_of
from streamal.runtime.plan import Role
from streamal.serve.metrics import Metrics
from streamal.settings import Settings
from tests.runtime.service import Service, numbers

ODDITIES: tuple[bytes | None, ...] = (None, b"{", b"[1]", b'{"features": {}}')

SECTIONS: dict[str, Any] = {
    "budget": [{"rate": 0.2, "burst": 5}, {"cost": 50.0, "per_label": {"*": 1.0, "ann": 0.5}}],
    "requests": {"expire_after": "60s", "refund": ["skipped", "expired"], "ask_again": 1},
    "auto_label": {"threshold": 0.9},
    "topics": {"partitions": 2},
}


def metrics(role: Role = "all", **sections: Any) -> Metrics:  # noqa: ANN401 - a section's tree
    """Return what counts for a worker."""
    return metrics_of(Settings.model_validate(SECTIONS | sections), role, "tests")


class Watched(Service):
    """A `Service` that tells `metrics` what it does."""

    def __init__(self, **sections: Any) -> None:  # noqa: ANN401 - a section's tree
        self.metrics = metrics(**sections)
        super().__init__(**SECTIONS | sections)

    def started(self, **changes: Any) -> Any:  # noqa: ANN401 - as of Service
        return super().started(**{"observer": self.metrics} | changes)

    def live(self, rounds: int, seed: int) -> None:
        """Send, answer in every way there is, let time pass, now and then start afresh."""
        dice = random.Random(seed)
        for number in range(rounds):
            self.send(*numbers(dice.randrange(1, 40), first=self.sent))
            self.put("samples", dice.choice(ODDITIES), partition=dice.randrange(2))
            self.turn()
            self._answer_some(dice)
            self.clock.pass_by(dice.randrange(30_000))
            self.turn()
            if number % 5 == 4:
                self.restart()
        self.turn()

    def _answer_some(self, dice: random.Random) -> None:
        for request in self.requests()[-6:]:
            said: dict[str, object] = {"request_id": request.request_id}
            kind = dice.randrange(6)
            if kind < 3:
                said |= {"label": dice.choice(["up", "down"]), "annotator": "ann"}
            elif kind == 3:
                said["outcome"] = dice.choice(["skipped", "unknown", "rejected", "retracted"])
            elif kind == 4:
                said = {"request_id": "nobody", "label": "up"}
            self.answer(**said)

    def count(self, name: str, *labels: str) -> float:
        """Return one value."""
        return self.metrics.board.series(name).values().get(labels, 0.0)

    def counts(self, name: str) -> dict[tuple[str, ...], float]:
        """Return the values that are not 0."""
        return {key: n for key, n in self.metrics.board.series(name).values().items() if n}
