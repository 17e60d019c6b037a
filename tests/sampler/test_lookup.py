"""What is held of requests that nobody asks for by their features."""

from msgspec.structs import replace

from streamal import Sampler
from streamal.core.records import Request
from streamal.core.requests import RequestBook
from streamal.sampler.lookup import MANY, Lookup


def test_new_requests_are_held_for_a_while_only() -> None:
    """Their features are let go, though nobody ever asks for them."""
    sampler = Sampler()
    asked = sampler.decide({"x": 1.0})
    assert isinstance(asked, Request)
    lookup = Lookup(RequestBook(0), [])
    for at in range(5 * MANY):
        lookup.add(replace(asked, request_id=f"samples/0/{at}", features={"x": float(at)}))
    held = len(lookup._fresh), len(lookup._asked)  # the memory is what it is about
    assert max(held) <= 2 * MANY
