"""What is known of each annotator: how much it answers, and with whom it agrees."""

import msgspec

from streamal.core.requests import RequestRow

MOST = 200
"""Annotators that are told apart; the state of a service must not grow with its people."""

LONGEST = 100
"""Characters of a name, at most; whoever has a longer one is not told apart."""

REST = "*"
"""Stands for all others, and for who gives no name, as in prices."""


class AnnotatorState(msgspec.Struct, omit_defaults=True):
    """One annotator's counts; the first word that it gives on a request counts.

    Parameters
    ----------
    answers
        Answers that were taken.
    audits
        Labels of samples that were drawn uniformly, and of which the model had an opinion.
        Nobody chose them for being hard, so annotators can be compared.
    agreed
        How many of these are the model's label.
    votes
        Answers to requests of several annotators that were decided with a label.
    sided
        How many of these are that label.
    """

    answers: int = 0
    audits: int = 0
    agreed: int = 0
    votes: int = 0
    sided: int = 0


class Annotators:
    """Counts for each annotator; shares the arbiter's state.

    Examples
    --------
    >>> annotators = Annotators({})
    >>> annotators.answer("ann"), annotators.answer(None)
    (None, None)
    >>> [(name, one.answers) for name, one in annotators.known.items()]
    [('ann', 1), ('*', 1)]
    """

    def __init__(self, known: dict[str, AnnotatorState]) -> None:
        self.known = known

    def _of(self, name: str | None) -> AnnotatorState:
        known = self.known
        if not name or len(name) > LONGEST:
            name = REST
        if name not in known and len(known) - (REST in known) >= MOST:
            name = REST
        return known.setdefault(name, AnnotatorState())

    def answer(self, name: str | None) -> None:
        """Count an answer that was taken."""
        self._of(name).answers += 1

    def compare(self, row: RequestRow, name: str | None, label: str | None) -> None:
        """Hold an annotator's first label of a request against the model, if that is fair."""
        guessed = row.asked.label
        if row.drawn_from is not None and guessed is not None:
            found = self._of(name)
            found.audits += 1
            found.agreed += label == guessed

    def decide(self, row: RequestRow, label: str) -> None:
        """Hold what all annotators of a request said against what they agreed on."""
        for name, ballot in row.ballots.items():
            found = self._of(name)
            found.votes += 1
            found.sided += ballot.label == label
