"""`status`, `tail`, `export`, `verify`: looking changes nothing and shows what is there."""

import csv as csvfile
import json
import signal
from collections import Counter

from tests.cli.shell import Shell, csv, ended


def test_status_adds_up(worked: Shell) -> None:
    """What status counts is what lies in the topics."""
    status = worked.good("status", "--json").document
    topics = {
        name: len(worked.tail(name)) for name in ("label-requests", "auto-labels", "abstained")
    }
    assert status["routes"] == {
        "request": topics["label-requests"],
        "auto_label": topics["auto-labels"],
        "abstain": topics["abstained"],
    }
    assert status["samples"] == sum(topics.values()) == 120
    rate = status["budget"]["rate"]
    assert rate["charged"] == topics["label-requests"] <= rate["allowed"] == 34
    assert rate["remaining"] == rate["allowed"] - rate["charged"]
    assert status["labels"] == {"learned": topics["label-requests"]}
    assert status["model_version"] == len(worked.tail("updates"))
    assert status["classes"] == ["down", "up"] or status["classes"] == ["up", "down"]
    assert status["lag"] == {"samples": 0, "candidates": 0, "labels": 0}
    assert (status["dead_letters"], status["certificate"]) == (0, None)
    assert 0 <= status["estimate"]["low"] <= status["estimate"]["high"] <= 1


def test_status_tells_how_far_behind_it_is(shell: Shell) -> None:
    """What was sent and not decided is the lag; nothing is decided before the first `run`."""
    shell.made("t.csv", csv(9))
    shell.good("send", "t.csv", "--label-column", "label")
    status = shell.good("status", "--json").document
    assert status["lag"] == {"samples": 9, "candidates": 0, "labels": 0}
    assert (status["samples"], status["model_version"], status["budget"]) == (0, 0, {})


def test_status_for_people_is_a_table(worked: Shell) -> None:
    """Without `--json` status is a table on stdout, with dates where JSON has milliseconds."""
    worked.good("send", "t.csv", "--label-column", "label")
    worked.served()
    out = worked.good("status").out
    assert "budget.rate.charged" in out
    assert "requests.oldest_created_at 20" in " ".join(out.split())


def test_tail_shows_the_newest(worked: Shell) -> None:
    """`-n` is how many records come, oldest first, whatever holes the offsets have."""
    lines = worked.good("tail", "samples", "-n", 3).lines
    assert [line["offset"] for line in lines] == [117, 118, 119]
    assert len(worked.good("tail", "state", "-n", 5).lines) == 5
    assert worked.good("tail", "samples", "-n", 0).out == ""
    assert len(worked.good("tail", "samples").lines) == 10


def test_tail_counts_over_all_partitions(shell: Shell) -> None:
    """With several partitions `-n` is still how many records come in all."""
    shell.configured(topics={"partitions": 4})
    shell.made("t.csv", csv(40))
    shell.good("send", "t.csv")
    lines = shell.good("tail", "samples", "-n", 7).lines
    assert len(lines) == 7
    assert len({line["partition"] for line in shell.good("tail", "samples", "-n", 40).lines}) == 4


def test_tail_shows_what_is_wrong_with_dead_letters(shell: Shell) -> None:
    """A dead letter comes with its error; bytes that are no text are shown as they read."""
    shell.made("t.jsonl", b'{"x": \xff}\n')
    shell.good("send", "t.jsonl")
    shell.served()
    (line,) = shell.good("tail", "dead-letters").lines
    assert line["value"] == '{"x": \ufffd}'
    assert (line["error"]["stage"], line["error"]["reason"]) == ("decode", "invalid_utf8")


def test_tail_follows_until_told_to_stop(shell: Shell) -> None:
    """With `--follow` records come as they are written; SIGTERM ends it with exit 0."""
    shell.good("topics", "create")
    child = shell.process(["tail", "samples", "-n", 1, "--follow"])
    shell.made("t.csv", csv(1))
    shell.good("send", "t.csv", "--label-column", "label")
    assert child.stdout is not None
    while not (line := child.stdout.readline()):
        assert child.poll() is None
    child.send_signal(signal.SIGTERM)
    ran = ended(child)
    assert json.loads(line)["value"]["id"] == "t-0"
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_export_writes_each_learned_label_once(worked: Shell) -> None:
    """The lines are the learned examples, each with its features and the weight 1/propensity."""
    worked.good("export", "out.jsonl")
    lines = [json.loads(line) for line in (worked.folder / "out.jsonl").read_text().splitlines()]
    asked = {one["request_id"]: one for one in worked.tail("label-requests")}
    examples = [one for one in worked.tail("updates") if one["kind"] == "example"]
    assert [(one["sample_id"], one["label"]) for one in lines] == [
        (one["sample_id"], one["label"]) for one in examples
    ]
    for line, example in zip(lines, examples, strict=True):
        assert line["weight"] == 1 / asked[example["request_id"]]["propensity"]
        assert line["features"] == example["features"]
    assert {one["split"] for one in lines} == {"train", "test"}


def test_export_writes_the_same_as_csv_and_parquet(worked: Shell) -> None:
    """The three formats hold the same rows."""
    import pyarrow.parquet as pq

    names = ("out.jsonl", "out.csv", "out.parquet")
    counts = {worked.good("export", name, "--json").document["rows"] for name in names}
    with (worked.folder / "out.csv").open(newline="") as file:
        from_csv = list(csvfile.DictReader(file))
    table = pq.read_table(worked.folder / "out.parquet").to_pylist()
    lines = (worked.folder / "out.jsonl").read_text().splitlines()
    assert counts == {len(from_csv)} == {len(table)} == {len(lines)}
    for one, other, line in zip(from_csv, table, lines, strict=True):
        wanted = json.loads(line)
        assert other["x"] == float(one["x"]) == wanted["features"]["x"]
        assert other["label"] == one["label"] == wanted["label"]
        assert other["colour"] == one["colour"] == wanted["features"]["colour"]


def test_export_adds_auto_labels_on_request(worked: Shell) -> None:
    """With `--auto-labels` the model's own labels follow, marked as its."""
    worked.good("export", "out.jsonl", "--auto-labels")
    lines = [json.loads(line) for line in (worked.folder / "out.jsonl").read_text().splitlines()]
    counted = Counter(line["by"] for line in lines)
    assert counted["model"] == len(worked.tail("auto-labels")) > 0
    assert counted["person"] == len(worked.tail("label-requests"))


def test_export_leaves_no_half_of_a_file(worked: Shell) -> None:
    """Where it cannot write it exits 2, and an older file stays as it was."""
    (worked.folder / "out.csv").mkdir()
    ran = worked("export", "out.csv")
    assert ran.code == 2
    assert ran.err == "error: out.csv: cannot be written: Is a directory\n"
    assert sorted(path.name for path in worked.folder.glob("*out*")) == ["out.csv"]


def test_looking_changes_nothing(worked: Shell) -> None:
    """Looks in any number leave the topics as they were."""
    before = [worked.tail(name) for name in ("updates", "state", "candidates")]
    for words in (["status"], ["tail", "state"], ["export", "o.csv"], ["verify", "--json"]):
        worked.good(*words)
    assert [worked.tail(name) for name in ("updates", "state", "candidates")] == before


def test_verify_prints_a_verdict_for_each_law(worked: Shell) -> None:
    """`verify --json` lists all laws, and those of a sound log are held or say why not."""
    found = worked.good("verify", "--json").document
    assert found["held"] is True
    assert {one["state"] for one in found["laws"]} <= {"held", "not checkable"}
    assert "violated" not in worked.good("verify").out
