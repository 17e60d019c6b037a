"""The product in process, as anybody uses it: `streamal.Sampler`."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.selection.contender import Step
from benchmarks.selection.model import section
from streamal import Sampler


class Product:
    """A sampler over the rows of a stream.

    Parameters
    ----------
    settings
        As in a configuration file, by dotted names.
    """

    def __init__(
        self,
        rows: Sequence[Mapping[str, Any]],
        settings: Mapping[str, Any],
        model: str,
        budget: Mapping[str, float],
        seed: int,
    ) -> None:
        self._rows = rows
        sections = nested(settings)
        own = sections.get("model", {})
        sections["model"] = {**section(model), **own, "seed": seed}
        if own.get("preset") == "committee":
            sections["committee"] = {"of": model}
        self._sampler = Sampler({**sections, "budget": [dict(budget)], "auto_label": "off"})
        self._open: dict[int, str] = {}
        self.seconds = 0.0

    def step(self, number: int) -> Step:
        """Decide the next row."""
        decision = self._sampler.decide(dict(self._rows[number]))
        asks = decision.route == "request"
        if asks:
            self._open[number] = getattr(decision, "request_id", decision.sample_id)
        return Step(decision.label, asks)

    def teach(self, number: int, label: str | None) -> None:
        """Answer the request about a row."""
        request = self._open.pop(number)
        if label is None:
            self._sampler.teach(request, outcome="rejected")
        else:
            self._sampler.teach(request, label)


def nested(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return dotted names as sections.

    Examples
    --------
    >>> nested({"policy.kind": "fixed", "policy.threshold": 0.8})
    {'policy': {'kind': 'fixed', 'threshold': 0.8}}
    """
    found: dict[str, Any] = {}
    for name, value in settings.items():
        *outer, last = name.split(".")
        place = found
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = value
    return found
