# bitcoin_sliding_average: written by `millrace export spark` and yours to edit.
#
# Run it with: spark-submit <this file>
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.appName("bitcoin_sliding_average")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.ansi.enabled", "true")
    .getOrCreate()
)

raw = (
    spark.readStream.format("json")
    .schema("dt STRING, amount INT, price DOUBLE")
    .option("maxFilesPerTrigger", 1)
    .load("examples/data/trades")
)

trades = raw.selectExpr("CAST(dt AS TIMESTAMP) AS dt", "amount", "amount * price AS volume")

timed = trades.withWatermark("dt", "20 minutes")

windows = (
    timed.groupBy(F.window("dt", "10 minutes", "5 minutes"))
    .agg(F.sum("amount").alias("amount"), F.sum("volume").alias("volume"))
)

average = windows.selectExpr("window.start", "window.end", "volume / amount AS avg_price")

screen = (
    average.writeStream.format("console")
    .outputMode("append")
    .option("truncate", False)
    .queryName("screen")
    .start()
)

screen.awaitTermination()
