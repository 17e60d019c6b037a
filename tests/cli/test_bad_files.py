"""Files with bad rows, all the way: sent, served, one dead letter each, nothing else lost."""

import json
from collections import Counter

from tests.cli.shell import Shell, csv, ended, jsonl

DEEP = 10_000
BAD_LINES: dict[bytes, str] = {
    b'{"x": "\xff"}': "invalid_utf8",
    b'{"x": 1': "invalid_json",
    b"x": "invalid_json",
    b"[1]": "wrong_type",
    b"null": "wrong_type",
    b"{}": "empty",
    b'{"x": {"y": 1}}': "wrong_type",
    b'{"x": NaN}': "not_finite",
    b'{"x": 1e999}': "not_finite",
    b'{"x": "' + b"a" * 10_000_000 + b'"}': "too_large",
    b"[" * DEEP + b"]" * DEEP: "too_deep",
    json.dumps({f"f{i}": 1 for i in range(100_000)}).encode(): "too_large",
}


def _between(good: list[bytes], bad: list[bytes]) -> bytes:
    """Return lines with a good one before each bad one, and the rest after them."""
    mixed = [line for pair in zip(good, bad, strict=False) for line in pair]
    return b"\n".join([*mixed, *good[len(bad) :]]) + b"\n"


def _judged(shell: Shell) -> tuple[Counter[str], dict[str, int]]:
    """Return the reasons of the dead letters, and how many samples and dead letters there are."""
    status = shell.good("status", "--json").document
    found = Counter(one["reason"] for one in shell.dead())
    return found, {"samples": status["samples"], "dead_letters": status["dead_letters"]}


def test_json_lines_with_bad_ones_among_them(shell: Shell) -> None:
    """Each bad line is one dead letter with its reason, and every good one is decided."""
    good = [line.encode() for line in jsonl(40).splitlines()]
    shell.made("t.jsonl", _between(good, list(BAD_LINES)))
    shell.good("send", "t.jsonl", "--label-column", "label")
    shell.served()
    reasons, counts = _judged(shell)
    assert reasons == Counter(BAD_LINES.values())
    assert counts == {"samples": 40, "dead_letters": len(BAD_LINES)}
    decided = Counter(
        one["source"]["offset"]
        for topic in ("label-requests", "auto-labels", "abstained")
        for one in shell.tail(topic)
    )
    dead = Counter(int(one["offset"]) for one in shell.dead())
    assert decided + dead == Counter(range(40 + len(BAD_LINES)))
    assert shell.good("verify", "--json").document["held"] is True


def test_json_lines_without_a_label_column(shell: Shell) -> None:
    """Lines that are sent through as they are come to the same end."""
    good = [b'{"x": 1}'] * 20
    shell.made("t.jsonl", _between(good, list(BAD_LINES)))
    shell.good("send", "t.jsonl")
    shell.served()
    assert _judged(shell) == (
        Counter(BAD_LINES.values()),
        {"samples": 20, "dead_letters": len(BAD_LINES)},
    )


def test_a_csv_with_bad_rows_among_them(shell: Shell) -> None:
    """A row with too few or too many cells or with bytes that are no text is one dead letter."""
    head, *good = csv(30).encode().splitlines()
    bad = [b"1,2", b"1,2,red,up,more", b"1,2,\xff,up", b'1,2,"red,up']
    shell.made("t.csv", head + b"\n" + _between(good, bad))
    shell.good("send", "t.csv", "--label-column", "label")
    shell.served()
    reasons, counts = _judged(shell)
    assert counts == {"samples": 30, "dead_letters": 4}
    assert reasons == Counter(invalid_json=3, invalid_utf8=1)


def test_a_number_where_text_was(shell: Shell) -> None:
    """Once text was learned under a name, a number there is a dead letter of `features`."""
    lines = [json.dumps({"c": word, "label": word}) for word in ("red", "blue") * 10]
    shell.made("t.jsonl", "\n".join(lines))
    shell.good("send", "t.jsonl", "--label-column", "label")
    shell.served()
    shell.good("annotate", "--truth", "t.jsonl", "--label-column", "label", "--until-idle", 0)
    shell.made("more.jsonl", '{"c": 7}\n{"c": "red"}\n')
    shell.good("send", "more.jsonl")
    shell.served()
    (dead,) = shell.dead()
    assert (dead["stage"], dead["reason"], dead["offset"]) == ("features", "type_changed", "20")
    assert shell.good("status", "--json").document["samples"] == 21


def test_simulate_counts_bad_rows_and_goes_on(shell: Shell) -> None:
    """In a simulation a bad row is a row, a dead letter, a line of the decisions, and wrong."""
    good = [line.encode() for line in jsonl(60).splitlines()]
    shell.made("t.jsonl", _between(good, list(BAD_LINES)))
    ran = shell.good(
        *("simulate", "t.jsonl", "--label-column", "label"),
        *("--decisions", "out.jsonl", "--json"),
    )
    report = ran.document
    total = 60 + len(BAD_LINES)
    assert (report["rows"], report["dead_letters"]) == (total, len(BAD_LINES))
    assert sum(report["routes"].values()) == 60
    lines = [json.loads(line) for line in (shell.folder / "out.jsonl").read_text().splitlines()]
    assert [line["row"] for line in lines] == list(range(total))
    assert Counter(one["reason"] for one in lines if one["route"] == "dead_letter") == Counter(
        BAD_LINES.values()
    )


WILD = '''
class Wild:
    """Somebody's own model, which fails on some samples."""

    def __init__(self):
        self.seen = {}

    def learn_one(self, x, y):
        if "unlearnable" in x:
            raise ArithmeticError("too hard to learn")
        self.seen[y] = self.seen.get(y, 0) + 1

    def predict_proba_one(self, x):
        if "unseeable" in x:
            raise ArithmeticError("too hard to see")
        total = sum(self.seen.values())
        return {y: n / total for y, n in self.seen.items()}

    def clone(self):
        return Wild()
'''


def test_a_model_of_the_users_own_that_fails(shell: Shell) -> None:
    """One that raises on a sample costs a dead letter, on a label an error; nothing stops."""
    shell.made("wild.py", WILD)
    shell.configured(model={"factory": "wild:Wild"}, budget=[{"rate": 1.0}])
    rows: list[dict[str, object]] = [{"x": i, "label": "ab"[i % 2]} for i in range(20)]
    rows[3]["unlearnable"] = 1
    rows[15]["unseeable"] = 1
    annotate = ("annotate", "--truth", "t.jsonl", "--label-column", "label", "--until-idle", "0")
    for part in (rows[:10], rows[10:]):
        shell.made("t.jsonl", "\n".join(map(json.dumps, part)))
        shell.good("send", "t.jsonl", "--label-column", "label")
        for words in (("run", "--until-idle", "0"), annotate, ("run", "--until-idle", "0")):
            assert ended(shell.process(words)).code == 0
    (dead,) = shell.dead()
    assert (dead["offset"], dead["stage"], dead["reason"]) == ("15", "predict", "model_error")
    examples = [one for one in shell.tail("updates") if one["kind"] == "example"]
    errors = {one["source"]["offset"]: one["error"] for one in examples if "error" in one}
    assert errors == {3: "ArithmeticError: too hard to learn"}
    assert len(examples) == 19
    assert ended(shell.process(["verify"])).code == 0
