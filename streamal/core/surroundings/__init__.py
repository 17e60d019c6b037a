"""Modifiers of the utility that look at features: a fold over labelled and rejected examples."""

from streamal.core.surroundings.spec import ModifierSpec
from streamal.core.surroundings.surroundings import Surroundings

__all__ = ["ModifierSpec", "Surroundings"]
