"""What does the service cost beside a bare loop of the same client, on a real Kafka?

    make bench BENCH=kafka                              # all of it, about half an hour
    python -m benchmarks.kafka --quick                  # small numbers, one round
    python -m benchmarks.kafka --client kafka-python    # one client
    python -m benchmarks.kafka --part cost              # or latency
    python -m benchmarks.kafka --write                  # into docs/kafka.md

One broker on this machine; what is compared runs in turn in the same run. The bare loop
polls, decodes JSON, encodes a result and commits it with its offsets, by the very client
settings of the service.
"""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the report."""
    from benchmarks.kafka.run import run

    run(arguments)
