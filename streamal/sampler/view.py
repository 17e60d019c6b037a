"""What a sampler tells of itself and of samples, without changing anything."""

from collections.abc import Mapping
from typing import Any, cast, overload

from streamal.core.estimate import Bounds
from streamal.core.prediction import Prediction
from streamal.core.records import Decision, Request
from streamal.errors import Unusable
from streamal.runtime.certification import certificate
from streamal.runtime.standing import stop
from streamal.sampler.budget import Budget
from streamal.sampler.explanation import explained
from streamal.sampler.features import Many, One, is_one
from streamal.sampler.identity import Id, id_text
from streamal.sampler.parts import Parts
from streamal.settings import Settings


class View:
    """The half of a sampler that only reads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @property
    def settings(self) -> Settings:
        """What it is configured with."""
        return self._parts.settings

    @overload
    def predict(self, samples: Mapping[str, object]) -> str | None: ...

    @overload
    def predict(self, samples: Many) -> list[str | None]: ...

    def predict(self, samples: One | Many) -> str | list[str | None] | None:
        """Return the most probable class of a sample, or of each of several; None: no opinion.

        Examples
        --------
        >>> from streamal import Sampler
        >>> sampler = Sampler(model="bayes")
        >>> learned = sampler.teach([{"size": 1}, {"size": 9}], ["small", "large"])
        >>> sampler.predict({"size": 2}), sampler.predict([{"size": 2}, {"size": 8}])
        ('small', ['small', 'large'])
        """
        found = [one.label for one in self._judged(samples)]
        return found[0] if is_one(samples) else found

    @overload
    def predict_proba(self, samples: Mapping[str, object]) -> dict[str, float]: ...

    @overload
    def predict_proba(self, samples: Many) -> list[dict[str, float]]: ...

    def predict_proba(self, samples: One | Many) -> dict[str, float] | list[dict[str, float]]:
        """Return the probability of each class, for a sample or each of several.

        Examples
        --------
        >>> from streamal import Sampler
        >>> Sampler().predict_proba({"size": 2})
        {}
        """
        found = [one.named(self.classes) for one in self._judged(samples)]
        return found[0] if is_one(samples) else found

    def _judged(self, samples: One | Many) -> list[Prediction]:
        if is_one(samples):
            return self._parts.desk.judge([self._parts.reader.one(cast("One", samples))])
        return self._parts.desk.judge(self._parts.reader.many(cast("Many", samples)))

    def explain(self, decision: Decision | Id) -> str:
        """Return in a few lines why a sample was asked about or not.

        Parameters
        ----------
        decision
            What `decide` returned, or the id of a request or of its sample.

        Examples
        --------
        >>> from streamal import Sampler
        >>> sampler = Sampler()
        >>> print(sampler.explain(sampler.decide({"size": 3.0}, id="first")))
        first: asked, because the model knows fewer than two classes yet
          utility 1; propensity 1
          the model at version 3 had no opinion
          charged then: rate 1 of 20.1, sample 1
        """
        if not isinstance(decision, Decision):
            name, book = id_text(decision), self._parts.desk.arbiter.book
            row = book.find(name, None) or book.find(None, name)
            if row is None:
                raise Unusable("unmatched", f"{name!r} is the id of no request that is known")
            decision = row.asked
        limits = self._parts.desk.arbiter.state.ledger.specs
        return explained(decision, self._parts.plan.scorer.policy, limits)

    @property
    def budget(self) -> Budget:
        """What is charged and allowed by each limit, and how many labels are left now."""
        return self._parts.desk.budget()

    @property
    def estimate(self) -> Bounds:
        """The accuracy on all samples, as far as the labels tell, with its intervals."""
        return self._parts.desk.estimate()

    @property
    def certificate(self) -> dict[str, Any] | None:
        """How the promise of `auto_label.target_precision` stands, as `status` tells it.

        None where nothing is promised.

        Examples
        --------
        >>> from streamal import Sampler
        >>> promise = Sampler(auto_label={"target_precision": 0.95}).certificate
        >>> promise["certified"], promise["missing"]
        (False, 60)
        """
        desk = self._parts.desk
        return certificate(desk.arbiter.state, desk.plan.arbiter.target)

    @property
    def stopped(self) -> dict[str, Any] | None:
        """The rule that stopped asking, since when, and what it saw; None while none has."""
        return stop(self._parts.desk.arbiter.state)

    @property
    def requests(self) -> list[Request]:
        """The open requests, oldest first."""
        return [row.asked for row in self._parts.desk.requests() if row.outcome is None]

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes learned so far, in the order of their first example."""
        return tuple(self._parts.desk.replica.model.classes)

    @property
    def version(self) -> int:
        """The model version: the number of the last update."""
        return self._parts.desk.replica.version

    def __repr__(self) -> str:
        parts, desk = self._parts, self._parts.desk
        config = parts.plan.model_config
        model = parts.learner or config["preset"] or config["factory"]
        state, book = desk.arbiter.state, desk.arbiter.book
        asked = sum(n for route, n in state.routes.items() if route.startswith("request/"))
        return (
            f"Sampler: model {model}, {desk.decided} samples decided, {asked} asked, "
            f"{book.outstanding} open, {desk.replica.examples} labels learned\n{self.budget!r}"
        )
