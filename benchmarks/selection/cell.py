"""One cell of the grid: everything that a run depends on."""

import msgspec

from benchmarks.selection.arms import ARMS, HEAD


class Cell(msgspec.Struct, frozen=True, order=True):
    """A run. Runs with the same stream, model and seed are paired."""

    stream: str
    model: str
    arm: str
    budget: float
    rows: int
    seed: int = 0
    delay: int = 0
    never: float = 0.0
    junk: float = 0.0
    burst: int = HEAD

    @property
    def key(self) -> str:
        """What the cache knows it by."""
        return msgspec.json.encode(self).decode()

    def same(self) -> "Cell":
        """Return the cell whose run this one's is, to the last bit.

        A contender that draws nothing gives one run for all seeds, unless the seed also
        places junk or unanswered requests; what asks about everything gives one for all budgets.
        """
        arm = ARMS[self.arm]
        seed = self.seed if arm.draws or self.never or self.junk else 0
        budget = 1.0 if arm.kind == "all" else self.budget
        return msgspec.structs.replace(self, seed=seed, budget=budget)
