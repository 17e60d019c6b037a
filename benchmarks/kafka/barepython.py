"""The bare loop over kafka-python."""

from contextlib import suppress

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import NoOffsetForPartitionError
from kafka.structs import OffsetAndMetadata

from benchmarks.kafka.bare import BATCH, READY, WAIT_S, Make, Work
from streamal.brokers.kafka.python import configs


def loop(work: Work, make: Make) -> None:
    """Consume, transform, produce."""
    consumer = KafkaConsumer(**configs.consumer(work.options, work.group, "bare"))
    producer = KafkaProducer(**configs.producer(work.options, f"{work.group}-bare"))
    producer.init_transactions()
    _join(consumer, work.samples)
    print(READY, flush=True)
    while True:
        if found := consumer.poll(int(WAIT_S * 1000), BATCH):
            _transact(consumer, producer, work.results, make, found)


def _transact(
    consumer: KafkaConsumer,
    producer: KafkaProducer,
    results: str,
    make: Make,
    found: dict[TopicPartition, list[object]],
) -> None:
    membership, send = consumer.group_metadata(), producer.send
    producer.begin_transaction()
    offsets = {}
    for place, records in found.items():
        for record in records:
            key, value, headers = make(place.partition, record.offset, record.value)  # type: ignore[attr-defined]
            send(results, value, key, headers, 0)
        offsets[place] = OffsetAndMetadata(records[-1].offset + 1)  # type: ignore[attr-defined]
    producer.send_offsets_to_transaction(offsets, membership)
    producer.commit_transaction()


def _join(consumer: KafkaConsumer, topic: str) -> None:
    """Go on after what was committed; the service's settings leave that to us."""
    consumer.subscribe([topic])
    while not consumer.assignment():
        with suppress(NoOffsetForPartitionError):
            consumer.poll(100, 1)
    for place in consumer.assignment():
        consumer.seek(place, consumer.committed(place) or 0)
