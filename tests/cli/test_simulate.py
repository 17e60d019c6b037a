"""`simulate` and `demo` at the command line."""

import json
from pathlib import Path

import pytest

from tests.cli.shell import Shell, csv, ended, jsonl

FILE = ("t.csv", "--label-column", "label")


def _texts(count: int) -> str:
    """Return a CSV with a text, a category, a number and three classes."""
    words = ["win cash now", "see you at lunch", "your train is late"]
    lines = [f"{words[i % 3]} {i % 7},{'ab'[i % 2]},{i % 5},c{i % 3}" for i in range(count)]
    return "\n".join(["text,kind,x,label", *lines]) + "\n"


@pytest.mark.parametrize("model", ["auto", "forest"])
def test_decisions_do_not_depend_on_the_process(shell: Shell, model: str) -> None:
    """Three processes with different hash seeds write the same bytes."""
    shell.made("t.csv", _texts(400))
    words = ["simulate", *FILE, "--model", model, "--budget", "0.2", "--delay", 7, "--seed", 5]
    children = [
        shell.process([*words, "--decisions", f"out-{seed}"], PYTHONHASHSEED=seed)
        for seed in ("0", "1", "4711")
    ]
    assert [ended(child).code for child in children] == [0, 0, 0]
    written = {path.read_bytes() for path in shell.folder.glob("out-*")}
    assert len(written) == 1
    assert len(written.pop().splitlines()) == 400


def test_options_reach_the_report(shell: Shell) -> None:
    """Policy, utility, model and seed of the report are those of the command line."""
    shell.made("t.csv", csv(200))
    ran = shell.good(
        *("simulate", *FILE, "--policy", "split", "--utility", "entropy", "--model", "bayes"),
        *("--seed", 5, "--limit", 150, "--budget", "30", "--burst", 3, "--json"),
    )
    report = ran.document
    chosen = [report[name] for name in ("rows", "seed", "policy", "utility", "model")]
    assert chosen == [150, 5, "split", "entropy", "bayes"]
    assert report["labels"]["limit"] == 30


def test_options_go_over_the_configuration(shell: Shell) -> None:
    """Without options the configuration counts, with them they do."""
    shell.made("t.csv", csv(100))
    shell.configured(
        budget=[{"count": 7}],
        policy={"kind": "fixed", "threshold": 0.6},
        model={"seed": 9},
        auto_label={"threshold": 0.7},
    )
    report = shell.good("simulate", *FILE, "--json").document
    assert (report["policy"], report["seed"], report["labels"]["limit"]) == ("fixed", 9, 7)
    assert report["auto_label"]["threshold"] == 0.7
    changed = ("--policy", "rank", "--seed", 1, "--budget", "0.1", "--auto-label", "off")
    report = shell.good("simulate", *FILE, *changed, "--json").document
    assert (report["policy"], report["seed"], report["labels"]["limit"]) == ("rank", 1, 30)
    assert (report["auto_label"]["threshold"], report["routes"]["auto_label"]) == (None, 0)


def test_policy_fixed_has_a_threshold(shell: Shell) -> None:
    """`--policy fixed` asks below 0.8, unless the configuration has a threshold of its own."""
    shell.made("t.csv", csv(300))
    for threshold, sections in (
        (0.8, {}),
        (0.55, {"policy": {"kind": "fixed", "threshold": 0.55}}),
    ):
        shell.configured(**sections)
        out = shell.folder / "out"
        shell.good("simulate", *FILE, "--policy", "fixed", "--budget", "1.0", "--decisions", out)
        lines = [json.loads(line) for line in out.read_text().splitlines()]
        asked = [one["confidence"] for one in lines if one["reason"] == "uncertain"]
        assert asked
        assert max(asked) < threshold


def test_delay_and_never_reach_the_annotator(shell: Shell) -> None:
    """Labels that come too late or never are not learned."""
    shell.made("t.csv", csv(100))
    for words in (("--delay", 1000), ("--never", 1)):
        labels = shell.good("simulate", *FILE, *words, "--json").document["labels"]
        assert labels["learned"] == 0 < labels["requested"]


def test_standard_input_is_simulated(shell: Shell) -> None:
    """Rows of standard input are simulated, too: one line of JSON for each."""
    words = ["simulate", "-", "--label-column", "label", "--decisions", "out", "--json"]
    ran = ended(shell.process(words), jsonl(150))
    assert (ran.code, ran.document["rows"]) == (0, 150)
    lines = [json.loads(line) for line in Path(shell.folder / "out").read_text().splitlines()]
    assert [line["sample_id"] for line in lines] == [f"stdin-{i}" for i in range(150)]


def test_a_report_for_people(shell: Shell) -> None:
    """Without `--json` a table goes to stdout and one sentence to stderr."""
    shell.made("t.csv", csv(200))
    ran = shell.good("simulate", *FILE)
    assert "labels.worst_prefix_excess" in ran.out
    assert "labels of 200 samples asked for" in ran.err


def test_demo_does_not_depend_on_where_it_runs(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo takes no setting from folder or environment: it shows the same to everyone."""
    first = shell.good("demo", "--rows", 300, "--json").document
    shell.configured(policy={"kind": "random"}, model={"seed": 1})
    monkeypatch.setenv("STREAMAL_MODEL__PRESET", "tree")
    second = shell.good("demo", "--rows", 300, "--json").document
    for report in (first, second):
        del report["seconds"], report["events_per_second"]
    assert first == second
    assert (first["rows"], first["policy"], first["dead_letters"]) == (300, "rank", 0)
