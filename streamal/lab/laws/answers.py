"""Law 4: each label is learned, settles a request, or is refused with a reason, once."""

from streamal.core.records import Source
from streamal.lab.laws.facts import Said, Step
from streamal.lab.laws.log import Log
from streamal.lab.laws.panels import Panel
from streamal.lab.laws.place import Place
from streamal.lab.laws.verdict import Findings
from streamal.wire.topics import DEAD_LETTERS, LABELS, UPDATES


class _Answers:
    def __init__(self, log: Log) -> None:
        self.log = log
        self.findings = Findings(4, "labels")
        self.name = log.scan.name(LABELS)
        self.claims: dict[tuple[int, int], Source] = {}
        self.used: dict[tuple[int, int], Step] = {}
        self.learned: dict[str, str | None] = {}
        self.panels: dict[str, Panel] = {}
        self.several = {one.request_id for one in log.steps if one.annotators > 1}
        self.places = {
            (partition, one.offset): one for partition, said in log.said.items() for one in said
        }

    def claim(self, answer: Source, at: Source, step: Step | None) -> None:
        """Note what became of a label."""
        if answer.topic != self.name:
            return
        key = (answer.partition, answer.offset)
        first = self.claims.setdefault(key, at)
        if first is not at:
            self.findings.wrong(
                at.text, f"{answer.text} was dealt with before, by {first.text}; once is right"
            )
        elif step is not None:
            self.used[key] = step

    def learn(self, step: Step) -> None:
        """A request's second label corrects the first, and says something else."""
        request_id, learned = step.request_id, self.learned
        if request_id is None or step.kind in ("request", "vote"):
            return
        if step.kind == "closed":
            if request_id in learned:
                learned[request_id] = None
            return
        if step.corrects != (request_id in learned):
            right = "a correction" if request_id in learned else "the first label"
            self.findings.wrong(step.at.text, f"for {request_id} it would be {right}")
        elif step.corrects and step.text == learned[request_id]:
            self.findings.wrong(step.at.text, f"{request_id} has the label {step.text!r} already")
        learned[request_id] = step.text

    def decide(self, step: Step) -> None:
        """A request of several annotators becomes what they said; one that is gone hides it."""
        request_id = step.request_id
        if request_id is None:
            return
        if step.kind == "request" and step.annotators > 1:
            self.panels[request_id] = Panel(step)
        panel, answer = self.panels.get(request_id), step.answer
        if panel is None or answer is None:
            return
        said = self.places.get((answer.partition, answer.offset))
        why = None if said is None else panel.take(said, step)
        if why:
            self.findings.wrong(step.at.text, f"{request_id}: {why}")
        if why or said is None:
            del self.panels[request_id]

    def look(self, partition: int, said: list[Said]) -> None:
        """Look for what became of each label that the arbiter took in."""
        before, after = (place.label(partition) for place in self._places())
        gone = max(map(self.log.scan.cut_until, (UPDATES, DEAD_LETTERS)))
        for one in said:
            at, key = f"{self.name}/{partition}/{one.offset}", (partition, one.offset)
            if one.offset > before:
                if key in self.claims and one.offset > after:
                    self.findings.wrong(
                        self.claims[key].text, f"{at} is not taken in, by the ledger's row"
                    )
            elif key in self.claims:
                self.findings.checked += 1
                self._compare(one, self.used.get(key))
            elif one.timestamp <= gone:
                self.findings.passed_over += 1
            else:
                self.findings.checked += 1
                self.findings.wrong(at, "was neither learned, nor settled, nor refused")

    def _places(self) -> tuple[Place, Place]:
        return self.log.look.before, self.log.look.after

    def _compare(self, said: Said, step: Step | None) -> None:
        """What was learned or settled must be what the label says."""
        if step is None or step.request_id in self.several:
            return
        if step.kind == "example":
            is_right, what = step.text == said.label, f"label {step.text!r}"
        else:
            is_right, what = _ended(step.text, said.outcome), f"outcome {step.text!r}"
        if not is_right:
            answer = step.answer.text if step.answer else self.name
            self.findings.wrong(
                step.at.text, f"{what}, but {answer} says {said.label or said.outcome!r}"
            )

    def exist(self) -> None:
        """What was dealt with must be there, or have been dropped since."""
        there = {(p, one.offset) for p, said in self.log.said.items() for one in said}
        oldest = {p: said[0].offset for p, said in self.log.said.items() if said}
        for key, at in self.claims.items():
            end = self.log.scan.ends[LABELS].get(key[0], (0, 0))[1]
            if key not in there and key[1] >= oldest.get(key[0], end):
                self.findings.wrong(at.text, f"{self.name}/{key[0]}/{key[1]} does not exist")


def _ended(outcome: str, said: str | None) -> bool:
    """An open request that is retracted ends as skipped."""
    return outcome == said or (outcome, said) == ("skipped", "retracted")


def check(log: Log) -> list[Findings]:
    """Look for each label in `updates` and among the dead letters."""
    answers = _Answers(log)
    log.report(answers.findings, UPDATES, DEAD_LETTERS)
    for step in log.steps:
        if step.answer is not None:
            answers.claim(step.answer, step.at, step)
        if not log.scan.is_cut(UPDATES):
            answers.learn(step)
            answers.decide(step)
    for letter in log.letters:
        if letter.stage == "label":
            answers.claim(letter.original, letter.at, None)
    for partition, said in log.said.items():
        answers.look(partition, said)
    answers.exist()
    if answers.findings.passed_over:
        answers.findings.note("retention dropped what the others became")
    return [answers.findings]
