"""What the Prometheus Operator and KEDA take, as far as our manifests use it.

Kubernetes ships no schemas for their kinds. An unknown key is an error, as it is in
`kubectl apply`.
"""

from typing import Any

Schema = dict[str, Any]


def shape(**properties: object) -> Schema:
    """Return the JSON Schema of a map with these keys; `maybe_` before one that may be absent."""
    return {
        "type": "object",
        "properties": {name.removeprefix("maybe_"): what for name, what in properties.items()},
        "required": [name for name in properties if not name.startswith("maybe_")],
        "additionalProperties": False,
    }


def many(item: object) -> Schema:
    """Return the JSON Schema of a list that is not empty."""
    return {"type": "array", "items": item, "minItems": 1}


TEXT: Schema = {"type": "string", "minLength": 1}
TEXTS: Schema = {"type": "object", "additionalProperties": TEXT}
COUNT: Schema = {"type": "integer", "minimum": 1}
SOME: Schema = {"type": "object", "minProperties": 1}

_RELABEL = shape(sourceLabels=many(TEXT), targetLabel=TEXT, maybe_replacement=TEXT)
_ENDPOINT = shape(
    port=TEXT, path=TEXT, interval=TEXT, scrapeTimeout=TEXT, relabelings=many(_RELABEL)
)
_RECORD = shape(record=TEXT, expr=TEXT, maybe_labels=TEXTS)
_ALERT = shape(
    alert=TEXT,
    expr=TEXT,
    maybe_for=TEXT,
    maybe_keep_firing_for=TEXT,
    maybe_labels=TEXTS,
    maybe_annotations=TEXTS,
)
_GROUP = shape(name=TEXT, maybe_interval=TEXT, rules=many({"oneOf": [_RECORD, _ALERT]}))

SPECS: dict[str, Schema] = {
    "PodMonitor": shape(selector=shape(matchLabels=TEXTS), podMetricsEndpoints=many(_ENDPOINT)),
    "PrometheusRule": shape(groups=many(_GROUP)),
    "ScaledObject": shape(
        scaleTargetRef=shape(apiVersion=TEXT, kind=TEXT, name=TEXT),
        minReplicaCount=COUNT,
        maxReplicaCount=COUNT,
        pollingInterval=COUNT,
        fallback=shape(failureThreshold=COUNT, replicas=COUNT),
        advanced=shape(horizontalPodAutoscalerConfig=shape(behavior=SOME)),
        triggers=many(
            shape(type=TEXT, metadata=TEXTS, maybe_authenticationRef=shape(name=TEXT)),
        ),
    ),
    "TriggerAuthentication": shape(
        secretTargetRef=many(shape(parameter=TEXT, name=TEXT, key=TEXT))
    ),
}
