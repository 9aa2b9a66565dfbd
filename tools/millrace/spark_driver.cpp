#include "spark_driver.hpp"

namespace millrace::cli {

// A signal may come while the main thread waits for Spark on its own connection: another thread stops
// the queries, and the waits end by themselves.
const char* const kSparkDriver = R"py(
import json
import os
import runpy
import signal
import sys
import threading

program, reports = sys.argv[1], os.fdopen(int(sys.argv[2]), "w", buffering=1)
stop = threading.Event()
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: stop.set())

from pyspark.sql import SparkSession
from pyspark.sql.streaming import StreamingQueryListener


class Reports(StreamingQueryListener):
    def onQueryStarted(self, event):
        pass

    def onQueryProgress(self, event):
        reports.write("progress " + json.dumps(json.loads(event.progress.json)) + "\n")

    def onQueryIdle(self, event):
        pass

    def onQueryTerminated(self, event):
        pass


spark = SparkSession.builder.getOrCreate()
spark.streams.addListener(Reports())


def stop_queries():
    stop.wait()
    while True:
        for query in spark.streams.active:
            query.stop()
        stop.clear()
        stop.wait(0.1)


threading.Thread(target=stop_queries, daemon=True).start()
code = 0
try:
    runpy.run_path(program, run_name="__main__")
except Exception as failure:
    reports.write("failure " + json.dumps(str(failure)) + "\n")
    code = 1
try:
    spark.stop()
except Exception:
    pass
reports.close()
sys.exit(code)
)py";

}  // namespace millrace::cli
