"""Random typed expressions from signatures.txt, and random rows for their columns."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from literals import SCALARS, TEXTS

NUMBERS = ["tinyint", "smallint", "int", "bigint", "float", "double", "decimal(10,2)", "decimal(38,18)"]
ORDERED = [t for t in SCALARS]
DOMAINS = {
    "T": ORDERED + ["array<int>", "struct<a:int,b:string>"], "O": ORDERED, "S": ORDERED, "V": ORDERED,
    "K": ["int", "string", "bigint", "date", "double"], "N": NUMBERS, "M": NUMBERS,
    "A": ["int", "bigint", "double", "decimal(10,2)"], "I": NUMBERS[:4],
}
COLUMNS = {
    "b": "boolean", "y": "tinyint", "h": "smallint", "i": "int", "j": "int", "l": "bigint", "m": "bigint",
    "f": "float", "d": "double", "e": "double", "n": "decimal(10,2)", "q": "decimal(38,18)", "s": "string",
    "u": "string", "x": "binary", "t": "date", "v": "date", "ts": "timestamp", "tt": "timestamp",
    "z": "timestamp_ntz", "dt": "interval day to second", "ym": "interval year to month", "ai": "array<int>",
    "as_": "array<string>", "ad": "array<double>", "mp": "map<string,int>", "st": "struct<a:int,b:string>",
}
SCHEMA = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())

STRINGS = ["", "a", "Hello World", " x ", "äöß", "日本語", "😀x", "a,b,,c", "12", "-7.5e3", "true", "2024-02-29",
           "2021-03-28 02:30:00", "%_\\", "é", "\t\n", "NaN", "İIıſ", '{"a":1}', "\0", "1 02:03:04", "zzzzzzzzzz"]
DAY = 86_400_000_000
DAYS = [0, -1, 19782, -719162, 2932896, -141427, 18987, 11016, 20000]
EDGES = {
    "boolean": [True, False],
    "tinyint": [0, 1, -1, 127, -128, 10], "smallint": [0, 1, -1, 32767, -32768, 255],
    "int": [0, 1, -1, 3, 7, 2**31 - 1, -2**31, 1000, 86400],
    "bigint": [0, 1, -1, 10, 2**63 - 1, -2**63, 1700000000, 10**15, 2**31],
    "float": ["0.0", "-0.0", "1.5", "NaN", "Infinity", "-Infinity", "0.10000000149011612", "3.4028234663852886E38"],
    "double": ["0.0", "-0.0", "1.5", "NaN", "Infinity", "-Infinity", "0.1", "1.0E300", "4.9E-324", "-2.5", "1.0E15"],
    "decimal(10,2)": ["0.00", "1.50", "-2.25", "99999999.99", "-99999999.99", "0.05"],
    "decimal(38,18)": ["0.000000000000000000", "99999999999999999999.999999999999999999", "-1.500000000000000000",
                       "0.000000000000000001", "12345.678900000000000000"],
    "string": [text.encode().hex() for text in STRINGS],
    "binary": ["", "00", "616263", "ff", "c3a4", "e697a5e69c"],
    "date": DAYS,
    "timestamp": [day * DAY for day in DAYS] + [-1, 1709251199999999, 1616898600000000, 253402300799999999],
    "timestamp_ntz": [day * DAY for day in DAYS] + [1709210096789000, 500000],
    "interval day to second": [0, 1, -1, 93784567000, -3 * DAY, 2**63 - 1, -2**63],
    "interval year to month": [0, 1, -1, 14, -47, 2**31 - 1, -2**31],
    "array<int>": [[], [1, 2, 3], [None], [3, None, 3, -1], [2**31 - 1, 1]],
    "array<string>": [[], ["61", None, ""], ["c3a9", "61", "61"]],
    "array<double>": [[], ["NaN", "-0.0", "0.0", None], ["1.5", "Infinity", "NaN"]],
    "map<string,int>": [[], [["61", 1], ["62", None]], [["", 0]]],
    "struct<a:int,b:string>": [[1, "61"], [None, None], [-5, ""]],
}


def random_value(random, kind):
    """One value of a column in the wire form; extremes are likely."""
    if random.random() < 0.15:
        return None
    if random.random() < 0.7 or kind not in ("int", "bigint", "double", "date", "timestamp"):
        return random.choice(EDGES[kind])
    if kind == "double":
        return repr(random.uniform(-1000, 1000))
    spread = {"int": 10**5, "bigint": 10**10, "date": 60000, "timestamp": 4 * 10**15}[kind]
    return random.randint(-spread, spread)


def random_rows(random, count):
    return [[random_value(random, kind) for kind in COLUMNS.values()] for _ in range(count)]


@dataclass
class Node:
    """A call, or a leaf when it has no children."""
    template: str
    children: list = field(default_factory=list)

    def sql(self):
        return self.template.format(*(child.sql() for child in self.children)) if self.children else self.template

    def is_constant(self):
        return all(child.is_constant() for child in self.children) if self.children else self.template not in COLUMNS

    def subtrees(self):
        for child in self.children:
            yield from child.subtrees()
        yield self


@dataclass
class Signature:
    result: str
    template: str
    arguments: list  # of (choices, optional, repeated)


def read_signatures(path=Path(__file__).with_name("signatures.txt")):
    signatures = []
    for line in path.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        head, _, arguments = line.rpartition(" :")
        result, _, template = head.partition(" = ")
        signatures.append(Signature(result.strip(), template.strip(), read_arguments(arguments)))
    return signatures


def read_arguments(text):
    parts = [part.strip() for part in re.split(r",(?![^<(]*[>)])", text) if part.strip()]
    return [([c for c in part.rstrip("?*").split("|")], part.endswith("?"), part.endswith("*")) for part in parts]


def variables_in(text):
    return set(re.findall(r"\b[A-Z]\b", text))


def substitute(kind, bindings):
    return re.sub(r"\b[A-Z]\b", lambda found: bindings[found[0]], kind)


def unify(pattern, kind):
    """Bindings of the variables under which the pattern is the type, or None."""
    names = re.findall(r"\b[A-Z]\b", pattern)
    found = re.fullmatch(re.sub(r"\\?\b[A-Z]\b", "(.+?)", re.escape(pattern)), kind)
    if found is None or any(value not in DOMAINS[name] for name, value in zip(names, found.groups())):
        return None
    return dict(zip(names, found.groups()))


class ExpressionGenerator:
    def __init__(self, random, signatures=None):
        self.random = random
        self.signatures = signatures or read_signatures()
        self.by_result = {}

    def expression(self):
        """A call of any signature; deep ones are rarer."""
        return self.call(self.random.choice(self.signatures), {}, self.random.choice([1, 1, 1, 2, 2, 3]))

    def call(self, signature, bindings, depth):
        bindings = dict(bindings)
        everything = " ".join([signature.result, signature.template] + [c for a in signature.arguments for c in a[0]])
        for name in sorted(variables_in(everything) & set(DOMAINS)):
            bindings.setdefault(name, self.random.choice(DOMAINS[name]))
        children = []
        for choices, optional, repeated in signature.arguments:
            if optional and self.random.random() < 0.5:
                break
            for _ in range(self.random.randint(0, 2) if repeated else 1):
                children.append(self.argument(substitute(self.random.choice(choices), bindings), depth))
        template = signature.template
        if "{}" in template:
            return Node(substitute(template, bindings) if " T)" in template else template, children)
        return Node(template + "(" + ", ".join(["{}"] * len(children)) + ")", children)

    def argument(self, kind, depth):
        if kind.startswith("<"):
            return Node(self.random.choice(TEXTS[kind[1:-1]]))
        if self.random.random() < 0.03:
            kind = self.random.choice(ORDERED)
        if depth <= 1 or self.random.random() < 0.3:
            return self.leaf(kind)
        matching = self.matching(kind)
        if not matching:
            return self.leaf(kind)
        signature, bindings = self.random.choice(matching)
        return self.call(signature, bindings, depth - 1)

    def matching(self, kind):
        if kind not in self.by_result:
            pairs = [(signature, unify(signature.result, kind)) for signature in self.signatures]
            self.by_result[kind] = [pair for pair in pairs if pair[1] is not None]
        return self.by_result[kind]

    def leaf(self, kind):
        columns = [name for name, of in COLUMNS.items() if of == kind]
        if columns and self.random.random() < 0.7:
            return Node(self.random.choice(columns))
        if self.random.random() < 0.08:
            return Node(f"CAST(NULL AS {kind})")
        return Node(self.literal(kind))

    def literal(self, kind):
        if kind in SCALARS:
            return self.random.choice(SCALARS[kind])
        nested = re.fullmatch(r"(array|map)<(.*)>", kind)
        if nested and nested[1] == "array":
            elements = [self.literal(nested[2]) for _ in range(self.random.randint(1, 3))]
            return "array(" + ", ".join(elements) + (", NULL)" if self.random.random() < 0.3 else ")")
        if nested:
            key, _, value = nested[2].partition(",")
            return f"map({self.literal(key)}, {self.literal(value)})"
        return "named_struct('a', 1, 'b', 'x')"
