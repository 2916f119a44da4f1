#!/usr/bin/env python3
"""Trains the two versions of the fraud model and writes their card.

Payments come from the product's own simulator and features from its own replay, so that nothing is computed twice. Needs Debian's
python3-sklearn, python3-onnx and python3-pandas:  python3 models/fraud/train.py
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
from onnx import TensorProto, helper, numpy_helper
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).resolve().parent
RUN = HERE.parent.parent / "run"
SEED = 2026
WARM_UP, TRAIN, DELAY, TEST = 40, 21, 7, 14  # days
PAYMENTS = 9_500 * (WARM_UP + TRAIN + DELAY + TEST)
OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 2)]


def save(path, nodes, initializers, features):
    graph = helper.make_graph(
        nodes, "fraud",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, features])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, [None, 1])],
        initializers)
    model = helper.make_model(graph, opset_imports=OPSETS, producer_name="models/fraud/train.py")
    model.ir_version = 8
    onnx.checker.check_model(model)
    path.parent.mkdir(exist_ok=True)
    onnx.save(model, path)


def save_logistic(path, scaler, logistic):
    """Version 1: the scaler inside the graph, so that a caller cannot forget it."""
    constants = {
        "mean": scaler.mean_, "scale": scaler.scale_, "weights": logistic.coef_.T, "bias": logistic.intercept_}
    save(path, [
        helper.make_node("Sub", ["features", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "scale"], ["scaled"]),
        helper.make_node("MatMul", ["scaled", "weights"], ["weighted"]),
        helper.make_node("Add", ["weighted", "bias"], ["log_odds"]),
        helper.make_node("Sigmoid", ["log_odds"], ["probability"]),
    ], [numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()], len(scaler.mean_))


def round_down(threshold):
    """The largest float32 at or below a threshold: for float32 inputs x, x <= it exactly when x <= the threshold."""
    single = np.float32(threshold)
    return float(single if float(single) <= threshold else np.nextafter(single, np.float32(-np.inf)))


def save_boosting(path, boosting, features):
    """Version 2: a TreeEnsembleRegressor and a Sigmoid, which score faster than the classifier operator (its own LOGISTIC is not applied by ONNX Runtime)."""
    prior = boosting.init_.class_prior_[1]
    nodes = {name: [] for name in (
        "nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_values", "nodes_modes", "nodes_truenodeids", "nodes_falsenodeids",
        "target_treeids", "target_nodeids", "target_ids", "target_weights")}
    for number, estimator in enumerate(boosting.estimators_[:, 0]):
        tree = estimator.tree_
        for node in range(tree.node_count):
            leaf = tree.children_left[node] < 0
            nodes["nodes_treeids"].append(number)
            nodes["nodes_nodeids"].append(node)
            nodes["nodes_featureids"].append(0 if leaf else int(tree.feature[node]))
            nodes["nodes_values"].append(0.0 if leaf else round_down(tree.threshold[node]))
            nodes["nodes_modes"].append("LEAF" if leaf else "BRANCH_LEQ")
            nodes["nodes_truenodeids"].append(0 if leaf else int(tree.children_left[node]))
            nodes["nodes_falsenodeids"].append(0 if leaf else int(tree.children_right[node]))
            if leaf:
                nodes["target_treeids"].append(number)
                nodes["target_nodeids"].append(node)
                nodes["target_ids"].append(0)
                nodes["target_weights"].append(float(boosting.learning_rate * tree.value[node, 0, 0]))
    save(path, [
        helper.make_node(
            "TreeEnsembleRegressor", ["features"], ["log_odds"], domain="ai.onnx.ml", n_targets=1, aggregate_function="SUM",
            base_values=[float(np.log(prior / (1 - prior)))], post_transform="NONE", **nodes),
        helper.make_node("Sigmoid", ["log_odds"], ["probability"]),
    ], [], features)


def replay(folder, payments, output):
    subprocess.run([RUN, "replay", folder, "--input", payments, "--features", "--output", output], check=True)
    return pd.read_csv(output)


def compute_features(payments, work):
    """The product computes the features; the versions it needs for a replay are placeholders here."""
    folder = work / "fraud"
    folder.mkdir()
    (folder / "pipeline.yaml").write_text((HERE / "pipeline.yaml").read_text())
    placeholder = LogisticRegression()
    placeholder.coef_, placeholder.intercept_ = np.zeros((1, 15)), np.zeros(1)
    scaler = StandardScaler()
    scaler.mean_, scaler.scale_ = np.zeros(15), np.ones(15)
    for version in ("1", "2"):
        save_logistic(folder / version / "model.onnx", scaler, placeholder)
    return replay(folder, payments, work / "features.csv")


def card_precision(frame, score, top=100):
    """Of the top cards of each day, the share that had a fraud that day; cards caught on an earlier day are left out."""
    caught, precisions = set(), []
    for _, day in frame.assign(score=score).groupby("day"):
        cards = day[~day.entity.isin(caught)].groupby("entity").agg(score=("score", "max"), fraud=("fraud", "max"))
        best = cards.sort_values("score", ascending=False, kind="stable").head(top)
        precisions.append(best.fraud.sum() / top)
        caught |= set(best[best.fraud == 1].index)
    return float(np.mean(precisions))


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        payments = work / "payments.csv"
        subprocess.run([RUN, "simulate", "fraud", "--count", str(PAYMENTS), "--seed", str(SEED), "--output", payments], check=True)
        frame = compute_features(payments, work)
        names = list(frame.columns[frame.columns.get_loc("outcome") + 1:])
        frame["fraud"] = pd.read_csv(payments, usecols=["fraud"]).fraud.map({"true": 1, "false": 0, True: 1, False: 0, 1: 1, 0: 0}).to_numpy()
        frame["day"] = (pd.to_datetime(frame.event_time, utc=True) - pd.to_datetime(frame.event_time.iloc[0], utc=True).normalize()).dt.days
        train = frame[(frame.day >= WARM_UP) & (frame.day < WARM_UP + TRAIN)]
        first_test = WARM_UP + TRAIN + DELAY
        test = frame[(frame.day >= first_test) & (frame.day < first_test + TEST)]
        x, y = train[names].to_numpy(np.float32), train.fraud.to_numpy()

        scaled = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(x, y)
        boosting = GradientBoostingClassifier(
            n_estimators=100, max_depth=5, learning_rate=0.1, subsample=0.5, min_samples_leaf=50, random_state=SEED).fit(x, y)
        save_logistic(HERE / "1" / "model.onnx", scaled[0], scaled[1])
        save_boosting(HERE / "2" / "model.onnx", boosting, len(names))

        rows = []
        for version, name, model in (("1", "logistic regression, scaler in the graph", scaled), ("2", "gradient boosting, 100 trees of depth 5", boosting)):
            score = model.predict_proba(test[names].to_numpy(np.float32))[:, 1]
            rows.append(f"| {version} | {name} | {roc_auc_score(test.fraud, score):.3f} | "
                        f"{average_precision_score(test.fraud, score):.3f} | {card_precision(test, score):.3f} |")
        ceiling = card_precision(test, test.fraud)
        write_card(rows, train, test, ceiling, names)
        check(test, boosting, names, payments, work)


def check(test, boosting, names, payments, work):
    """The exported model must score in the product as it does here."""
    scores = replay(HERE, payments, work / "scores.csv").loc[test.index, "score"].to_numpy()
    worst = np.abs(scores - boosting.predict_proba(test[names].to_numpy(np.float32))[:, 1]).max()
    print(f"largest difference between the product's score and scikit-learn's: {worst:.2e}", file=sys.stderr)
    if worst > 1e-5:
        sys.exit("the exported model does not score as the trained one does")


def write_card(rows, train, test, ceiling, names):
    (HERE / "README.md").write_text(f"""# Model card: fraud

Is this card payment a fraud? Two versions of one model over the 15 features of `pipeline.yaml`.

| version | model | AUC ROC | average precision | card precision@100 |
|---|---|---|---|---|
{os.linesep.join(rows)}

Measured on {len(test):,} payments of {TEST} days ({test.fraud.mean():.2%} fraud) that come {DELAY} days after the {len(train):,} payments of {TRAIN} days
({train.fraud.mean():.2%} fraud) the versions were trained on: the truth about a payment takes a week. Card precision@100 is the share of the day's
100 most suspicious cards that had a fraud that day, cards already caught left out; a model that knew the truth would reach {ceiling:.3f}.

## How they were made

`python3 models/fraud/train.py` (Debian's python3-sklearn, python3-onnx, python3-pandas) makes this page and both models. The payments are simulated
(`./run simulate fraud --count {PAYMENTS} --seed {SEED}`), the features computed by `./run replay --features`, the first {WARM_UP} days only fill the windows. No real
person's payment was used.

Frauds in the simulation are of three kinds: an amount above a limit, all payments at a compromised terminal for 28 days, a third of a stolen card's
payments for 14 days. A fraud of another kind will be missed.

- Version 1: scikit-learn's LogisticRegression on standardised features; the scaler is part of the graph. It is the fallback.
- Version 2: scikit-learn's GradientBoostingClassifier (100 trees, depth 5, learning rate 0.1, half of the rows a tree, 50 rows a leaf at least), exported
  as TreeEnsembleRegressor and Sigmoid. It is the champion.

## Use

Input `features`: float32 [N, {len(names)}], in this order: {", ".join(names)}. Output `probability`: float32 [N, 1], the probability of fraud.
It is made for the demonstration and for tests; train on your own payments before deciding about people.
""")


if __name__ == "__main__":
    main()
