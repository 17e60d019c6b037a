"""Drift at one desk: a sampler raises the same alarms, and goes on from a file."""

from streamal import Sampler
from streamal.core.updates import Drift, Takeover
from tests.runtime import tiny

SWAP, ROWS = 300, 600


def _play(sampler: Sampler, first: int = 0, last: int = ROWS) -> Sampler:
    """Answer all that is asked by the sign of x; from `SWAP` on by its opposite."""
    for i in range(first, last):
        x = ((i * 37) % 101 - 50) / 10
        found = sampler.decide({"x": x})
        if found.route == "request":
            sampler.teach(f"samples/0/{i}", "up" if (x > 0) != (i >= SWAP) else "down")
    return sampler


def _sampler() -> Sampler:
    return Sampler(model=tiny.Tiny(), budget=[{"rate": 1.0}])


def test_a_sampler_takes_a_fresh_model_over() -> None:
    """After labels are swapped it answers as they are meant now."""
    sampler = _play(_sampler())
    kinds = [one for one in sampler._parts.desk.updates if isinstance(one, Drift | Takeover)]
    assert [type(one) for one in kinds] == [Drift, Takeover]
    assert sampler.decide({"x": 4.0}).label == "down"


def test_a_loaded_one_raises_the_same_alarms() -> None:
    """Saved before the alarm, and between it and the take-over, it comes to the same end."""
    whole = _play(_sampler()).save()
    for cut in (SWAP + 4, SWAP + 12, SWAP + 20):
        loaded = Sampler.load(_play(_sampler(), 0, cut).save(), model=tiny.Tiny())
        assert _play(loaded, cut).save() == whole
