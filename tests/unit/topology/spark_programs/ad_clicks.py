# ad_clicks: written by `millrace export spark` and yours to edit.
#
# Run it with: spark-submit <this file>
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.appName("ad_clicks")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.ansi.enabled", "true")
    .getOrCreate()
)

clicks = (
    spark.readStream.format("json")
    .schema("shown STRING, clicked TIMESTAMP")
    .option("maxFilesPerTrigger", 1)
    .load("examples/data/clicks")
    .withWatermark("clicked", "10 seconds")
)

views = (
    spark.readStream.format("json")
    .schema("ad STRING, seen TIMESTAMP")
    .option("maxFilesPerTrigger", 1)
    .load("examples/data/views")
    .withWatermark("seen", "10 seconds")
)

answered = views.join(clicks, F.expr("ad = shown AND clicked BETWEEN seen AND seen + INTERVAL 30 SECONDS"), "left")

shown = answered.selectExpr("ad", "seen", "clicked")

screen = (
    shown.writeStream.format("console")
    .option("truncate", False)
    .queryName("screen")
    .start()
)

screen.awaitTermination()
