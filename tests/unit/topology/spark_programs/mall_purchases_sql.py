# mall_purchases_sql: written by `millrace export spark` and yours to edit.
#
# Run it with: spark-submit <this file>
from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.appName("mall_purchases_sql")
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

events.createOrReplaceTempView("events")
ordered = spark.sql("""
SELECT window, district, count(*) AS purchases
FROM events
WHERE action = 'purchase'
GROUP BY window(eventTime, '1 minute'), district
ORDER BY window, district
""")

screen = (
    ordered.writeStream.format("console")
    .outputMode("complete")
    .option("truncate", False)
    .option("numRows", 100)
    .queryName("screen")
    .start()
)

screen.awaitTermination()
