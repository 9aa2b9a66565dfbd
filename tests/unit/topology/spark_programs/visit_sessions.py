# visit_sessions: written by `millrace export spark` and yours to edit.
#
# Run it with: spark-submit <this file>
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.appName("visit_sessions")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.ansi.enabled", "true")
    .getOrCreate()
)

visits = (
    spark.readStream.format("json")
    .schema("user STRING, at TIMESTAMP, page STRING")
    .option("maxFilesPerTrigger", 1)
    .load("examples/data/visits")
    .withWatermark("at", "1 minute")
)

sessions = (
    visits.groupBy("user", F.session_window("at", "30 seconds"))
    .agg(F.count("*").alias("pages"))
)

shown = sessions.selectExpr("user", "session_window.start AS start", "session_window.end AS end", "pages")

screen = (
    shown.writeStream.format("console")
    .option("truncate", False)
    .queryName("screen")
    .start()
)

screen.awaitTermination()
