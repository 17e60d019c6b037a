"""What several annotators decide, counted again from what they wrote to `labels`."""

from typing import NamedTuple

from streamal.lab.laws.facts import Said, Step

Word = tuple[str, bool]
"""A label, or an outcome without one; and whether it is a label."""


class Due(NamedTuple):
    """What an answer has to lead to."""

    kind: str
    text: str
    votes: tuple[tuple[str, int], ...] = ()


class Panel:
    """One request: who said what last, and what was decided.

    Parameters
    ----------
    asked
        The request's own step, which says how many it wants and when they agree.
    """

    def __init__(self, asked: Step) -> None:
        self._wanted = asked.annotators
        self._agreement = asked.agreement or 0.0
        self._words: dict[str, Word] = {}
        self._is_decided = False
        self._label: str | None = None

    def take(self, said: Said, step: Step) -> str | None:
        """Take in an answer; return what is wrong with the step that it led to."""
        name, word = said.annotator or "", _word(said)
        if name != (step.annotator or "") or not name:
            return f"its annotator is {step.annotator!r}, but the answer's {said.annotator!r}"
        if self._words.get(name) == word:
            return f"{name} had said {word[0]!r} already"
        self._words[name] = word
        if len(self._words) > self._wanted:
            return f"{name} is one annotator more than the {self._wanted} that were asked"
        return _differ(step, self._due(word))

    def _due(self, word: Word) -> Due:
        """Return what an answer leads to; a vote says its own word."""
        if len(self._words) < self._wanted:
            return Due("vote", word[0])
        text, is_label = self._majority()
        was_decided, self._is_decided = self._is_decided, True
        if is_label and text != self._label:
            self._label = text
            return Due("example", text, self._votes())
        if not was_decided:
            return Due("closed", text)
        if self._label is not None and not is_label:
            self._label = None
            return Due("closed", "retracted")
        return Due("vote", word[0])

    def _majority(self) -> Word:
        words = list(self._words.values())
        most = max(map(words.count, words))
        first = {word for word in words if words.count(word) == most}
        if len(first) > 1 or most < self._agreement * len(words) - 1e-12:
            return "disagreed", False
        return first.pop()

    def _votes(self) -> tuple[tuple[str, int], ...]:
        labels = [text for text, is_label in self._words.values() if is_label]
        return tuple((label, labels.count(label)) for label in sorted(set(labels)))


def _word(said: Said) -> Word:
    if said.label is not None:
        return said.label, True
    return ("skipped" if said.outcome == "retracted" else said.outcome or ""), False


def _differ(step: Step, due: Due) -> str | None:
    if (step.kind, step.text, tuple(sorted(step.votes))) == due:
        return None
    votes = f" by {dict(due.votes)}" if due.votes else ""
    return f"{step.kind} {step.text!r}, but its annotators come to {due.kind} {due.text!r}{votes}"
