"""Columns of random topologies: their types, values, and what can be computed from them."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

START = datetime(2024, 1, 1, tzinfo=timezone.utc)
FAR_TIMES = ["1970-01-01T00:01:00Z", "2200-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"]
EARLY_TIMES = ["0001-01-01T00:00:00Z", "1582-10-10T12:00:00Z", "1969-12-31T23:59:59.5Z"]  # Spark's watermark is 1970 at first
WHOLE = [0, 1, 1, -1, 2, 3, 100, -100]
FLOATING = [0.0, -0.0, 0.25, -0.5, 1.75, 1e6, "NaN", "Infinity", "-Infinity"]  # finite sums are exact in any order

# By type: its kind, and its values. Values that are there more than once make skewed keys.
TYPES = {
    "STRING": ("text", ["a", "a", "a", "b", "c", "", "é", "A ", "漢字"]),
    "INT": ("whole", WHOLE),
    "BIGINT": ("whole", [*WHOLE, 2**53 + 1]),
    "SMALLINT": ("whole", WHOLE),
    "TINYINT": ("whole", WHOLE),
    "DOUBLE": ("floating", FLOATING),
    "FLOAT": ("floating", FLOATING),
    "DECIMAL(10,2)": ("decimal", [0, 1, 1.5, -2.25, 0.01, 99999999.99]),
    "BOOLEAN": ("truth", [True, False]),
    "TIMESTAMP": ("time", [*FAR_TIMES, *EARLY_TIMES, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00.123456Z"]),
    "DATE": ("date", ["2024-01-01", "2024-01-01", "2024-02-29", "0001-01-01", "9999-12-31", "1969-12-31"]),
    "ARRAY<INT>": ("array", [[], [1], [1, 2], [None], [3, 3, -1]]),
    "STRUCT<p: INT, q: STRING>": ("struct", [{"p": 1, "q": "a"}, {"p": None, "q": ""}, {"p": 1, "q": None}]),
    "MAP<STRING,INT>": ("map", [{}, {"a": 1}, {"a": None, "b": 2}]),
}
EXTREMES = {"INT": 2**31 - 1, "BIGINT": -2**63, "SMALLINT": -2**15, "TINYINT": 127}

# By kind: conditions, values as (kind, text), and aggregates, of a column {c}.
CONDITIONS = {
    "text": ["{c} = 'a'", "{c} <> 'b'", "length({c}) > 0", "{c} IN ('a', 'b', '')", "{c} LIKE 'a%'", "{c} IS NULL"],
    "whole": ["{c} > 0", "{c} IS NOT NULL", "coalesce({c}, 0) % 2 = 0", "NOT ({c} <=> NULL)", "{c} BETWEEN -1 AND 50"],
    "floating": ["{c} < 1", "NOT isnan({c})", "{c} = 0", "{c} >= double('NaN')", "{c} IS NOT NULL"],
    "decimal": ["{c} > 1.25", "{c} = 1", "coalesce({c}, 0) <= 2"],
    "truth": ["{c}", "NOT {c}", "{c} IS NOT TRUE"],
    "date": ["{c} = DATE '2024-01-01'", "{c} > '1970-01-01'", "year({c}) > 2000"],
    "time": ["{c} > '2024-01-01 00:00:20'", "{c} IS NOT NULL", "second({c}) % 2 = 0"],
    "array": ["size({c}) > 1", "array_contains({c}, 1)", "{c} IS NOT NULL"],
    "struct": ["{c}.p = 1", "{c}.q IS NOT NULL"],
    "map": ["map_contains_key({c}, 'a')", "size({c}) > 0"],
}
VALUES = {
    "text": [("text", "upper({c})"), ("text", "concat({c}, '!')"), ("text", "coalesce({c}, 'none')"),
             ("text", "substring({c}, 1, 1)"), ("whole", "length({c})"), ("array", "array(length({c}), 1)")],
    "whole": [("whole", "{c} + 1"), ("whole", "coalesce({c}, -1)"), ("whole", "abs({c}) % 3"), ("text", "string({c})"),
              ("whole", "CASE WHEN {c} > 1 THEN {c} ELSE 0 END"), ("floating", "{c} / 4"), ("decimal", "{c} * 1.5")],
    "floating": [("floating", "{c} * 2"), ("floating", "-{c}"), ("floating", "nanvl({c}, 0)"), ("text", "string({c})"),
                 ("truth", "{c} > 0"), ("floating", "coalesce({c}, -0.0)")],
    "decimal": [("decimal", "{c} + 1"), ("decimal", "{c} * {c}"), ("whole", "int({c})"), ("decimal", "round({c}, 1)")],
    "truth": [("truth", "NOT {c}"), ("whole", "int({c})"), ("text", "if({c}, 'yes', 'no')")],
    "date": [("whole", "year({c})"), ("whole", "dayofyear({c})"), ("text", "string({c})"), ("date", "last_day({c})")],
    "time": [("whole", "second({c})"), ("date", "to_date({c})"), ("text", "string({c})"),
             ("text", "date_format({c}, 'yyyy-MM-dd HH')")],
    "array": [("whole", "size({c})"), ("array", "sort_array({c})"), ("whole", "try_element_at({c}, 1)")],
    "struct": [("whole", "{c}.p"), ("text", "{c}.q")],
    "map": [("whole", "{c}['a']"), ("array", "map_values({c})")],
}
ANY_AGGREGATES = ["count({c})", "max({c})", "min({c})", "count_if({c} IS NULL)"]
AGGREGATES = {
    "text": [*ANY_AGGREGATES, "sort_array(collect_set({c}))", "max(length({c}))"],
    "whole": [*ANY_AGGREGATES, "sum({c})", "avg({c})", "sum({c}) FILTER (WHERE {c} > 0)", "sort_array(collect_list({c}))",
              "bit_or({c})", "median({c})", "try_sum({c})"],
    "floating": ["count({c})", "sum({c})", "avg({c})", "max({c} + 0.0)", "min({c} + 0.0)"],
    "decimal": [*ANY_AGGREGATES, "sum({c})", "avg({c})"],
    "truth": [*ANY_AGGREGATES, "every({c})", "some({c})"],
    "date": ANY_AGGREGATES,
    "time": ANY_AGGREGATES,
    "array": [*ANY_AGGREGATES, "sum(size({c}))"],
    "struct": [*ANY_AGGREGATES, "sum({c}.p)"],
    "map": ["count({c})", "max(size({c}))"],
}


@dataclass(frozen=True)
class Column:
    name: str
    kind: str


def random_columns(random, prefix):
    """Name to type. The first is the event time, the second a key that is text."""
    types = random.choices(list(TYPES), k=random.randint(1, 4))
    return {f"{prefix}t": "TIMESTAMP", f"{prefix}k": "STRING",
            **{f"{prefix}c{number}": type for number, type in enumerate(types)}}


def columns_of(types):
    return [Column(name, TYPES[type][0]) for name, type in types.items()]


def random_time(random, early):
    """An event time; early ones may come before 1970."""
    chance = random.random()
    if chance < 0.04:
        return None
    if chance < 0.06:
        return random.choice(FAR_TIMES + (EARLY_TIMES if early else []))
    at = START + timedelta(milliseconds=random.choice([1000, 500]) * random.randint(0, 100))
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def random_value(random, type):
    chance = random.random()
    if chance < 0.12:
        return None
    if chance < 0.125 and type in EXTREMES:
        return EXTREMES[type]
    return random.choice(TYPES[type][1])


def random_row(random, types, early):
    """Its first column is the event time."""
    columns = list(types.items())
    return {columns[0][0]: random_time(random, early), **{name: random_value(random, type) for name, type in columns[1:]}}


def random_files(random, types, count, early):
    """Lists of rows; some rows are there twice."""
    files = [[random_row(random, types, early) for _ in range(random.choice([0, 1, 3, 6, 12]))] for _ in range(count)]
    for rows in files:
        if rows and random.random() < 0.4:
            rows.append(dict(random.choice(rows)))
    return files


def random_condition(random, columns):
    column = random.choice(columns)
    condition = random.choice(CONDITIONS[column.kind]).replace("{c}", column.name)
    if random.random() < 0.2:
        return f"({condition}) {random.choice(['AND', 'OR'])} ({random_condition(random, columns)})"
    return condition


def random_computed(random, columns):
    """(kind, expression)"""
    column = random.choice(columns)
    kind, text = random.choice(VALUES[column.kind])
    return kind, text.replace("{c}", column.name)


def random_aggregate(random, columns):
    if random.random() < 0.2:
        return "count(*)"
    column = random.choice(columns)
    return random.choice(AGGREGATES[column.kind]).replace("{c}", column.name)
