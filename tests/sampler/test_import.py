"""`from streamal import Sampler` works, and `import streamal` stays light."""

import pytest

import streamal
from streamal.sampler import Sampler
from tests.house.startup import heavy_imports


def test_the_package_loads_nothing_before_it_is_asked() -> None:
    """Its version is there without an array; the sampler brings what it needs, but no river."""
    assert heavy_imports("import streamal; streamal.__version__; dir(streamal)") == set()
    found = heavy_imports("from streamal import Sampler; Sampler(model='bayes').decide({'x': 1})")
    assert {"numpy", "pydantic"} <= found
    assert "river" not in found


def test_the_package_offers_the_sampler() -> None:
    """By its name, and no other by mistake."""
    assert streamal.Sampler is Sampler
    assert {"Sampler", "Unusable", "Budget"} <= set(dir(streamal))
    with pytest.raises(AttributeError, match="module 'streamal' has no attribute 'Smapler'"):
        streamal.Smapler  # type: ignore[attr-defined]  # noqa: B018 - looked up on purpose
