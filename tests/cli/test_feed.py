"""`send` and `annotate`: rows go in once, answers come back once."""

import gzip
import json
from collections import Counter

import pytest

from tests.cli.shell import Shell, csv, ended, jsonl


def test_send_leaves_the_label_out(shell: Shell) -> None:
    """A row becomes a sample with an id of file and number, and without its label."""
    shell.made("t.csv", csv(3))
    ran = shell.good("send", "t.csv", "--label-column", "label", "--json")
    assert ran.document == {"file": "t.csv", "sent": 3, "topic": "samples"}
    sent = shell.tail("samples")
    assert [one["id"] for one in sent] == ["t-0", "t-1", "t-2"]
    assert [sorted(one["features"]) for one in sent] == [["colour", "x", "y"]] * 3


def test_send_takes_ids_from_a_column(shell: Shell) -> None:
    """An id column names the samples and is no feature."""
    shell.made("t.csv", "who,x\nann,1\nbob,2\n")
    shell.good("send", "t.csv", "--id-column", "who")
    assert shell.tail("samples") == [
        {"id": "ann", "features": {"x": 1.0}},
        {"id": "bob", "features": {"x": 2.0}},
    ]


def test_send_takes_the_first_rows_only(shell: Shell) -> None:
    """`--limit` sends so many rows and no more, of a file that has fewer all."""
    shell.made("t.csv", csv(5))
    assert shell.good("send", "t.csv", "--limit", 2, "--json").document["sent"] == 2
    assert shell.good("send", "t.csv", "--limit", 99, "--json").document["sent"] == 5
    assert len(shell.tail("samples")) == 7


def test_send_reads_gzip(shell: Shell) -> None:
    """A packed file is sent as what is in it."""
    shell.made("t.csv.gz", gzip.compress(csv(4).encode()))
    shell.good("send", "t.csv.gz")
    assert [one["id"] for one in shell.tail("samples")] == ["t-0", "t-1", "t-2", "t-3"]


def test_send_passes_json_lines_through(shell: Shell) -> None:
    """Without a label or id column a JSON line is sent byte for byte, envelope and all."""
    line = '{"id":"a", "features":{"x":1}, "payload":{"text":"see"}}'
    shell.made("t.jsonl", line + "\n")
    shell.good("send", "t.jsonl")
    assert shell.tail("samples") == [json.loads(line)]


def test_send_reads_stdin(shell: Shell) -> None:
    """`-` sends what comes on standard input, and ends when it ends."""
    ran = ended(shell.process(["send", "-", "--label-column", "label"]), jsonl(1200))
    assert (ran.code, ran.err) == (0, "sent 1,200 rows to samples\n")
    assert Counter(one["id"] for one in shell.tail("samples")) == Counter(
        f"stdin-{i}" for i in range(1200)
    )


def test_two_senders_do_not_get_into_each_others_way(shell: Shell) -> None:
    """While one process sends lines as they come, another sends a file: nothing is lost."""
    shell.good("topics", "create")
    slow = shell.process(["send", "-"])
    assert slow.stdin is not None
    slow.stdin.write('{"x": 1}\n')
    slow.stdin.flush()
    while not shell.tail("samples"):
        assert slow.poll() is None
    shell.made("t.csv", csv(5))
    shell.good("send", "t.csv")
    assert ended(slow, '{"x": 2}\n').code == 0
    assert len(shell.tail("samples")) == 7


def test_send_into_renamed_topics(shell: Shell) -> None:
    """Samples go to the topic that the configuration names."""
    shell.configured(topics={"prefix": "shop.", "samples": "clicks"})
    shell.made("t.csv", csv(2))
    ran = shell.good("send", "t.csv", "--json")
    assert ran.document["topic"] == "shop.clicks"
    assert len(shell.tail("samples")) == len(shell.tail("shop.clicks")) == 2


def _asked(shell: Shell, count: int = 30) -> int:
    """Send rows and let the service ask; return how many requests there are."""
    shell.made("t.csv", csv(count))
    shell.good("send", "t.csv", "--label-column", "label")
    shell.served()
    return len(shell.tail("label-requests"))


def _annotated(shell: Shell, *words: object) -> dict[str, int]:
    ran = shell.good(
        *("annotate", "--truth", "t.csv", "--label-column", "label"),
        *("--until-idle", 0, "--json", *words),
    )
    answers: dict[str, int] = ran.document["answers"]
    return answers


def test_annotate_answers_with_the_truth(shell: Shell) -> None:
    """Each request is answered once, with the label that the file has for its sample."""
    asked = _asked(shell)
    assert _annotated(shell) == {"labelled": asked}
    truth = {f"t-{i}": line.split(",")[-1] for i, line in enumerate(csv(30).split()[1:])}
    given = {one["request_id"]: one["label"] for one in shell.tail("labels")}
    for request in shell.tail("label-requests"):
        assert given[request["request_id"]] == truth[request["sample_id"]]


def test_annotate_takes_a_file_of_ids_and_labels(shell: Shell) -> None:
    """The truth may be a table of labels alone: it has no need of features."""
    asked = _asked(shell)
    labels = [line.split(",")[-1] for line in csv(30).split()[1:]]
    rows = [f"t-{i},{label}" for i, label in enumerate(labels)]
    shell.made("truth.csv", "\n".join(["name,label", *rows]) + "\n")
    options = ("--label-column", "label", "--id-column", "name", "--until-idle", 0, "--json")
    ran = shell.good("annotate", "--truth", "truth.csv", *options)
    assert json.loads(ran.out)["answers"] == {"labelled": asked}


def test_annotate_answers_nothing_twice(shell: Shell) -> None:
    """Another start goes on where the last one ended."""
    asked = _asked(shell)
    _annotated(shell)
    assert _annotated(shell) == {}
    assert len(shell.tail("labels")) == asked


@pytest.mark.parametrize(("option", "outcome"), [("--skip", "skipped"), ("--noise", "labelled")])
def test_annotate_skips_and_errs_as_it_is_told(shell: Shell, option: str, outcome: str) -> None:
    """With a share of 1 every request is skipped, or answered with another class."""
    asked = _asked(shell)
    _annotated(shell)
    shell.served()
    shell.good("send", "t.csv", "--label-column", "label")
    shell.served()
    more = len(shell.tail("label-requests")) - asked
    assert _annotated(shell, option, 1) == {outcome: more}
    truth = [line.split(",")[-1] for line in csv(30).split()[1:]]
    answers = shell.tail("labels")[asked:]
    asked_of = {one["request_id"]: one["sample_id"] for one in shell.tail("label-requests")}
    wrong = [one for one in answers if one.get("label") in truth]
    assert len(wrong) == (more if option == "--noise" else 0)
    for one in wrong:
        assert one["label"] != truth[int(asked_of[one["request_id"]].removeprefix("t-"))]


def test_annotate_says_when_it_knows_none_of_the_samples(shell: Shell) -> None:
    """Answers of `unknown` only come with a hint: the file's ids are other ones."""
    asked = _asked(shell)
    shell.made("other.csv", csv(30))
    ran = shell.good(
        *("annotate", "--truth", "other.csv", "--label-column", "label", "--until-idle", 0)
    )
    assert ran.err.splitlines() == [
        f"answered {asked} unknown",
        "warning: other.csv has none of the samples: its ids look like other-0",
    ]


def test_a_second_annotator_is_locked_out(shell: Shell) -> None:
    """Two annotators of one service would answer twice: the second exits 75 and says why."""
    _asked(shell)
    words = ["annotate", "--truth", "t.csv", "--label-column", "label", "--delay", 3600]
    first = shell.process(words)
    while not any(path.stat().st_size for path in shell.folder.glob("*annotator*.lock")):
        assert first.poll() is None
    ran = shell(*words)
    first.terminate()
    assert (ended(first).code, ran.code) == (0, 75)
    assert "is held by simulated" in ran.err
