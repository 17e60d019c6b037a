"""How good the predictions are, and how sure that is."""

from deploy.grafana.chart import Chart, Line, Section
from deploy.grafana.query import fleet, largest, quantile, rate


def _accuracy(bound: str, estimate: str = "weighted") -> str:
    return largest(fleet("accuracy_ratio", estimate=estimate, bound=bound))


QUALITY = Section(
    "Quality",
    (
        Chart(
            "Accuracy",
            "Weighted accuracy of the predictions on all samples, with the 95 % interval of this "
            "moment (inner band) and the one that holds at all times (outer band). Raw counts "
            "requests only, which were asked because they were hard: it is biased.",
            "the bands grow narrower with each label; raw lies below weighted.",
            "if the upper end falls, the stream has changed or labels are wrong. Alert on the "
            "outer band, report the inner one, never raw.",
            (
                Line(_accuracy("upper_anytime"), "highest, at all times"),
                Line(_accuracy("upper"), "highest"),
                Line(_accuracy("point"), "weighted"),
                Line(_accuracy("lower"), "lowest"),
                Line(_accuracy("lower_anytime"), "lowest, at all times"),
                Line(_accuracy("point", "raw"), "raw, biased: hard samples only"),
            ),
            "percentunit",
            none="no label was learned yet",
            width=12,
            low=0,
            high=1,
            bands=(("highest", "lowest"), ("highest, at all times", "lowest, at all times")),
            dashed="/^raw/",
        ),
        Chart(
            "Predicted classes",
            "Share of each class among the predictions.",
            "steady, and like the classes of your stream.",
            "one class takes over: look at the features (Dead letters by reason) and at the "
            "labels that people gave. `no opinion` after the start: no labels come.",
            (
                Line(
                    f"label_replace({rate(fleet('predictions_total'), 'label')}, "
                    '"label", "no opinion", "label", "")',
                    "{{label}}",
                ),
            ),
            "cps",
            "share",
            width=12,
        ),
        Chart(
            "Confidence",
            "Quantiles of the probability of the predicted class; 0 while no sample comes.",
            "rises with the first labels; the median is above the threshold if the model labels "
            "more than half.",
            "a fall is a change of the stream; all at 1 is a model that is too sure of itself: "
            "compare with Accuracy.",
            (
                Line(quantile(0.9, "confidence"), "p90"),
                Line(quantile(0.5, "confidence"), "p50"),
                Line(quantile(0.1, "confidence"), "p10"),
            ),
            "percentunit",
            width=12,
            low=0,
            high=1,
            bands=(("p90", "p10"),),
        ),
        Chart(
            "Accuracy by class",
            "For each class the weighted part of its predictions that is right (precision), and of "
            "what is of it that is found (recall), since the beginning.",
            "all near the accuracy; rare classes are known less well.",
            "one class far below: too few labels of it (Predicted classes); a quota in "
            "`modifiers.quotas` asks for more.",
            (Line(largest(fleet("class_accuracy_ratio"), "label, share"), "{{label}}: {{share}}"),),
            "percentunit",
            none="no label was learned yet",
            width=12,
            low=0,
            high=1,
        ),
    ),
)
