"""The page of all settings, made from the models that read them."""

from collections.abc import Mapping
from types import MappingProxyType

from streamal.settings.keys import Key, keys, sections
from streamal.settings.yaml_text import flow

HEAD = """\
# Settings

This page is made from the code that reads the settings; a test keeps both alike.

Settings come from a file, from the environment and from options of a command; where two
set the same key the later of these wins. Without `--config FILE` the file is
`streamal.yaml` in the current folder, if it is there. `streamal init` writes one with every
key in it. Maps are merged key by key, lists are replaced. A key or variable that nobody
knows is an error, and all errors are told at once.

**YAML** is read as version 1.2 has it: only `true` and `false` are booleans, so the labels
`yes`, `no`, `on` and `off` stay text; `010` and `2024-01-01` are text too. A key twice in one
map is an error. There are no aliases.

**The environment**: `STREAMAL_<SECTION>__<KEY>`, with two underscores between parts, such as
`STREAMAL_POLICY__KIND=random`. Items of lists go by index, and may make a list longer by one:
`STREAMAL_BUDGET__0__COUNT=9`. Capitals stand for small letters and, in `topics`, an underscore
for a dash; a part with a small letter in it is taken as it is, such as a feature's name. Values
are YAML: numbers, `null`, `[a, b]`. A variable with `_FILE` at its end names a file that holds
the value, unless a key is called so, such as `ca_file`. Any `STREAMAL_…` without a double
underscore is left alone.

**Secrets** are text, whatever they look like, and empty ones count as none. They are shown
nowhere: logs, errors and dumps have `**********`. They belong into the environment, such as
`STREAMAL_BROKER__SECURITY__PASSWORD`, or better into a file of their own that
`STREAMAL_BROKER__SECURITY__PASSWORD_FILE` names; `streamal validate` warns of one that is
written in the configuration.

**Another kind** in the environment or an option drops what only went with the old one: the
`threshold` of `policy: {kind: fixed}`, the `path` of `broker: {kind: sqlite}`, all of a limit
of the budget, `preset` for `factory`.

**A duration** is a number with a unit, `30d`, `12h`, `5m`, `30s` or `1500ms`, or a number of
seconds. **A label** is text, a number or a boolean; `1` and `'1'` are one label.
"""

NOTES: Mapping[str, str] = MappingProxyType(
    {
        "broker": "`bootstrap_servers` may also be one text with commas, such as `a:9092,b:9092`; "
        "an IPv6 address goes into brackets, `[::1]:9092`. Keys of `security` that do not go with "
        "its `protocol` and `mechanism` are errors: a login that is not used is one that somebody "
        "believes in. Files that it names must be readable at the start.",
        "topics": "The names of all topics must differ. `label-requests`, `updates` and `state` "
        "are kept for ever: they have no retention.",
        "model": "A preset or a factory, not both.",
        "policy": "`rank` asks about the most useful of the last `window` samples, as many as "
        "the budget affords, and draws the part `exploration` of them uniformly: these tell the "
        "accuracy. `auto` ranks in the same way, by the arm of the moment: `margin`, "
        "`least_confidence`, `entropy`, `disagreement`, `random`, or `novelty` and `density` "
        "times the `utility`; an arm is used for 25 labels, and rewarded by how much the model "
        "improved on labels that were drawn uniformly. It needs some hundreds of labels before it "
        "can prefer another arm than the first. With `exploration: 0` none are drawn uniformly, "
        "so no arm ever proves better. `pool` gathers what is worth asking and asks for the best "
        "of it that also differ, `block` labels at once: for people who label in sittings. The "
        "others are those of the literature, for comparison. `utility: disagreement` needs a "
        "model with members: `committee`, `ensemble`, or a factory with `predict_members`.",
        "modifiers": "`guard`, `novelty` and `density` are off at 0; they multiply the utility "
        "by a factor in (0, 1], to the power of their weight: 1 takes it as it is, 2 doubles "
        "its say. They compare features with those of labels and rejections, so all workers "
        "agree on them. `guard` learns from answers with the outcome `rejected`, and lowers "
        "nothing before the first. `thinning`, such as `{most: 3, digits: 3, within: 1000}`, "
        "caps the requests for samples that repeat each other: their numbers agree to so many "
        "`digits`, their text in its words. `pending`, such as `{most: 2, near: 0.05}`, caps "
        "those near each other that wait for an answer. Each of `quotas` has a `value`, and "
        "`min` or `max` or both: `{value: fraud, min: 0.3}` is about the class that the model "
        "predicts, one of `model.classes` where those are declared, and `{feature: country, value: "
        "de, max: 0.5}` about a feature. What is held back may still be drawn uniformly, unless it "
        "is a repeat; it leaves room in the budget, so with thinning or quotas more of what is "
        "asked is `exploration` than configured. With `policy: {kind: auto}` a modifier that is "
        "one of `arms`, too, counts only while that arm is in use; under the arm `random` none "
        "counts.",
        "committee": "`of` and `members` are for `model.preset: committee`: each member learns "
        "every example so many times as a draw says, none to several, and all of them cost as "
        "much as so many models. `measure` is for every model with members, where the "
        "policy asks for disagreement. `streamal validate` warns of what changes nothing.",
        "auto_label": "`auto_label: off` is short for `auto_label: {threshold: off}`.",
        "budget": "Each item has exactly one of `count`, `rate`, `window` and `cost`. In metrics a "
        "limit is named after that, the second of a kind `count_2`. Without this section the "
        "budget is `[{rate: 0.1, burst: 20}]`.",
    }
)


def page() -> str:
    """Return the whole page as Markdown."""
    return "\n".join([HEAD, *(_section(name, meaning) for name, meaning in sections().items())])


def _section(name: str, meaning: str) -> str:
    note = [NOTES[name], ""] if name in NOTES else []
    head = [f"## {name}", "", meaning, "", *note, "| key | takes | default | meaning |"]
    return "\n".join([*head, "|---|---|---|---|", *map(_row, keys(name)), ""])


def _row(key: Key) -> str:
    default = "needed" if key.is_required else f"`{flow(key.default)}`"
    meaning = f"{_with(key)}{key.meaning}"
    return f"| `{key.name}` | {key.expected} | {default} | {meaning} |"


def _with(key: Key) -> str:
    """Return which kinds have the key; a limit's own key needs no such words."""
    if not key.kinds or key.kinds == key.path[1:2]:
        return ""
    return f"With {' or '.join(f'`{kind}`' for kind in key.kinds)}: "
