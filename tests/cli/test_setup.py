"""`init`, `validate` and `topics`: before the first run."""

import json

import pytest
import yaml

from streamal.wire.topics import LOGICAL
from tests.cli.shell import Shell, csv


def test_init_writes_what_validate_accepts(shell: Shell) -> None:
    """The file that `init` writes is valid as it is, and says what goes without saying."""
    ran = shell.good("init")
    assert (
        ran.err == "wrote streamal.yaml and streamal.schema.json; `streamal validate` checks it\n"
    )
    assert shell.good("validate").err.startswith("the configuration is valid")
    json.loads((shell.folder / "streamal.schema.json").read_text())


def test_init_makes_the_folder(shell: Shell) -> None:
    """A folder that is not there is made."""
    shell.good("init", "a/b")
    assert (shell.folder / "a" / "b" / "streamal.yaml").is_file()


def test_init_never_writes_over_a_file(shell: Shell) -> None:
    """A configuration that is there stays as it is, and the exit code says so."""
    path = shell.made("streamal.yaml", "model: {seed: 3}")
    ran = shell("init")
    assert (ran.code, path.read_text()) == (2, "model: {seed: 3}")
    assert "is there already" in ran.err


def test_init_where_nothing_can_be_written(shell: Shell) -> None:
    """A folder below a file cannot be made: exit 2 and a sentence, no traceback."""
    shell.made("file", "")
    ran = shell("init", "file/sub")
    assert (ran.code, ran.err) == (
        2,
        "error: file/sub/streamal.yaml: cannot be written: Not a directory\n",
    )


def test_validate_names_the_nearest_key(shell: Shell) -> None:
    """A wrong key exits 78 with the file, the key and the nearest name."""
    shell.made("streamal.yaml", "polcy: {kind: rank}\nmodel: {prset: auto}\n")
    ran = shell("validate")
    assert ran.code == 78
    assert "streamal.yaml: polcy: unknown key; did you mean policy?" in ran.err
    assert "streamal.yaml: model.prset: unknown key; did you mean preset?" in ran.err


def test_validate_checks_the_environment(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong variable is named with the nearest one."""
    monkeypatch.setenv("STREAMAL_POLICY__KNID", "rank")
    ran = shell("validate")
    assert ran.code == 78
    assert "did you mean STREAMAL_POLICY__KIND?" in ran.err


def test_validate_tries_the_model(shell: Shell) -> None:
    """A factory that cannot be imported is told before any run."""
    shell.configured(model={"factory": "nowhere:make"})
    ran = shell("validate", "--offline")
    assert (ran.code, "nowhere" in ran.err) == (78, True)


def test_validate_warns_of_what_is_rarely_meant(shell: Shell) -> None:
    """A count without a horizon is valid, with a warning in words and in JSON."""
    shell.configured(budget=[{"count": 5}])
    assert "warning: budget[0]: a count without `over`" in shell.good("validate").err
    document = shell.good("validate", "--json").document
    assert (document["valid"], len(document["warnings"]), document["problems"]) == (True, 1, [])


def test_validate_knows_three_states_of_the_broker(shell: Shell) -> None:
    """No file yet is fine, topics that are there are fine, a folder that is missing is not."""
    assert "is not there yet" in shell.good("validate").err
    shell.good("topics", "create")
    assert "the topics are there" in shell.good("validate").err
    shell.configured(broker={"path": "nowhere/streamal.db"})
    ran = shell("validate", "--json")
    assert (ran.code, ran.document["valid"]) == (1, False)
    assert "make it first" in ran.document["problems"][0]
    assert shell("validate", "--offline").code == 0


def test_validate_sees_topics_of_other_shapes(shell: Shell) -> None:
    """Topics with other partitions than configured exit 1, each with both numbers."""
    shell.good("topics", "create")
    shell.configured(topics={"partitions": 3})
    ran = shell("validate", "--json")
    assert (ran.code, ran.document["problems"]) == (
        1,
        [
            "topic samples has 1 partition(s), 3 are needed",
            "topic state has 2 partition(s), 4 are needed",
        ],
    )


def test_memory_is_refused_where_no_one_could_reach_it(shell: Shell) -> None:
    """A broker in memory would be each command's own: commands that share one exit 78."""
    shell.configured(broker={"path": ":memory:"})
    shell.made("t.csv", csv(1))
    for words in (["validate"], ["send", "t.csv"], ["status"], ["run"], ["topics", "create"]):
        ran = shell(*words)
        assert (ran.code, "name a file" in ran.err) == (78, True)


def test_topics_create_makes_what_is_missing(shell: Shell) -> None:
    """The first call makes all topics, the second none; the exit code is 0 for both."""
    first = shell.good("topics", "create", "--json").document
    assert sorted(first["created"]) == first["topics"] == sorted(LOGICAL)
    assert shell.good("topics", "create", "--json").document["created"] == []
    assert shell.good("topics", "create").err == "all topics are there\n"


def test_topics_check_exits_1_for_a_missing_topic(shell: Shell) -> None:
    """What is missing is named, with the command that makes it."""
    shell.good("topics", "create")
    assert shell.good("topics", "check", "--json").document["problems"] == []
    shell.configured(topics={"samples": "clicks"})
    ran = shell("topics", "check", "--json")
    assert (ran.code, len(ran.document["problems"])) == (1, 1)
    assert "topic clicks is missing; `streamal topics create` makes it" in ran.err


def test_topics_check_needs_a_broker(shell: Shell) -> None:
    """Without a file there is nothing to check: exit 2, and no file is made by looking."""
    ran = shell("topics", "check")
    assert (ran.code, "is not there" in ran.err) == (2, True)
    assert list(shell.folder.iterdir()) == []


def test_the_template_has_every_section(shell: Shell) -> None:
    """The commented file loads to a map with all sections in it."""
    shell.good("init")
    tree = yaml.safe_load((shell.folder / "streamal.yaml").read_text())
    assert {"broker", "topics", "samples", "model", "policy", "budget", "requests"} <= tree.keys()
