"""Names of models to learners. Nothing here imports river before a model needs it."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from streamal.errors import ConfigError
from streamal.learners.auto import Auto
from streamal.learners.bayes import NaiveBayes
from streamal.learners.ensemble.ensemble import Ensemble
from streamal.learners.kinds import KINDS
from streamal.learners.linear import Linear
from streamal.learners.port import Learner
from streamal.learners.trees import forest, tree

PRESETS = ("auto", "bayes", "ensemble", "forest", "linear", "text", "tree")
_NO_TYPES: Mapping[str, str] = MappingProxyType({})


def make(preset: str, seed: int, types: Mapping[str, str] = _NO_TYPES) -> Learner:
    """Return an untrained learner.

    Parameters
    ----------
    preset
        One of `PRESETS`.
    seed
        For the presets that draw: `ensemble` and `forest`.
    types
        Declared kinds of features: name to ``number``, ``category`` or ``text``.

    Raises
    ------
    ConfigError
        There is no such preset or kind; the message names the nearest.

    Examples
    --------
    >>> learner = make("bayes", seed=7)
    >>> learner.learn_one({"text": "win cash now"}, "spam")
    >>> learner.learn_one({"text": "see you at lunch"}, "ham")
    >>> learner.classes
    ('spam', 'ham')
    >>> learner.predict_proba_many([{"text": "cash"}]).round(2).tolist()
    [[0.93, 0.07]]
    """
    for name, kind in types.items():
        _known(f"samples.types.{name}", "kind of feature", kind, KINDS)
    _known("model.preset", "preset", preset, PRESETS)
    if preset == "linear":
        return Linear(types)
    if preset == "ensemble":
        return Ensemble(types, seed)
    if preset == "tree":
        return tree(types)
    if preset == "forest":
        return forest(types, seed)
    return Auto(types) if preset == "auto" else NaiveBayes(preset, types)


def _known(key: str, what: str, given: str, names: Iterable[str]) -> None:
    if given in names:
        return
    near = get_close_matches(given, names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise ConfigError(f"{key}: there is no {what} {given!r}; {hint}There are {', '.join(names)}")
