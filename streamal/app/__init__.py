"""The wiring: settings in, a broker and a plan out. Nothing else knows all the parts."""

from streamal.app.brokers import (
    broker_of,
    create_topics,
    is_there,
    kafka_options,
    right_problems,
    topic_problems,
    topics_of,
    topics_there,
)
from streamal.app.pages import exhibit_of, metrics_of, served
from streamal.app.plans import (
    mapping_of,
    model_of,
    model_problems,
    plan_of,
    rows_of,
    simulation_of,
)

__all__ = [
    "broker_of",
    "create_topics",
    "exhibit_of",
    "is_there",
    "kafka_options",
    "mapping_of",
    "metrics_of",
    "model_of",
    "model_problems",
    "plan_of",
    "right_problems",
    "rows_of",
    "served",
    "simulation_of",
    "topic_problems",
    "topics_of",
    "topics_there",
]
