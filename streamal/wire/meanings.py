"""What the records on the topics and their fields mean, in one sentence each."""

from collections.abc import Mapping
from types import MappingProxyType

from streamal.wire.rows import ROWS
from streamal.wire.topics import (
    ABSTAINED,
    AUTO_LABELS,
    CANDIDATES,
    DEAD_LETTERS,
    LABELS,
    REQUESTS,
    SAMPLES,
    STATE,
    UPDATES,
)

ABOUT: Mapping[str, str] = MappingProxyType(
    {
        SAMPLES: "What comes in: one unlabelled sample, as an envelope or as a flat object.",
        REQUESTS: "A sample that somebody should label; answer it on `labels`.",
        LABELS: "What people and tools answer; names a request, or a sample with an open one.",
        AUTO_LABELS: "What the model labels by itself; the label is in `label`.",
        ABSTAINED: "A sample that was neither asked about nor labelled.",
        DEAD_LETTERS: "The headers of a dead letter; key and value are those of a record that "
        "could not be used, untouched, and need not be JSON.",
        CANDIDATES: "What scorers propose, and how far they have come (own use).",
        UPDATES: "All that the model and the budget become, in one order.",
        STATE: "What a restart needs; its form may change with any version (own use). The key "
        "tells which: `partition`, `ledger`, `request/<id>`; under `answer/<id>` and "
        "`replayed/<place>` lies a time.",
    }
)
"""What lies on a topic, by its logical name."""

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "annotator": "Who said it.",
        "answer": "Where the answer lies.",
        "arm": "How the utility was taken, where not by the configured one of the probabilities: "
        "`disagreement`, or what policy `auto` used.",
        "bins": "For the same partitions: samples that the scorer routed itself, for each bin of "
        "the confidence's log-odds.",
        "charged": "Labels or money, net of refunds; of a window, those of the present one.",
        "classes": "The classes learned by then, in that order.",
        "confidence": "The largest probability; 0 while there is none.",
        "created_at": "When it was written, in milliseconds since the epoch.",
        "features": "Names to values, as the model saw them.",
        "hold": "Scorers take in nothing.",
        "id": "The user's own; may repeat. Without it: the record's key, else its place.",
        "kind": "Which kind of record it is.",
        "label": "The class that the model predicts, the only one while there is one; null while "
        "there is none.",
        "ledger": "The ledger as it was then.",
        "model_version": "Version of the last update that the model had learned.",
        "modifiers": "Factors in (0, 1] on the utility, by the modifier's name: `junk`, `novelty`, "
        "`density`, `quota`; only those that are below 1.",
        "n": "Samples seen, over all partitions.",
        "partition": "Of the topic.",
        "payload": "What people are shown, as it came.",
        "probabilities": "Class to probability; empty while it knows fewer than two classes.",
        "rank": "The share of recent samples that were worth more; of other policies than `rank`: "
        "0 wants it, 1 does not.",
        "refunded": "Its charge was given back.",
        "request_id": "`<topic>/<partition>/<offset>` of the sample; asked again, with `#2`.",
        "sample_id": "The user's own id; may repeat.",
        "seen": "For each partition of `samples` touched since the scorer last told: samples "
        "decided so far.",
        "source": "Where the sample lies.",
        "step": "Transitions of the ledger so far.",
        "time": "The ledger's clock, in milliseconds since the epoch.",
        "utility": "How much a label would teach, in (0, 1].",
        "version": "Counts 1, 2, 3 … along `updates`.",
        "Answer.annotator": "Who said it; chooses the price where prices differ.",
        "Answer.answer_id": "Of a label that nobody asked for: repeats are refused.",
        "Answer.answered_at": "Kept by the log, read by nobody.",
        "Answer.features": "Of a label that nobody asked for, where that is allowed.",
        "Answer.label": 'The class; `1`, `1.0` and `"1"` are one.',
        "Answer.outcome": "What came of it; needs a label if it is `labelled`.",
        "Answer.request_id": "The request that is answered.",
        "Answer.sample_id": "Instead of it: the oldest open request of that sample.",
        "Budget.limits": "The limits from here on.",
        "Candidate.audited_from": "The confidence from which samples are audited; 0 where none "
        "are.",
        "Candidate.auto_label_threshold": "Of the route `auto_label`: the threshold in force.",
        "Candidate.cap": "The share at which it was proposed; the arbiter's is not above it.",
        "Candidate.certificate": "The version of the record of `updates` that earned the "
        "threshold.",
        "Candidate.pace": "What the scorer was told of the share: uniform draws go by it.",
        "Candidate.coin": "The probability of an audit: a uniform draw beside that of all samples.",
        "Candidate.cold_start": "No probabilities: the model knows fewer than two classes.",
        "Candidate.draw": "The sample's keyed number, in [0, 1).",
        "Candidate.reason": "Why there.",
        "Candidate.route": "Where it goes if it is not granted: `auto_label` or `abstain`.",
        "Candidate.seen": "For each partition of `samples` touched since the scorer last told: "
        "samples decided so far, this one included.",
        "Candidate.threshold": "The policy's own, if it has one.",
        "Candidate.want": "Of other policies than `rank`: the probability with which they wanted "
        "it.",
        "Certificate.audits": "Uniform labels at or above the threshold that are evidence.",
        "Certificate.errors": "How many of those labels contradicted the model.",
        "Certificate.lower": "The lower end of the precision's 95 % interval (Wilson); null "
        "without a certificate.",
        "Certificate.missing": "Audits without an error that would earn a certificate; null where "
        "there is one.",
        "Certificate.terms": "What holds for auto-labels from here on.",
        "Certificate.why": "`began` (a configured threshold), `earned`, `moved`, `lost`, "
        "`breaker`, `drift`, or `audits`: only what is audited has changed.",
        "Closed.answer": "Where the answer lies; absent where it expired.",
        "Closed.features": "Those of a sample that was `rejected`: what junk looks like is learned "
        "from them.",
        "Closed.outcome": "`skipped`, `unknown`, `rejected`, `expired` or `retracted`.",
        "DeadLetter.message": "What is wrong, where, and what would be right.",
        "DeadLetter.offset": "The one that it was read from.",
        "DeadLetter.partition": "The one that it was read from.",
        "DeadLetter.reason": "What is wrong, in one word that can be counted.",
        "DeadLetter.stage": "`decode`, `features` or `predict` (samples), `label`, `candidates`.",
        "DeadLetter.time": "When it was given up, in milliseconds since the epoch.",
        "DeadLetter.topic": "The one that it was read from, by its name at the broker.",
        "DeadLetter.version": "Of streamal.",
        "Decision.auto_label_threshold": "The threshold in force; only of an `auto_label`.",
        "Decision.certificate": "The version of the record of `updates` that earned the threshold; "
        "null for a configured one; only of an `auto_label`.",
        "Decision.decided_at": "Milliseconds since the epoch.",
        "Decision.held_back": "The rule wanted it, but others like it were asked enough: `repeat`, "
        "`pending` or `quota`.",
        "Decision.ledger": "The ledger as it was then; only of what the arbiter wrote.",
        "Decision.propensity": "The probability that this sample was asked; of a scorer's decision "
        "an upper bound. 0 where a limit refused, and of a repeat.",
        "Decision.reason": "Why, in one word.",
        "Decision.route": "Where the sample goes: `request`, `auto_label` or `abstain`.",
        "Decision.threshold": "Ranks below it were asked; or the policy's own.",
        "Digest.value": "16 hex digits.",
        "Digest.version": "The model's.",
        "Drift.detector": "Which detector says so; `breaker` where audits contradicted the "
        "certificate.",
        "Drift.fresh": "Whether a fresh model begins to learn here.",
        "Drift.saw": "What the detector saw, by name.",
        "Example.corrects": "It is a second, different answer.",
        "Example.error": "What the learner raised; nobody learned it.",
        "Example.label": "The class that was answered.",
        "Example.model_version": "The version that asked; absent where nobody asked.",
        "Example.predicted": "The class that the model had predicted; absent where nobody asked.",
        "Example.propensity": "The probability with which it was asked; absent where nobody did.",
        "Example.reason": "Why it was asked, in one word; absent where nobody asked.",
        "Example.request_id": "The request that was answered; absent where nobody asked.",
        "Example.source": "Where the sample lies; of a label that nobody asked for, the answer.",
        "Example.votes": "Of a request of several annotators: how many gave each label.",
        "Example.weight": "In learning.",
        "LimitSpec.amount": "Labels for each sample (`rate`), labels (`count`, `window`) or money "
        "(`cost`).",
        "LimitSpec.burst": "Labels ahead of the line.",
        "LimitSpec.every_ms": "Length of a window, in milliseconds.",
        "LimitSpec.kind": "`rate`, `count`, `window` or `cost`.",
        "LimitSpec.over": "Samples over which it is spread; null: unknown.",
        "LimitSpec.prices": "Price of a label for each annotator; `*` is everyone else.",
        "LimitState.allowed": "The hard limit now, in the unit of `charged`.",
        "ModelConfig.library": "The learning library and its version.",
        "ModelConfig.model": "Preset or factory, declared classes, seed, declared feature types; "
        "class weights and a committee's members where there are any.",
        "ModelConfig.written_at": "Milliseconds since the epoch.",
        "Pace.pace": "What part of the samples the budget affords.",
        "Progress.digest": "Of the predictions for the first labelled samples; now and then.",
        "Request.agreement": "The share of the answers that a label needs; null where one "
        "annotator is asked.",
        "Request.annotators": "How many different ones are to answer.",
        "Request.created_at": "When it was asked, in milliseconds since the epoch.",
        "Request.expires_at": "Milliseconds since the epoch; after that it ends without a label.",
        "Source.offset": "Within the partition.",
        "Source.topic": "Its name at the broker.",
        "Stamp.candidates": "Offset of the last record of `candidates` that was taken in; -1 for "
        "none.",
        "Stamp.labels": "For each partition of `labels`: offset of the last one taken in.",
        "Stamp.limits": "One for each limit of the budget, in its order.",
        "Stamp.share": "What part of the samples the budget afforded then.",
        "Stop.rule": "`accuracy`, `budget`, `deadline` or `no_gain`; null where asking goes on.",
        "Stop.saw": "What the rule saw, by name.",
        "Takeover.fresh_loss": "Log loss for each of those labels, of the fresh model.",
        "Takeover.labels": "Uniform labels on which the two were compared.",
        "Takeover.loss": "Log loss for each of those labels, of the model before.",
        "Takeover.since": "The version of the alarm at which the fresh model began.",
        "Takeover.taken": "Whether it replaces the model before; else it is dropped.",
        "Terms.audited": "The confidence from which samples are audited, by predicted class; `*` "
        "is every other.",
        "Terms.bars": "The confidence from which the model labels by itself, by predicted class; "
        "`*` is every other. Empty: not at all.",
        "Terms.certificate": "The version of the record that earned the bars; null for configured "
        "ones.",
        "Terms.coin": "The probability with which such a sample is audited.",
        "Vote.label": "The class that was answered; absent of other outcomes.",
        "Vote.outcome": "`labelled`, `skipped`, `unknown` or `rejected`.",
        **ROWS,
    }
)
"""What a field means, as ``Record.name``; the name alone where it means one thing everywhere."""

_BASES = {"Request": "Decision"}
"""A record whose other fields are those of another."""


def meaning(record: str, field: str) -> str | None:
    """Return what a field of a record means; None where nobody said it.

    Examples
    --------
    >>> meaning("Request", "threshold"), meaning("Example", "label")
    ("Ranks below it were asked; or the policy's own.", 'The class that was answered.')
    """
    own = MEANINGS.get(f"{record}.{field}")
    if own is None and record in _BASES:
        return meaning(_BASES[record], field)
    return MEANINGS.get(field) if own is None else own
