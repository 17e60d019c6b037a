"""What the records on the topics and their fields mean, in one sentence each."""

from collections.abc import Mapping
from types import MappingProxyType

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
        "allowed": "The hard limit now, in the unit of `charged`.",
        "amount": "Labels for each sample, labels, or money.",
        "annotator": "Who said it.",
        "answer": "Where the answer lies.",
        "auto_label_threshold": "Confidence at which the model labels by itself.",
        "bins": "Samples that scorers routed themselves, for each bin of the score.",
        "burst": "Labels ahead of the line.",
        "candidates": "Offset of the last record of `candidates` that was taken in.",
        "cap": "The share at which the scorer proposed it.",
        "certificate": "Kept for certified thresholds.",
        "charged": "Charges net of refunds.",
        "answer_id": "Of a label that nobody asked for: repeats are refused.",
        "answered_at": "Kept by the log, read by nobody.",
        "Answer.features": "Of a label that nobody asked for, where that is allowed.",
        "Answer.label": 'The class; `1` and `"1"` are one.',
        "Answer.outcome": "What came of it; needs a label if it is `labelled`.",
        "Answer.request_id": "The request that is answered.",
        "Answer.sample_id": "Instead of it: the oldest open request of that sample.",
        "classes": "The classes learned by then, in that order.",
        "cold_start": "The model knows fewer than two classes.",
        "confidence": "The largest probability; 0 while there is none.",
        "corrects": "It is a second, different answer.",
        "created_at": "Milliseconds since the epoch.",
        "decided_at": "Milliseconds since the epoch.",
        "digest": "Of the predictions for the first labelled samples.",
        "draw": "The sample's keyed number, in [0, 1).",
        "error": "What the learner raised; nobody learned it.",
        "every_ms": "Length of a window.",
        "expires_at": "Milliseconds since the epoch; after that it ends without a label.",
        "features": "Names to values, as the model saw them.",
        "hold": "Scorers take in nothing.",
        "kind": "Which kind of record it is.",
        "id": "The user's own; may repeat. Without it: the record's key, else its place.",
        "label": "The class that the model predicts; null while it has no opinion.",
        "Example.label": "The class that was answered.",
        "labels": "Offset of the last label taken in, for each partition.",
        "ledger": "The ledger as it was then.",
        "library": "The learning library and its version.",
        "limits": "One for each limit of the budget, in its order.",
        "model": "Preset or factory, classes, seed, feature types.",
        "model_version": "Version of the last update that the model had learned.",
        "n": "Samples seen.",
        "offset": "Within the partition.",
        "outcome": "How the request ended.",
        "over": "Samples over which it is spread.",
        "pace": "What part of the samples the budget affords.",
        "partition": "Of the topic.",
        "payload": "What people are shown, as it came.",
        "predicted": "The class that the model had predicted.",
        "prices": "Price of a label for each annotator; `*` is everyone else.",
        "probabilities": "Class to probability.",
        "propensity": "The probability that this sample was asked.",
        "rank": "The share of recent samples that were worth more.",
        "reason": "Why, in one word.",
        "refunded": "Its charge was given back.",
        "request_id": "`<topic>/<partition>/<offset>` of the sample; asked again, with `#2`.",
        "route": "Where the sample goes.",
        "sample_id": "The user's own id; may repeat.",
        "seen": "Samples decided so far, for each partition.",
        "share": "What part of the samples the budget afforded then.",
        "source": "Where the sample lies.",
        "step": "Transitions of the ledger so far.",
        "threshold": "Ranks below it were asked; or the policy's own.",
        "time": "The ledger's clock, in milliseconds since the epoch.",
        "topic": "Its name at the broker.",
        "utility": "How much a label would teach, in (0, 1].",
        "value": "Of the digest: 16 hex digits.",
        "version": "Counts 1, 2, 3 … along `updates`.",
        "want": "The probability with which the policy wanted it.",
        "weight": "In learning.",
        "written_at": "Milliseconds since the epoch.",
    }
)
"""What a field means, by its name, or by ``Record.name`` where it means something else."""


def meaning(record: str, field: str) -> str | None:
    """Return what a field of a record means; None where nobody but streamal need know.

    Examples
    --------
    >>> meaning("Decision", "classes"), meaning("Example", "label")
    ('The classes learned by then, in that order.', 'The class that was answered.')
    """
    return MEANINGS.get(f"{record}.{field}", MEANINGS.get(field))
