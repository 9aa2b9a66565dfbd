# sales_by_region: written by `millrace export spark` and yours to edit.
#
# Run it with: spark-submit <this file>
from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.appName("sales_by_region")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.ansi.enabled", "true")
    .getOrCreate()
)

stores = (
    spark.read.format("json")
    .schema("store STRING, city STRING, region STRING")
    .load("examples/data/stores")
)

sales = (
    spark.readStream.format("json")
    .schema("store STRING, amount BIGINT")
    .option("maxFilesPerTrigger", 1)
    .load("examples/data/sales")
)

known = sales.join(stores, ["store"], "left")

named = known.selectExpr("store", "amount", "coalesce(region, 'unknown') AS region")

screen = named.writeStream.format("console").queryName("screen").start()

screen.awaitTermination()
