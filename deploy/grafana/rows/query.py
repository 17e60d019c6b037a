"""What is asked, and why."""

from deploy.grafana.chart import Chart, Line, Section
from deploy.grafana.query import each, fleet, grown, largest, quantile, rate, ratio

_DECIDED = fleet("decisions_total")

ASKED = ratio(rate(fleet("decisions_total", route="request")), rate(_DECIDED))
TARGET = largest(fleet("query_target_ratio"))

QUERY = Section(
    "Questions",
    (
        Chart(
            "Asked per sample",
            "Labels asked for per sample: now, since the beginning, and what the budget affords "
            "(dashed).",
            "now swings around what is affordable; since the beginning comes near it.",
            "below for long: is the policy's threshold fixed, or the arbiter behind (Lag)? Above "
            "for long: run `streamal verify`.",
            (
                Line(ASKED, "now"),
                Line(largest(fleet("query_ratio")), "since the beginning"),
                Line(TARGET, "affordable"),
            ),
            "percentunit",
            low=0,
            dashed="affordable",
        ),
        Chart(
            "Routes",
            "Samples a second by what became of them.",
            "auto_label grows as the model learns; request follows the budget.",
            "only abstain: the budget is used up, or the model is never sure. A sudden change is "
            "a change of the stream.",
            (Line(rate(_DECIDED, "route"), "{{route}}"),),
            "cps",
            "stack",
        ),
        Chart(
            "Reasons",
            "Samples a second by route and reason.",
            "cold_start ends after the first labels; exploration is a small constant part of "
            "what is asked.",
            "cold_start for long: no labels come. Much `budget`: a limit is nearly used up.",
            (Line(rate(_DECIDED, "route, reason"), "{{route}}: {{reason}}"),),
            "cps",
            "stack",
        ),
        Chart(
            "Utility of samples",
            "How many of the samples lie in each band of utility: how much a label would teach.",
            "most are low once the model has learned, with a tail that is worth asking.",
            "all near 1: the model has no opinion (cold start, features that changed). All near "
            "0: it is sure of everything, so only exploration and audits ask.",
            (Line(grown(fleet("utility_bucket"), "le"), "{{le}}"),),
            "short",
            "heat",
            none="no sample was scored",
            width=12,
        ),
        Chart(
            "Utility, and the least that was chosen",
            "Quantiles of the utility of all samples, and the lowest that each worker's policy "
            "chose in its latest batch that had a choice (dashed); 0 while none comes.",
            "the chosen lie in the upper part, higher the smaller the budget.",
            "chosen at the bottom: the budget affords nearly everything, or all samples are alike.",
            (
                Line(quantile(0.9, "utility"), "p90"),
                Line(quantile(0.5, "utility"), "p50"),
                Line(quantile(0.1, "utility"), "p10"),
                Line(f"max by (instance) ({each('query_utility')})", "chosen: {{instance}}"),
            ),
            "percentunit",
            width=12,
            low=0,
            high=1,
            bands=(("p90", "p10"),),
            dashed="/^chosen/",
        ),
        Chart(
            "Threshold",
            "The threshold of each worker's latest decision: with `rank` the rank below which a "
            "sample is proposed, otherwise the policy's own.",
            "with `rank` above the pace, and moving with it.",
            "with `fixed` it never moves, whatever the budget: prefer `rank`.",
            (Line(f"max by (instance) ({each('query_threshold')})", "{{instance}}"),),
            "percentunit",
            none="no sample was decided yet",
        ),
        Chart(
            "Proposed and asked",
            "Samples a second that scorers proposed, and labels that the arbiter asked for.",
            "about three proposed for each that is asked.",
            "proposed but not asked: a limit refuses (Refused), or there is no arbiter.",
            (
                Line(rate(fleet("candidates_total")), "proposed"),
                Line(rate(fleet("label_requests_total")), "asked"),
            ),
            "cps",
        ),
        Chart(
            "Asked, by reason",
            "Labels a second that were asked for, by reason; one asked again counts again.",
            "uncertain leads, exploration is near `policy.exploration` of all.",
            "see Reasons.",
            (Line(rate(fleet("label_requests_total"), "reason"), "{{reason}}"),),
            "cps",
            "stack",
        ),
        Chart(
            "Lowered by modifiers",
            "Samples a second whose utility a modifier lowered; one that several lowered counts "
            "for each. All 0 where `modifiers` are off.",
            "junk is about what people reject; quota is all that is not short, or had its share.",
            "junk on nearly everything: somebody rejects good items (`streamal tail labels`). A "
            "quota always there cannot be met: its class hardly comes.",
            (Line(rate(fleet("modified_total"), "modifier"), "{{modifier}}"),),
            "cps",
        ),
        Chart(
            "Held back from asking",
            "Samples a second that were worth asking and that were not, because others like them "
            "were. All 0 without `thinning`, `pending` and `quotas`.",
            "repeat follows the repeats in the stream; the others come now and then.",
            "repeat of most that is proposed: the stream says the same again and again, or "
            "`thinning.digits` is too coarse. quota: raise its `max`.",
            (Line(rate(fleet("held_back_total"), "restraint"), "{{restraint}}"),),
            "cps",
            "stack",
        ),
        Chart(
            "Arm in use",
            "How many workers use each arm of policy `auto`; with `utility: disagreement` always "
            "that one.",
            "the first arm, others for a while: one period in ten is a trial.",
            "two for long: workers are at different versions (Model versions). Another than the "
            "first for long: it earns more; make it your `policy.utility`.",
            (Line(f"sum by (arm) ({fleet('policy_arm')})", "{{arm}}"),),
            "short",
            "stack",
            none="utilities are taken in one way only",
        ),
    ),
)
