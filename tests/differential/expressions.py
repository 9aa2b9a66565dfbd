"""Random expressions, evaluated by Spark and by Millrace, compared row by row."""

import json
import math
import random
import re
import subprocess
import sys
from collections import Counter, defaultdict

import expression_generator
from expression_generator import COLUMNS, DAY, SCHEMA, ExpressionGenerator, random_rows

ZONES = ["UTC", "UTC", "America/Los_Angeles", "Europe/Berlin", "+05:30"]
REPLACED = "\ufffd".encode().hex()  # what Spark puts for bytes that are no UTF-8
EMOJI = "\U0001f600"  # the one character beyond U+FFFF among the texts
ULPS = 4  # functions of floating numbers may differ from Java's by so many last digits


class Evaluator:
    """The program that evaluates expressions by Millrace; lives as long as this object."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def evaluate(self, request):
        self.ask(request)
        return self.answer()

    def ask(self, request):
        """Starts what answer() waits for."""
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("evaluate_expressions died")
        return json.loads(line)


def number_pair(a, b):
    return isinstance(a, str) and isinstance(b, str)


def same_failure(spark, ours):
    """Java's own exceptions have no class that Millrace could share."""
    if not (isinstance(spark, dict) and isinstance(ours, dict)):
        return False
    return spark == ours or spark["error"].startswith("java.")


def compare_values(spark, ours, kind):
    """'' when equal, 'near' when floating numbers differ in their last digits, else 'different'."""
    if isinstance(spark, dict) or isinstance(ours, dict):
        return "" if same_failure(spark, ours) else "different"
    if spark is None or ours is None or isinstance(spark, bool) or isinstance(ours, bool):
        return "" if spark is ours else "different"
    if isinstance(spark, list) and isinstance(ours, list):
        if len(spark) != len(ours):
            return "different"
        parts = {compare_values(a, b, kind) for a, b in zip(spark, ours)}
        return "different" if "different" in parts else "near" if "near" in parts else ""
    if spark == ours:
        return ""
    if number_pair(spark, ours) and ("double" in kind or "float" in kind):
        return compare_numbers(spark, ours, kind)
    return "different"


def compare_numbers(spark, ours, kind):
    try:
        a, b = float(spark), float(ours)
    except ValueError:
        return "different"
    if math.isnan(a) and math.isnan(b):
        return ""
    if a == b:
        return "" if math.copysign(1, a) == math.copysign(1, b) else "different"
    scale = 2.0**29 if "float" in kind else 1.0
    return "near" if abs(a - b) <= ULPS * scale * math.ulp(max(abs(a), abs(b))) else "different"


def per_row(answer, count):
    return answer["values"] if "values" in answer else [answer] * count


def compare(spark, ours, count):
    """(verdict, what differs): the verdict is '', 'near' or 'different'."""
    if spark.get("type") and ours.get("type") and spark["type"] != ours["type"]:
        return "different", f"type {spark['type']} / {ours['type']}"
    kind = spark.get("type", "")
    verdict = ""
    for a, b in zip(per_row(spark, count), per_row(ours, count)):
        found = compare_values(a, b, kind)
        if found == "different":
            return found, describe(a) + " / " + describe(b)
        verdict = verdict or found
    return verdict, ""


def describe(value):
    if isinstance(value, dict):
        return value["error"]
    return "NULL" if value is None else "value"


class Comparison:
    """Runs batches and counts; keeps the smallest example of each class of difference."""

    def __init__(self, judge, evaluator, listed):
        self.judge = judge
        self.evaluator = evaluator
        self.listed = listed
        self.counts = Counter()
        self.classes = defaultdict(list)
        self.listed_kinds = Counter()

    def batch(self, seed, size, rows):
        chance = random.Random(seed)
        generator = ExpressionGenerator(chance)
        nodes = [generator.expression() for _ in range(size)]
        for ansi in (True, False):
            request = {"ansi": ansi, "timeZone": chance.choice(ZONES), "schema": SCHEMA,
                       "rows": random_rows(chance, rows)}
            self.compare_nodes(request, nodes)

    def answers(self, request, texts):
        asked = {**request, "expressions": texts}
        self.evaluator.ask(asked)  # the two work at the same time
        spark = json.loads(self.judge.evaluate(asked))
        return spark, self.evaluator.answer()

    def compare_nodes(self, request, nodes):
        spark, ours = self.answers(request, [node.sql() for node in nodes])
        different = []
        for node, a, b in zip(nodes, spark, ours):
            verdict, _ = compare(a, b, len(request["rows"]))
            self.counts["compared"] += 1
            if verdict != "different":
                self.counts[verdict or "equal"] += 1
            self.counts["failing in Spark"] += "error" in a
            if verdict == "different":
                different.append(node)
        if different:
            self.shrink(request, different)

    def shrink(self, request, nodes):
        """Files each difference under the smallest part of its expression that differs."""
        trees = [list(node.subtrees()) for node in nodes]
        texts = sorted({part.sql() for tree in trees for part in tree})
        spark, ours = self.answers(request, texts)
        count = len(request["rows"])
        found = {text: compare(a, b, count) for text, a, b in zip(texts, spark, ours)}
        answers = {text: (a, b) for text, a, b in zip(texts, spark, ours)}
        for tree in trees:
            part = next((part for part in tree if found[part.sql()][0] == "different"), tree[-1])
            row = different_row(*answers[part.sql()], count)
            key = cause(part, found, answers, request["rows"][row], row) + part.template
            self.file(request, part, key + "  " + found[part.sql()][1], answers[part.sql()])

    def file(self, request, part, key, answers):
        if any(pattern.search(key) for pattern in self.listed):
            self.counts["listed"] += 1
            self.listed_kinds[key] += 1
            return
        self.counts["different"] += 1
        self.classes[key].append(example(request, part.sql(), answers))


def different_row(spark, ours, count):
    kind = spark.get("type", "")
    pairs = zip(per_row(spark, count), per_row(ours, count))
    return next((i for i, (a, b) in enumerate(pairs) if compare_values(a, b, kind) == "different"), 0)


def cause(part, found, answers, values, row):
    """What a difference comes from, where its operands tell: the start of its name."""
    spark, ours = answers[part.sql()]
    below = list(part.subtrees())[:-1]
    if any(found[operand.sql()][0] == "near" for operand in [*below, part]):
        return "last digits: "
    if "error" in spark and any(operand.is_constant() and answers[operand.sql()][0] == spark for operand in below):
        return "constant fails: "
    if REPLACED in json.dumps(spark) and REPLACED not in json.dumps(ours):
        return "no UTF-8: "
    what = found[part.sql()][1]
    if not re.match("type|DATATYPE", what) and any(is_end_of_time(answers[o.sql()][0], row) for o in below):
        return "end of time: "
    used = [value for name, value in zip(COLUMNS, values) if re.search(rf"\b{name}\b", part.sql())]
    if what == "value / value" and (EMOJI in part.sql() or EMOJI.encode().hex() in json.dumps(used)):
        return "beyond U+FFFF: "
    return ""


def is_end_of_time(answer, row):
    """A time or interval within a day of the ends of what its microseconds can be."""
    if not answer.get("type", "").startswith(("timestamp", "interval day")):
        return False
    value = answer["values"][row]
    return isinstance(value, int) and abs(value) > 2**63 - DAY


def example(request, text, answers):
    names = list(COLUMNS)
    used = [name for name in names if re.search(rf"\b{name}\b", text)]
    case = {"expression": text, "ansi": request["ansi"], "timeZone": request["timeZone"]}
    count = len(request["rows"])
    for row, a, b in zip(request["rows"], per_row(answers[0], count), per_row(answers[1], count)):
        if compare_values(a, b, answers[0].get("type", "")) == "different":
            return {**case, "row": {name: row[names.index(name)] for name in used}, "spark": a, "millrace": b,
                    "type": answers[0].get("type")}
    return {**case, "spark": answers[0].get("type"), "millrace": answers[1].get("type")}
