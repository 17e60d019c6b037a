"""What a run is worth, as one JSON document."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.chaos.facts import Facts
from tests.chaos.oracle import Count, count
from tests.chaos.rest import drained, ended, fed
from tests.chaos.stage import NotWithin, Stage
from tests.chaos.supervisor import End
from tests.crash.process import once

DRAIN_S = 60.0
SHOWN = 20

Verdict = dict[str, Any]


class KafkaBroke(AssertionError):
    """Kafka itself did not keep what it promises, so that the run proves nothing."""


def judged(stage: Stage, scenario: str, faults: int) -> Verdict:
    """Bring a run to its end and judge it; call it after the last fault."""
    _kept(stage)
    began = time.monotonic()
    hangs: list[str] = []
    drain = drained(stage)
    stage.tell(f"drained in {drain:.1f} s")
    ends: list[float] = []
    try:
        fed(stage)
        ends = ended(stage)
    except NotWithin as hang:
        hangs.append(str(hang))
    stage.supervisor.close()
    stage.tell("all have ended")
    _kept(stage)
    with ThreadPoolExecutor(1) as beside:
        verifying = beside.submit(_verified, stage)
        counted = count(Facts(stage.log, stage.prefix), stage.asked.settings([], "")["budget"])
        verified = verifying.result()
    stage.tell("judged")
    return {
        "scenario": scenario,
        "client": stage.asked.client,
        "seed": stage.asked.seed,
        "faults": faults,
        **_counted(counted),
        "verify": verified,
        "drained_seconds": round(drain, 1),
        "ended_seconds": [round(one, 1) for one in ends],
        "exits": counted_exits(stage),
        "hangs": hangs,
        "judging_seconds": round(time.monotonic() - began, 1),
        "folder": str(stage.folder),
    }


def _kept(stage: Stage) -> None:
    """Raise KafkaBroke if transactions hang that nobody but an operator could end."""
    if dropped := stage.cluster.dropped():
        raise KafkaBroke("this run proves nothing: " + "; ".join(dropped))


def _counted(found: Count) -> Verdict:
    said = found._asdict()
    said["longest_gap_seconds"] = said.pop("gap_seconds")
    said["longest_gap_until"] = said.pop("gap_until")
    spent = said.pop("spent")
    said["spent"] = spent[-1] if spent else None
    said["findings"] = found.findings[:SHOWN]
    said["found"] = len(found.findings)
    return said


def _verified(stage: Stage) -> Verdict:
    """Return what `verify` says; it shares no line with the count."""
    began = time.monotonic()
    done = once(stage.folder, "verify", "--json")
    found: Verdict = {"exit": done.returncode, "seconds": round(time.monotonic() - began, 1)}
    if done.returncode not in {0, 1}:
        return {**found, "error": done.stderr[-2000:]}
    laws = json.loads(done.stdout)["laws"]
    found["violated"] = [law for law in laws if law["state"] == "violated"]
    found["states"] = Counter(law["state"] for law in laws)
    return found


def counted_exits(stage: Stage) -> Verdict:
    """Return for workers and others how often each code was, and the reasons."""
    found: dict[str, list[End]] = {"workers": [], "others": []}
    for end in stage.supervisor.ends:
        is_worker = end.name.partition(",")[0] in stage.names
        found["workers" if is_worker else "others"].append(end)
    return {
        who: {
            "codes": Counter(end.code for end in ends),
            "reasons": Counter(f"{end.code}: {end.reason[:160]}" for end in ends if end.reason),
        }
        for who, ends in found.items()
    }


def wrong(verdict: Verdict) -> list[str]:
    """Return what a verdict says against the service; nothing if all held."""
    return list(_wrong(verdict))


def _wrong(verdict: Verdict) -> Iterator[str]:
    yield from verdict["findings"]
    yield from verdict["hangs"]
    if verdict["verify"]["exit"]:
        yield f"verify: {verdict['verify']}"
    if verdict["drained_seconds"] > DRAIN_S:
        yield f"the backlog took {verdict['drained_seconds']} s to drain"
