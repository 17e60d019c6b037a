"""What a worker is made of: everything that the loop needs and settings decide."""

from collections.abc import Callable
from typing import Literal

import msgspec

from streamal.brokers.port import Clock
from streamal.core.journal import ArbiterSpec
from streamal.core.scorer import ScorerSpec
from streamal.learners.model import Model
from streamal.runtime.faults import NO_FAULTS, Faults
from streamal.runtime.observer import SILENT, Observer
from streamal.wire.samples import SampleMapping
from streamal.wire.topics import Topics

Role = Literal["all", "scorer", "arbiter"]

SCORERS = "streamal-scorer"
ARBITERS = "streamal-arbiter"

MAX_BATCH = 500
"""Samples in a transaction, at most."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How a worker works.

    Parameters
    ----------
    model
        Makes a fresh, untrained model.
    model_config
        What the model is made of, as recorded in `updates`.
    library
        The learning library's version.
    stop_at_candidate
        End a batch at each candidate, so that nothing is scored by a model that an
        answer could have changed (`simulate`).
    lookahead
        How many rows are predicted in one call while no answer has changed the model.
    time_of
        The time of a decision, from the offset of its sample; None asks the clock.
    observer
        Told what the worker does.
    """

    topics: Topics
    scorer: ScorerSpec
    arbiter: ArbiterSpec
    mapping: SampleMapping
    model: Callable[[], Model]
    model_config: dict[str, object]
    library: str
    clock: Clock
    group_prefix: str = ""
    instance: str = "local"
    role: Role = "all"
    apply: bool = False
    stop_at_candidate: bool = False
    lookahead: int = MAX_BATCH
    time_of: Callable[[int], int] | None = None
    faults: Faults = NO_FAULTS
    observer: Observer = SILENT
