"""Streams with drift that river makes: their seeds are fixed, so everybody gets the same."""

from collections.abc import Callable, Iterator
from typing import Any

WIDTH = 200
"""Samples over which one concept gives way to the next."""
CHANGE = 3_000
"""Where that happens: the middle of the rows that the comparison reads."""


def _sea() -> Any:  # noqa: ANN401 - river's generators share no useful type
    from river.datasets import synth

    return synth.ConceptDriftStream(
        synth.SEA(variant=0, seed=1, noise=0.1),
        synth.SEA(variant=2, seed=2, noise=0.1),
        position=CHANGE,
        width=WIDTH,
        seed=1,
    )


def _agrawal() -> Any:  # noqa: ANN401
    from river.datasets import synth

    return synth.ConceptDriftStream(
        synth.Agrawal(classification_function=0, seed=1),
        synth.Agrawal(classification_function=4, seed=2),
        position=CHANGE,
        width=WIDTH,
        seed=1,
    )


def _rbf() -> Any:  # noqa: ANN401
    from river.datasets import synth

    return synth.RandomRBFDrift(
        seed_model=1,
        seed_sample=1,
        n_classes=5,
        n_features=10,
        n_centroids=20,
        change_speed=0.001,
        n_drift_centroids=10,
    )


def _led() -> Any:  # noqa: ANN401
    from river.datasets import synth

    return synth.LEDDrift(
        seed=1, noise_percentage=0.1, irrelevant_features=True, n_drift_features=4
    )


def _hyperplane() -> Any:  # noqa: ANN401
    from river.datasets import synth

    return synth.Hyperplane(seed=1, n_features=10, n_drift_features=5, mag_change=0.001)


GENERATORS: dict[str, Callable[[], Any]] = {
    "synth_sea": _sea,
    "synth_agrawal": _agrawal,
    "synth_rbf": _rbf,
    "synth_led": _led,
    "synth_hyperplane": _hyperplane,
}


def generated(name: str) -> Iterator[tuple[dict[str, float | str | bool], str]]:
    """Yield (features, label) without end; whole numbers of a few values stay numbers."""
    for row, label in GENERATORS[name]():
        yield {str(feature): _plain(value) for feature, value in row.items()}, str(label)


def _plain(value: Any) -> float | str:  # noqa: ANN401
    return value if isinstance(value, str) else float(value)
