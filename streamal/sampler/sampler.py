"""The sampler: decide, ask, learn, in this process."""

from collections.abc import Iterable
from operator import index
from os import PathLike
from typing import Unpack

from streamal.core.records import Decision, Request
from streamal.errors import Unusable
from streamal.sampler.clock import Clock
from streamal.sampler.configuration import Given, Sections, settings_of
from streamal.sampler.features import Many, One, listed
from streamal.sampler.identity import Id, id_text, id_texts
from streamal.sampler.learner import handed_in
from streamal.sampler.learning import Learning
from streamal.sampler.parts import Parts
from streamal.sampler.saving import check, given_clock, given_model, read, snapshot, write
from streamal.sampler.view import View
from streamal.wire.saved import encode_saved


class Sampler(Learning):
    """Decides which samples are worth a label, within a budget that holds, and learns them.

    It is the service without a broker: the same rules, the same numbers. The same samples,
    labels and seed give the same decisions, in every process.

    Parameters
    ----------
    settings
        As in streamal.yaml: a mapping, the path of such a file, or
        `streamal.settings.Settings`. The sections `broker`, `topics` and `http` are left
        aside, and so is `requests.max_ahead`.
    clock
        ``samples``: a sample lasts a second, so that runs repeat. ``wall``: the wall clock.
        Or a function that returns milliseconds. Requests expire and windows turn by it.
    **sections
        Sections by keyword, over the settings, or in short: ``budget=0.1`` (a rate),
        ``budget=0.1, burst=5`` (so far ahead), ``budget=500, over=10_000`` (a count),
        ``model="linear"`` (a preset, a ``module:make``, or a learner), ``policy="random"``,
        ``utility="entropy"``, ``seed=7``, ``classes=[...]``, ``class_weights=0.5``,
        ``auto_label=0.9`` or ``"off"``.

    Raises
    ------
    ConfigError
        With one line for each thing that is wrong.
    UsageError
        The file cannot be read.

    Examples
    --------
    >>> sampler = Sampler(budget=0.1, model="bayes")
    >>> decision = sampler.decide({"subject": "win a prize", "size": 12})
    >>> decision.route, decision.reason
    ('request', 'cold_start')
    >>> learned = sampler.teach(decision, "spam")
    >>> sampler
    Sampler: model bayes, 1 samples decided, 1 asked, 0 open, 1 labels learned
    Budget: 19 labels left now
      rate: 1 of 20.1 charged
    """

    def __init__(
        self,
        settings: Given = None,
        /,
        *,
        clock: Clock = "samples",
        **sections: Unpack[Sections],
    ) -> None:
        learner = handed_in(sections.get("model"))
        super().__init__(Parts(settings_of(settings, sections), clock, learner))

    def decide(self, sample: One, id: Id | None = None) -> Decision:  # noqa: A002 - what it is
        """Decide on one sample: ask about it, label it, or leave it alone.

        Parameters
        ----------
        sample
            Features by name: numbers, strings, booleans; None and NaN are missing. Or a row
            of numbers.
        id
            Its name, a string or an integer (17 is ``"17"``); without one the sample's field
            `id`, or the field that `samples.id` names; else its place, such as
            ``samples/0/17``.

        Returns
        -------
        Decision
            With `route`, `reason`, `label`, `probabilities` and the numbers it was made from;
            a `Request` where somebody is to be asked.

        Raises
        ------
        Unusable
            The sample cannot be used; nothing has changed.

        Examples
        --------
        >>> decision = Sampler().decide({"size": 3.0}, id="first")
        >>> decision.sample_id, decision.request_id, decision.classes
        ('first', 'samples/0/0', [])
        """
        reader, desk = self._parts.reader, self._parts.desk
        features = reader.one(sample)
        name = reader.id_of(sample) if id is None else id_text(id)
        return self._noted(desk.decide(features, name, desk.judge([features])[0]))

    def decide_many(self, samples: Many, ids: Iterable[Id | None] | None = None) -> list[Decision]:
        """Decide on samples in their order, scored in one call of the model.

        The decisions are those of `decide`, one after the other without a label in between.

        Parameters
        ----------
        samples
            A list of samples, a 2-d array (samples, features), or a DataFrame.
        ids
            Their names, as many; None for one leaves it as `decide` would.

        Raises
        ------
        Unusable
            One of the samples or ids cannot be used, and which; nothing has changed.

        Examples
        --------
        >>> decisions = Sampler().decide_many([{"x": 1.0}, {"x": 2.0}], ids=["a", 17])
        >>> [(one.sample_id, one.route) for one in decisions]
        [('a', 'request'), ('17', 'request')]
        """
        reader, desk, given = self._parts.reader, self._parts.desk, listed(samples)
        rows, named, own = reader.many(given), id_texts(ids, len(given)), reader.ids_of(given)
        names = [a if b is None else b for a, b in zip(own, named, strict=True)]
        seen = desk.judge(rows)
        return [self._noted(desk.decide(*one)) for one in zip(rows, names, seen, strict=True)]

    def _noted(self, decision: Decision) -> Decision:
        if isinstance(decision, Request):
            self._parts.lookup.add(decision)
        return decision

    def query(self, pool: Many, n: int = 1) -> list[int]:
        """Choose the rows of a pool that are worth a label and differ from each other.

        Each is asked about: it takes a label of the budget, and `teach` with the row settles
        it. Rows that wait for an answer, or had one, are passed over. For a budget that
        goes by samples, a row that is asked about is one. `estimate` leaves them out: rows
        that were chosen for being hard say nothing of the others.

        Parameters
        ----------
        pool
            Rows, as for `decide_many`.
        n
            How many.

        Returns
        -------
        list of int
            Places in the pool, the most useful first; fewer than n where the budget affords
            fewer, or the pool has no more rows that differ.

        Raises
        ------
        Unusable
            A row cannot be used, and which; nothing has changed.

        Examples
        --------
        >>> sampler = Sampler(budget=2, model="bayes")
        >>> pool = [{"size": 1.0}, {"size": 1.0}, {"size": 9.0}, {"size": 5.0}]
        >>> chosen = sampler.query(pool, 3)
        >>> len(chosen)
        2
        >>> learned = sampler.teach([pool[place] for place in chosen], ["a", "b"])
        >>> sampler.query(pool, 3)
        []
        """
        wanted, rows = _count(n), self._parts.reader.many(pool)
        return self._parts.pool.query(rows, min(wanted, len(rows)))

    def save(self, path: str | PathLike[str] | None = None) -> str:
        """Return all of it as JSON, and write that to a file if one is named.

        Raises
        ------
        UsageError
            The file cannot be written.

        Examples
        --------
        >>> sampler = Sampler()
        >>> request = sampler.decide({"size": 3.0})
        >>> again = Sampler.load(sampler.save())
        >>> again.teach(request, "small").label
        'small'
        """
        text = encode_saved(snapshot(self._parts))
        if path is not None:
            write(path, text)
        return text

    @classmethod
    def load(
        cls, saved: str | PathLike[str], *, model: object = None, clock: Clock | None = None
    ) -> "Sampler":
        """Return the sampler that was saved; it goes on as if it had never been away.

        Its model learns all examples again, which takes as long as learning them did.

        Parameters
        ----------
        saved
            What `save` returned, or the path of the file.
        model
            The learner, where one was handed in as an object.
        clock
            The clock, where one was handed in as a function; or another one.

        Raises
        ------
        UsageError
            It cannot be read, is damaged, is of another format, or needs `model` or `clock`.
        ConfigMismatch
            The model is made of something else here.
        """
        found = read(saved)
        model, clock = given_model(found, model), given_clock(found, clock)
        parts = Parts(settings_of(found.settings, {}), clock, model, found)
        check(parts.desk.replica, found.ledger.version)
        sampler = cls.__new__(cls)
        View.__init__(sampler, parts)
        return sampler


def _count(n: object) -> int:
    try:
        count = 0 if isinstance(n, bool) else index(n)  # type: ignore[arg-type]
    except TypeError:
        count = 0
    if count < 1:
        raise Unusable(
            "invalid", f"n is {_shown(n)}; a whole number of rows, at least 1, is needed"
        )
    return count


def _shown(n: object) -> str:
    return f"{n!r:.60}" if not isinstance(n, int) or n > -(10**60) else "far below 0"
