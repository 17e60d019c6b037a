"""Do few labels and the preset `ensemble` do what all labels do elsewhere?

    make bench BENCH=learners                 # the streams that river brings along
    make bench BENCH=learners DATA=FOLDER     # every CSV of a folder without a text column

The first rows of each stream (ROWS=20000), prequential accuracy: `ensemble` and `linear` with a
tenth of the labels asked by the default policy, `ensemble` with all of them, and river's usual
pipeline, scaled one-versus-rest logistic regression with categories one-hot, with all of them.
Then what a row takes to predict in batches of 500, and an example to learn.
"""

import os
from collections.abc import Iterable
from itertools import islice
from statistics import mean
from time import process_time

from benchmarks.report import machine, table
from benchmarks.streams import Open, tabular
from streamal.app import simulation_of
from streamal.lab.row import Row
from streamal.lab.study import Study
from streamal.learners.featuretypes import Raw
from streamal.learners.model import Model
from streamal.learners.presets import make
from streamal.settings import load

ROWS = int(os.environ.get("ROWS", "20000"))
SHARE = "0.1"
BATCH = 500
# The examples that are learned before anything is timed, those that are, and the runs.
TRAINING, TIMED, RUNS = 1_000, 100, 5
HEAD = ("stream", "ensemble .1", "linear .1", "ensemble all", "river all", "asked", "µs", "ms")


def main() -> None:
    """Print the table and the ratios, a stream at a time."""
    print(machine())
    found = []
    for name, opened in tabular().items():
        found.append((name, *_figures(opened)))
        print(f"{name}: {_shown(found[-1])[1:]}", flush=True)
    print("\n" + table(HEAD, [*map(_shown, found), _shown(("**mean**", *_means(found)))]))
    few, _, every, river = _means(found)[:4]
    print(f"\nensemble with {SHARE} of the labels / river with all: {few / river:.1%} (102 %)")
    print(f"ensemble with {SHARE} of the labels / with all: {few / every:.1%} (96 %)")
    print(f"slowest prediction: {max(row[-2] for row in found):.1f} µs a row (20)")


Figures = tuple[float, float, float, float, float, float, float]


def _figures(opened: Open) -> Figures:
    few, asked = _simulated(opened, "ensemble", SHARE)
    linear, _ = _simulated(opened, "linear", SHARE)
    rows = [*islice(opened(), ROWS)]
    return few, linear, _taught(rows), _river(rows), asked, *_times(rows)


def _simulated(opened: Open, preset: str, share: str) -> tuple[float, float]:
    """Return accuracy and the share of rows asked about, by the default policy."""
    settings = load(None, {}, {"model.preset": preset})
    report = simulation_of(settings, {}, opened(), Study(share, limit=ROWS))
    return float(report["accuracy"]), report["labels"]["requested"] / report["rows"]


def _taught(rows: Iterable[Row]) -> float:
    """Return the accuracy where every row is predicted, then learned."""
    model, hits = Model(make("ensemble", seed=0), {}), []
    for row in rows:
        answer = model.predict([row.features])[0]
        guess = answer.index(max(answer)) if isinstance(answer, list) and answer else 0
        hits.append(bool(model.classes) and model.classes[guess] == row.label)
        model.learn(row.features, row.label)
    return mean(hits)


def _river(rows: Iterable[Row]) -> float:
    from river import compose, linear_model, multiclass, preprocessing

    numbers = compose.SelectType(float) | preprocessing.StandardScaler()
    others = compose.SelectType(str) | preprocessing.OneHotEncoder()
    pipeline = (numbers + others) | multiclass.OneVsRestClassifier(
        linear_model.LogisticRegression()
    )
    hits: list[bool] = []
    for row in rows:
        features = dict(row.features)
        hits.append(bool(pipeline.predict_one(features) == row.label))
        pipeline.learn_one(features, row.label)
    return mean(hits)


def _times(rows: list[Row]) -> tuple[float, float]:
    """Return µs a row to predict in batches, and ms an example to learn, of processor time."""
    model = Model(make("ensemble", seed=0), {})
    examples = rows[:: max(1, len(rows) // (TRAINING + TIMED))][: TRAINING + TIMED]
    timed = examples[-TIMED:]
    for row in examples[:-TIMED]:
        model.learn(row.features, row.label)
    began = process_time()
    for row in timed:
        model.learn(row.features, row.label)
    learned = (process_time() - began) / len(timed)
    batch: list[Raw] = [row.features for row in rows[:BATCH]]
    return min(_predicted(model, batch) for _ in range(RUNS)) * 1e6, learned * 1e3


def _predicted(model: Model, batch: list[Raw]) -> float:
    began = process_time()
    model.predict(batch)
    return (process_time() - began) / len(batch)


def _means(found: list[tuple[str, float, float, float, float, float, float, float]]) -> Figures:
    return tuple(map(mean, zip(*(row[1:] for row in found), strict=True)))


def _shown(row: tuple[str, float, float, float, float, float, float, float]) -> list[str]:
    name, *shares, micros, millis = row
    return [name, *(f"{share:.1%}" for share in shares), f"{micros:.1f}", f"{millis:.2f}"]


if __name__ == "__main__":
    main()
