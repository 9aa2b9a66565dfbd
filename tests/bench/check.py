"""What `millrace bench` says of results files: report and compare, on documents made here.

    check.py SUITE_PROGRAM
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SUITE = sys.argv.pop(1)


def figure(name, value, spread=0.0, **more):
    return {"job": "J1", "name": name, "unit": "us", "value": value, "low": value - spread / 2,
            "high": value + spread / 2, "target": "", "less_is_better": True, "reached": None,
            "engine_us": None, "floor_us": None, **more}


def series(system, rate, complete=True, calm_share=1):
    one = {"dirty": False, "run_delay_share": 0, "steal_share": 0, "largest_gap_us": 1, "sent": 10, "returned": 10,
           "expected": 10, "complete": complete, "latency_us": [[q, 20.0] for q in (0.5, 0.9, 0.99, 0.999, 0.9999, 1)],
           "lateness_us": [[q, 1.5] for q in (0.5, 0.9, 0.99, 0.999, 0.9999, 1)], "cpu_seconds_per_million": 7.25,
           "waits": 30, "preemptions": 2, "resident_kib": 2048, "calm_share": calm_share, "moments": [[0.1, 20, 20, 20]]}
    return {"job": "J1", "transport": "TCP", "idle": "spin", "arrivals": "constant", "rate": rate, "system": system,
            "latency_us": one["latency_us"], "clean_latency_us": one["latency_us"], "clean_count": 10,
            "histogram_ns": [[20000, 10]], "slices": [one]}


def document(figures, all_series=()):
    return {"format": 1, "environment": {"line": "a machine", "date": "2026-01-01", "commit": "abc"},
            "figures": figures, "missing": [{"job": "Jet", "reason": "not installed: no jars"}], "series": list(all_series)}


class Suite(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, results):
        path = self.folder / name
        path.write_text(json.dumps(results))
        return str(path)

    def run_suite(self, *arguments):
        return subprocess.run([SUITE, *arguments], capture_output=True, text=True, check=True).stdout

    def compare(self, before, after):
        return self.run_suite("compare", self.write("before.json", document([before])),
                              self.write("after.json", document([after])))

    def test_a_change_beyond_both_spreads_is_told_with_its_noise(self):
        said = self.compare(figure("p50", 100, 4), figure("p50", 120, 6))
        self.assertIn("| J1, p50 | 100 | 120 | 1.20 | 10.0 | **worse** |", said)
        self.assertIn("1 of 1 figures changed", said)

    def test_a_change_within_both_spreads_is_noise(self):
        self.assertIn("nothing changed beyond noise (1 figures)", self.compare(figure("p50", 100, 12), figure("p50", 120, 12)))

    def test_less_than_five_percent_is_noise_however_small_the_spreads(self):
        self.assertIn("nothing changed", self.compare(figure("p50", 100), figure("p50", 104.9)))
        self.assertIn("**worse**", self.compare(figure("p50", 100), figure("p50", 105.1)))

    def test_an_absolute_latency_may_move_as_its_floor_did(self):
        self.assertIn("nothing changed", self.compare(figure("p50", 100, floor_us=50), figure("p50", 139, floor_us=70)))
        self.assertIn("**worse**", self.compare(figure("p50", 100, floor_us=50), figure("p50", 142, floor_us=70)))

    def test_more_of_a_rate_is_better(self):
        rate = {"unit": "million events per CPU second", "less_is_better": False}
        self.assertIn("better", self.compare(figure("q0", 10, **rate), figure("q0", 20, **rate)))

    def test_the_table_names_costs_lateness_and_what_was_not_measured(self):
        said = self.run_suite("report", self.write("r.json", document([figure("p50", 20)], [series("engine", 1000)])))
        self.assertIn("| 20.0 | 1.50 | 7.25 | 32.0 | 2.00 | 0 of 1 |", said)
        self.assertIn("| Jet | not installed: no jars |", said)

    def test_the_report_says_which_share_of_the_records_its_quantiles_are_of(self):
        two = [series("floor", 1000, calm_share=0.9), series("engine", 1000, calm_share=0.4)]
        said = self.run_suite("report", self.write("r.json", document([figure("p50", 20)], two)))
        self.assertIn("no other program held a core of system or generator: 65 % of all.", said)

    def test_the_page_needs_nothing_else_and_cannot_be_broken_out_of(self):
        results = document([figure("</script><b>", 20)], [series("engine", 1000)])
        page = self.folder / "page.html"
        self.run_suite("report", self.write("r.json", results), "--html", str(page), "--markdown", str(self.folder / "t.md"))
        text = page.read_text()
        self.assertNotIn("</script><b>", text)
        for outside in ("http://", "https://", "src=", "@import"):
            self.assertNotIn(outside, text)
        self.assertIn("prefers-color-scheme:dark", text)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
