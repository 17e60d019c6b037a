"""`status` on promises: what is off, and what is missing, in JSON and in words."""

from tests.cli.shell import Shell, csv

PROMISE = {"target_precision": 0.95}


def _worked(shell: Shell) -> Shell:
    shell.configured(auto_label=PROMISE, budget=[{"rate": 0.2, "burst": 10}])
    shell.made("t.csv", csv(40))
    shell.good("send", "t.csv", "--label-column", "label")
    shell.served()
    return shell


def test_status_shows_a_promise_that_is_not_earned_yet(shell: Shell) -> None:
    """Off is a legal state, and told with the audits that are missing: 60 without an error."""
    status = _worked(shell).good("status", "--json").document
    found = status["certificate"]
    assert (found["target"], found["certified"], found["thresholds"]) == (0.95, False, {})
    assert (found["missing"], found["trips"]) == (60, 0)
    assert status["routes"]["auto_label"] == 0
    assert (status["stop"], status["drift"]["alarms"]) == (None, {})


def test_status_says_it_in_words(shell: Shell) -> None:
    """For people there is one sentence beside the table."""
    ran = _worked(shell).good("status")
    assert "certificate.missing" in ran.out
    words = "auto-labels are off: no certificate for 0.95; 60 more audits without an error"
    assert words in " ".join(ran.err.split())


def test_a_threshold_without_a_promise_has_no_certificate(worked: Shell) -> None:
    """Nothing is promised of a configured threshold, and nothing is said."""
    assert worked.good("status", "--json").document["certificate"] is None
    assert "certif" not in worked.good("status").err
