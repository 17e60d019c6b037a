"""One simulation in this process; prints its figures as JSON."""

import json
import resource

from benchmarks.streams import streams
from streamal.app import simulation_of
from streamal.lab.study import Study
from streamal.settings import load


def main() -> None:
    """Run elec2, or river's Shuttle, with `linear` at a tenth of the labels."""
    found = streams()
    opened = found.get("elec2") or found["shuttle"]
    settings = load(None, {}, {"model.preset": "linear"})
    stages: dict[str, float] = {}
    report = simulation_of(settings, {}, opened(), Study("0.1"), stages=stages)
    rows = report["rows"]
    print(
        json.dumps(
            {
                "rows": rows,
                "rate": report["events_per_second"],
                "accuracy": report["accuracy"],
                "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "stages": {k: v / rows * 1e6 for k, v in sorted(stages.items())},
            }
        )
    )


if __name__ == "__main__":
    main()
