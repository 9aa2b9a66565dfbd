# mall_purchases: written by `millrace export spark` and yours to edit.
#
# Run it with: spark-submit <this file>
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.appName("mall_purchases")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.ansi.enabled", "true")
    .getOrCreate()
)

events = (
    spark.readStream.format("json")
    .schema("eventTime TIMESTAMP, action STRING, district STRING")
    .option("maxFilesPerTrigger", 1)
    .load("examples/data/mall")
)

purchases = events.where("action = 'purchase'")

per_minute = (
    purchases.groupBy(F.window("eventTime", "1 minute"), "district")
    .agg(F.count("*").alias("purchases"))
)

ordered = per_minute.orderBy("window", "district")

screen = (
    ordered.writeStream.format("console")
    .outputMode("complete")
    .option("truncate", False)
    .option("numRows", 100)
    .queryName("screen")
    .start()
)

screen.awaitTermination()
