"""Trains the fraud model and measures it on days that it has not seen.

Usage: train.py WORK MODELS
WORK holds features/ (what the engine computed) and labels.jsonl; MODELS gets fraud.json (the model),
fraud_quality.json (how good it is) and fraud_examples.jsonl (rows with the scores that XGBoost gives).
"""

import glob
import json
import sys

import numpy as np
import xgboost
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

# In the order of the calls in examples/fraud.yaml.
FEATURES = [
    "amount", "times_mean", "times_usual", "online", "abroad", "km_from_home", "terminal_10m", "terminal_tiny_10m", "terminal_7d",
    "terminal_reports_7d", "terminal_risk", "card_1m", "card_1h", "card_1d", "card_7d", "amount_1h", "amount_1d",
    "mean_amount_7d", "countries_1d", "seconds_since_last", "km_since_last", "speed", "hour_of_day",
]
WARM_UP_DAYS = 8  # the longest frame fills up
HELD_OUT_DAYS = 10
ALERTS_A_DAY = 100


def read_rows(folder):
    """Features, labels, days and number of broken rules of all payments, by id."""
    labels = {}
    with open(f"{folder}/labels.jsonl", encoding="utf-8") as file:
        for line in file:
            label = json.loads(line)
            labels[label["id"]] = label
    rows = []
    for path in glob.glob(f"{folder}/features/**/*.json", recursive=True):
        with open(path, encoding="utf-8") as file:
            rows += [json.loads(line) for line in file]
    rows.sort(key=lambda row: row["id"])
    values = np.array([[float(row.get(name, np.nan)) for name in FEATURES] for row in rows], dtype=np.float32)
    fraud = np.array([labels[row["id"]]["fraud"] for row in rows])
    days = np.array([labels[row["id"]]["day"] for row in rows])
    rules = np.array([len(row["reasons"]) for row in rows])
    return values, fraud, days, rules


def precision_at(scores, fraud, days):
    """Share of frauds among the most suspicious payments of each day, mean over the days."""
    shares = []
    for day in np.unique(days):
        of_day = days == day
        top = np.argsort(-scores[of_day], kind="stable")[:ALERTS_A_DAY]
        shares.append(fraud[of_day][top].mean())
    return float(np.mean(shares))


def quality(scores, fraud, days):
    return {
        "roc_auc": round(float(roc_auc_score(fraud, scores)), 4),
        "average_precision": round(float(average_precision_score(fraud, scores)), 4),
        f"precision_at_{ALERTS_A_DAY}_a_day": round(precision_at(scores, fraud, days), 4),
    }


def prepared(values):
    """For the linear model: no missing values, and counts and amounts on a logarithmic scale."""
    return np.log1p(np.nan_to_num(values, nan=0.0).clip(min=0))


def main(work, models):
    values, fraud, days, rules = read_rows(work)
    held_out = days > days.max() - HELD_OUT_DAYS
    training = (days >= WARM_UP_DAYS) & ~held_out

    model = xgboost.XGBClassifier(
        n_estimators=80, max_depth=5, learning_rate=0.15, min_child_weight=5, subsample=0.8,
        colsample_bytree=0.8, objective="binary:logistic", random_state=1, n_jobs=2)
    model.fit(values[training], fraud[training])
    model.get_booster().feature_names = FEATURES
    model.save_model(f"{models}/fraud.json")
    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000, class_weight="balanced"))
    linear.fit(prepared(values[training]), fraud[training])

    measured = fraud[held_out], days[held_out]
    scores = model.get_booster().inplace_predict(values[held_out], validate_features=False)
    report = {
        "training": {"days": [WARM_UP_DAYS, int(days[training].max())], "payments": int(training.sum()),
                     "frauds": int(fraud[training].sum())},
        "held_out": {"days": [int(days[held_out].min()), int(days.max())], "payments": int(held_out.sum()),
                     "frauds": int(fraud[held_out].sum())},
        "gradient_boosted_trees": quality(scores, *measured),
        "logistic_regression": quality(linear.predict_proba(prepared(values[held_out]))[:, 1], *measured),
        "rules_alone": quality(rules[held_out].astype(float), *measured),
    }
    with open(f"{models}/fraud_quality.json", "w", encoding="utf-8") as file:
        file.write(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))

    chosen = np.flatnonzero(held_out)[np.argsort(-scores, kind="stable")[:: max(1, len(scores) // 60)]]
    with open(f"{models}/fraud_examples.jsonl", "w", encoding="utf-8") as file:
        for row, score in zip(values[chosen], model.get_booster().inplace_predict(values[chosen], validate_features=False)):
            features = [None if np.isnan(value) else float(value) for value in row]
            file.write(json.dumps({"features": features, "score": float(score)}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
