"""The presets `tree` and `forest`: river's Hoeffding tree and adaptive random forest."""

from collections.abc import Mapping
from typing import cast
from zlib import crc32

from streamal.learners.adapter import Classifier, Encoded, Parts, RiverLearner, learning
from streamal.learners.kinds import NUMBER, TEXT, Kinds, category, number, words
from streamal.learners.port import Features
from streamal.learners.unsalted import Unsalted

# A tree splits on one feature at a time and must know each; words are endless, so they
# share this many yes-no features. A tree reads poorly all the same: `text` is for texts.
PLACES = 32
# A split is weighed after so many examples at a leaf, and made at this risk of the wrong one.
# river's 200 and 1e-7 expect millions of labels. Measured over 13 streams: +1.6 points at all
# labels, equal at 10 %.
GRACE = 50
RISK = 1e-4
TREES = 10
# No sample is without a feature: the forest draws from those of the first one.
ALWAYS = "\0"


class TreeEncoder:
    """Numbers and categories as they are, a text as `PLACES` zeros and ones."""

    __slots__ = ("_kinds",)

    def __init__(self, types: Mapping[str, str]) -> None:
        self._kinds = Kinds(types)

    def learn(self, features: Features) -> None:
        """Nothing: a tree needs no scale."""

    def encode(self, features: Features) -> Encoded:
        """Return name, kind and place to a number or a category's value."""
        encoded: Encoded = {ALWAYS: 1.0}
        for name, value in features.items():
            kind = self._kinds.of(name, value)
            if kind == NUMBER:
                encoded[name] = number(value)  # type: ignore[arg-type]
            elif kind == TEXT:
                encoded.update(_places(name, str(value)))
            else:
                # Another name than a number's: river's tree breaks on a feature of two types.
                encoded[f"{name}="] = Unsalted(category(value))
        return encoded


def _places(name: str, text: str) -> dict[str, float]:
    places = [0.0] * PLACES
    for word in words(text):
        places[crc32(word.encode(errors="surrogatepass")) % PLACES] = 1.0
    return {f"{name}:{place}": value for place, value in enumerate(places)}


def tree(types: Mapping[str, str]) -> RiverLearner:
    """Return the preset `tree`."""

    def parts() -> Parts:
        from river.tree import HoeffdingTreeClassifier

        from streamal.learners.splitter import PulledSplitter

        model = HoeffdingTreeClassifier(grace_period=GRACE, delta=RISK, splitter=PulledSplitter())
        return model, TreeEncoder(types), learning(model)

    return RiverLearner("tree", parts)


def forest(types: Mapping[str, str], seed: int) -> RiverLearner:
    """Return the preset `forest`, of `TREES` trees."""

    def parts() -> Parts:
        from river.forest import ARFClassifier

        # It draws how often each tree learns an example, and takes no weight.
        model = cast("Classifier", ARFClassifier(n_models=TREES, seed=seed))
        return model, TreeEncoder(types), learning(model)

    return RiverLearner("forest", parts)
