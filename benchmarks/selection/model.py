"""The models that all contenders share: our presets, and what river's users begin with."""

from typing import Any

from streamal.learners import factory, presets
from streamal.learners.model import Model

FIELD = "river"
"""`StandardScaler | OneVsRestClassifier(LogisticRegression())`: the field's default."""


def field_default() -> Any:  # noqa: ANN401 - a factory of the user's own, as the service takes it
    """Return river's usual first pipeline."""
    from river import linear_model, multiclass, preprocessing

    classifier = multiclass.OneVsRestClassifier(linear_model.LogisticRegression())
    return preprocessing.StandardScaler() | classifier


def section(name: str) -> dict[str, Any]:
    """Return the setting that makes it."""
    return {"factory": f"{__name__}:field_default"} if name == FIELD else {"preset": name}


def made(name: str, seed: int) -> Model:
    """Return an untrained model of a preset, or the field's default."""
    if name == FIELD:
        return Model(factory.load(f"{__name__}:field_default", {}), {})
    return Model(presets.make(name, seed), {})
