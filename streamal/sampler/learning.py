"""The half of a sampler that learns."""

from collections.abc import Mapping
from typing import cast, overload

from streamal.core.records import Decision, Outcome
from streamal.sampler.desk import Settled
from streamal.sampler.identity import Id
from streamal.sampler.teaching import Target, Targets, are_several
from streamal.sampler.view import View


class Learning(View):
    """A view that takes labels."""

    @overload
    def teach(  # type: ignore[overload-overlap]  # an id is no sequence of ids
        self,
        target: Id | Decision | Mapping[str, object],
        label: object = None,
        *,
        annotator: Id | None = None,
        outcome: Outcome = "labelled",
    ) -> Settled: ...

    @overload
    def teach(
        self,
        target: Targets,
        label: object = None,
        *,
        annotator: Id | None = None,
        outcome: Outcome = "labelled",
    ) -> list[Settled]: ...

    def teach(
        self,
        target: Target | Targets,
        label: object = None,
        *,
        annotator: Id | None = None,
        outcome: Outcome = "labelled",
    ) -> Settled | list[Settled]:
        """Learn a label, or end a request without one.

        Parameters
        ----------
        target
            What it is for: a request, its id, its sample's id, or a sample. A sample that is
            asked about settles its oldest open request; any other is learned as one that
            nobody asked about, which costs nothing. Or several: a list of requests, of ids,
            or of samples, a 2-d array or a DataFrame.
        label
            A string, a number or a boolean; for several targets a list of as many, in their
            order.
        annotator
            Whose it is, a string or an integer (5 is ``"5"``); some budgets have a price for
            each.
        outcome
            ``labelled``, or without a label ``skipped``, ``unknown``, ``rejected``,
            ``retracted``.

        Returns
        -------
        Example, Vote or Closed
            What was learned, that an answer of several was taken, or how the request ended; a
            list of them for several targets.

        Raises
        ------
        Unusable
            The label is of no use; `reason` says why in a word. Of several, those before it
            are learned, unless it is one that can not even be read: then none is.

        Warns
        -----
        RuntimeWarning
            The label is settled, and the model failed to learn it.

        Examples
        --------
        >>> from streamal import Sampler
        >>> sampler = Sampler()
        >>> sampler.teach({"x": 1.0}, "up").label
        'up'
        >>> request = sampler.decide({"x": 2.0})
        >>> sampler.teach(request, outcome="skipped").outcome
        'skipped'
        >>> asked = [sampler.decide({"x": x}, id=x) for x in (3, 4)]
        >>> [one.label for one in sampler.teach(asked, ["up", "down"])]
        ['up', 'down']
        >>> [one.label for one in sampler.teach([[0.5, 1.0], [0.1, 7.0]], [0, 1])]
        ['0', '1']
        """
        if are_several(target, label):
            return self._parts.teacher.many(cast("Targets", target), label, annotator, outcome)
        return self._parts.teacher.one(cast("Target", target), label, annotator, outcome)
