"""The bare loop over confluent-kafka."""

from confluent_kafka import Consumer, Message, Producer, TopicPartition

from benchmarks.kafka.bare import BATCH, READY, WAIT_S, Make, Work
from streamal.brokers.kafka.confluent import configs

TIMEOUT = 30.0


def loop(work: Work, make: Make) -> None:
    """Consume, transform, produce."""
    consumer = Consumer(configs.consumer(work.options, work.group, "bare"))
    producer = Producer(configs.producer(work.options, f"{work.group}-bare"))
    producer.init_transactions(TIMEOUT)
    consumer.subscribe([work.samples], on_assign=_join)
    while True:
        found = consumer.consume(BATCH, 0) or _waited(consumer)
        if records := [message for message in found if message.error() is None]:
            _transact(consumer, producer, work.results, make, records)


def _waited(consumer: Consumer) -> list[Message]:
    """Wait for one record, not for a full batch."""
    first = consumer.poll(WAIT_S)
    return [] if first is None else [first, *consumer.consume(BATCH - 1, 0)]


def _transact(
    consumer: Consumer, producer: Producer, results: str, make: Make, records: list[Message]
) -> None:
    membership, produce = consumer.consumer_group_metadata(), producer.produce
    producer.begin_transaction()
    offsets: dict[int, int] = {}
    for record in records:
        partition, offset = record.partition() or 0, record.offset() or 0
        key, value, headers = make(partition, offset, record.value() or b"")
        produce(results, value, key, 0, headers=headers)
        offsets[partition] = offset + 1
    producer.poll(0)
    topic = records[0].topic() or ""
    places = [TopicPartition(topic, partition, offset) for partition, offset in offsets.items()]
    producer.send_offsets_to_transaction(places, membership, TIMEOUT)
    producer.commit_transaction(TIMEOUT)


def _join(consumer: Consumer, partitions: list[TopicPartition]) -> None:
    """Go on after what was committed; the service's settings leave that to us."""
    places = consumer.committed(partitions, TIMEOUT)
    for place in places:
        place.offset = max(place.offset, 0)
    consumer.incremental_assign(places)
    print(READY, flush=True)
