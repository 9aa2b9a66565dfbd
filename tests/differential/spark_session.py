"""One Spark session that is kept alive, and the judge of expressions inside it."""

from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql.types import StructType

HERE = Path(__file__).resolve().parent


def start():
    """A local session with one core and the settings of the golden fixtures."""
    return (SparkSession.builder.master("local[1]")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.shuffle.partitions", "1")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.driver.memory", "2g")
            .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
            .config("spark.log.level", "OFF")
            .getOrCreate())


class ExpressionJudge:
    """Evaluates expressions by Spark, row by row (SparkJudge.java)."""

    def __init__(self, spark):
        self.spark = spark
        compiler = spark._jvm.org.codehaus.janino.SimpleCompiler()
        compiler.setParentClassLoader(spark._jvm.Thread.currentThread().getContextClassLoader())
        compiler.cook((HERE / "SparkJudge.java").read_text())
        self.judge = compiler.getClassLoader().loadClass("SparkJudge").newInstance()

    def evaluate(self, request):
        """The text of the answer to a request in the form of expression_rows.hpp."""
        self.spark.conf.set("spark.sql.ansi.enabled", str(request["ansi"]).lower())
        self.spark.conf.set("spark.sql.session.timeZone", request["timeZone"])
        schema = StructType.fromDDL(request["schema"])
        frame = self.spark.createDataFrame(self.spark.sparkContext.emptyRDD(), schema)
        import json
        return self.judge.judge(frame._jdf, json.dumps(request))
