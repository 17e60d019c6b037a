"""Labels that people hand in: whose they are, and what becomes of them."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias, TypeVar, cast
from warnings import warn

import numpy as np
from msgspec import Struct

from streamal.core.arbiter import Output
from streamal.core.classes import canonical
from streamal.core.nearest import nearest
from streamal.core.records import Answer, Decision, Features, Outcome, Request
from streamal.core.updates import Example
from streamal.errors import Poison, Unusable
from streamal.sampler.desk import Desk, Settled
from streamal.sampler.features import FeatureReader, Many, One, is_one, listed
from streamal.sampler.identity import Id, annotator_text, id_text, is_id
from streamal.sampler.lookup import Lookup
from streamal.sampler.text import plain_text
from streamal.wire.labels import OUTCOMES

Target: TypeAlias = One | Id | Decision
"""What a label is for: the id of a request or of its sample, a decision, or a sample."""

Targets: TypeAlias = Sequence[Target] | Many
_Given = TypeVar("_Given")
_Found = TypeVar("_Found")


class _Told(Struct, frozen=True):
    """A label that can be read, and what it is for: an id, or features that may have one."""

    target: str | Features
    label: str | None
    sample_id: str | None = None


class Teacher:
    """Settles labels at a desk."""

    def __init__(self, desk: Desk, lookup: Lookup, reader: FeatureReader) -> None:
        self._desk = desk
        self._lookup = lookup
        self._reader = reader

    def one(self, target: Target, label: object, annotator: Id | None, outcome: Outcome) -> Settled:
        """Settle one label."""
        _check_outcome(outcome)
        whose = annotator_text(annotator)
        return self._settle(self._told(target, label, outcome), whose, outcome)

    def many(
        self, targets: Targets, labels: object, annotator: Id | None, outcome: Outcome
    ) -> list[Settled]:
        """Settle labels in their order, when all of them can be read."""
        _check_outcome(outcome)
        whose = annotator_text(annotator)
        listing = _targets(targets)
        pairs = list(zip(listing, _labels(labels, len(listing)), strict=True))
        told = _each(pairs, lambda one: self._told(*one, outcome))
        return _each(told, lambda one: self._settle(one, whose, outcome))

    def _told(self, target: Target, label: object, outcome: Outcome) -> _Told:
        """Read a label and its target; nothing has changed if that fails."""
        text = _label(label, outcome)
        if is_id(target):
            return _Told(id_text(target), text)
        if isinstance(target, Request):
            return _Told(target.request_id, text)
        if isinstance(target, Decision):
            raise Unusable(
                "unsolicited",
                f"sample {target.sample_id!r} was not asked about ({target.route}); its label is "
                "taken with its features: teach({...}, label)",
            )
        sample = cast("One", target)
        return _Told(self._features(sample), text, self._reader.id_of(sample))

    def _features(self, sample: One) -> Features:
        features = self._reader.one(sample)
        refused = self._desk.replica.model.refuse(features)
        if refused is not None:
            raise Unusable(*refused)
        return features

    def _settle(self, told: _Told, annotator: str | None, outcome: Outcome) -> Settled:
        answer = self._answer(told, annotator, outcome)
        try:
            out = self._desk.answer(answer)
        except Poison as poison:
            raise Unusable(poison.reason, str(poison)) from None
        for one in out:
            if isinstance(one, Request):
                self._lookup.add(one)
        return _warned(out)

    def _answer(self, told: _Told, annotator: str | None, outcome: Outcome) -> Answer:
        target, features = told.target, None
        if isinstance(target, str):
            request_id, sample_id = self._asked(target)
        else:
            request_id, sample_id = self._lookup.open_request(target, told.sample_id), None
            features = target if request_id is None else None
        return Answer(
            request_id=request_id,
            sample_id=sample_id,
            label=told.label,
            outcome=outcome,
            annotator=annotator,
            features=features,
        )

    def _asked(self, text: str) -> tuple[str | None, str | None]:
        """Return a text as the id of a request, or of a sample that was asked about."""
        book = self._desk.arbiter.book
        if text in book.rows:
            return text, None
        if book.find(None, text) is not None:
            return None, text
        near = nearest(text, book.rows)
        hint = f"; did you mean {near}?" if near else ""
        raise Unusable("unmatched", f"{text!r} is the id of no request, nor of its sample{hint}")


def _each(given: Sequence[_Given], do: Callable[[_Given], _Found]) -> list[_Found]:
    """Do it for each; an error begins with its place."""
    found: list[_Found] = []
    for place, one in enumerate(given):
        try:
            found.append(do(one))
        except Unusable as error:
            raise Unusable(error.reason, f"sample {place}: {error}") from None
    return found


def are_several(targets: object, label: object) -> bool:
    """Are these several targets, rather than one?

    Examples
    --------
    >>> are_several(17, "a"), are_several([17, 18], "a"), are_several([17, 18], ["a", "b"])
    (False, False, True)
    """
    if is_id(targets) or isinstance(targets, Decision):
        return False
    ids = targets.tolist() if isinstance(targets, np.ndarray) and targets.ndim == 1 else targets
    if isinstance(ids, list | tuple) and ids and all(map(is_id, ids)):
        # Whole numbers are a row of features where one label comes, ids where a list does.
        return isinstance(ids[0], str) or _is_list(label)
    return not is_one(targets)


def _is_list(labels: object) -> bool:
    return isinstance(labels, Iterable) and not isinstance(labels, str | bytes)


def _targets(targets: Targets) -> list[Target]:
    if isinstance(targets, np.ndarray) and targets.ndim == 1 and targets.dtype.kind in "USiu":
        return [str(one) for one in targets.tolist()]
    return cast("list[Target]", listed(cast("Many", targets)))


def _labels(labels: object, count: int) -> list[object]:
    if labels is None:
        return [None] * count
    if not _is_list(labels):
        raise Unusable("invalid", f"{count} samples need a list of {count} labels")
    found = list(cast("Iterable[object]", labels))
    if len(found) != count:
        raise Unusable("invalid", f"there are {len(found)} labels for {count} samples")
    return found


def _label(label: object, outcome: Outcome) -> str | None:
    """Return a label as the name of a class, numpy's scalars too."""
    if outcome != "labelled":
        if label is not None:
            raise Unusable("invalid", f"the outcome {outcome!r} goes without a label")
        return None
    if isinstance(label, np.generic):
        label = label.item()
    if label is None:
        raise Unusable("invalid", "a label is needed, or an outcome such as outcome='skipped'")
    try:
        return plain_text("label", canonical(label))
    except ValueError as error:
        raise Unusable("invalid", str(error)) from None


def _check_outcome(outcome: str) -> None:
    if outcome not in OUTCOMES:
        raise Unusable("invalid", f"outcome {outcome!r} is none of {', '.join(OUTCOMES)}")


def _warned(out: Iterable[Output]) -> Settled:
    """Return what an answer came to; warn of an example that the model could not learn."""
    settled = next(one for one in out if isinstance(one, Settled))
    if isinstance(settled, Example) and settled.error is not None:
        warn(
            f"the label of {settled.sample_id} is settled, and the model did not learn it: "
            f"{settled.error}",
            RuntimeWarning,
            stacklevel=4,
        )
    return settled
