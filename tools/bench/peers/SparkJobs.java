// The suite's TCP jobs on Spark Structured Streaming: JSON lines in from one port, JSON rows out to another.
//   SparkJobs J1|J3|J4 default|tuned IN_PORT OUT_PORT [CHECKPOINT_MS FOLDER]
// default: micro-batches as fast as they follow one another, from Spark's own socket source. tuned: the real-time mode in
// batches of 5 s, the shortest that it takes; CHECKPOINT_MS cannot be kept. Both: one partition, two task threads.
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.from_json;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.OutputMode;
import org.apache.spark.sql.streaming.StatefulProcessor;
import org.apache.spark.sql.streaming.TTLConfig;
import org.apache.spark.sql.streaming.TimeMode;
import org.apache.spark.sql.streaming.TimerValues;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.streaming.ValueState;
import org.apache.spark.sql.types.StructType;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;

public class SparkJobs {
  private static final StructType PAYMENT =
      new StructType().add("id", "long").add("due", "long").add("user", "string").add("amount", "double");

  /** Running count and sum of each user: the state is "count sum". */
  static class RunningTotal extends StatefulProcessor<String, Row, String> {
    private transient ValueState<Row> totals;

    @Override
    public void init(OutputMode mode, TimeMode time) {
      totals = getHandle().getValueState(
          "total", Encoders.row(new StructType().add("count", "long").add("sum", "double")), TTLConfig.NONE());
    }

    @Override
    public Iterator<String> handleInputRows(String user, Iterator<Row> payments, TimerValues times) {
      Row total = totals.exists() ? totals.get() : null;
      long count = total == null ? 0 : total.getLong(0);
      double sum = total == null ? 0 : total.getDouble(1);
      List<String> rows = new ArrayList<>();
      while (payments.hasNext()) {
        Row payment = payments.next();
        ++count;
        sum += payment.getDouble(3);
        rows.add("{\"id\":" + payment.getLong(0) + ",\"due\":" + payment.getLong(1) + ",\"user\":\"" + user
            + "\",\"n\":" + count + ",\"total\":" + sum + "}");
      }
      totals.update(org.apache.spark.sql.RowFactory.create(count, sum));
      return CollectionConverters.asScala(rows.iterator());
    }
  }

  static Dataset<String> rows(SparkSession spark, String job, Dataset<Row> payments) {
    return switch (job) {
      case "J1" -> payments.where("amount > 10")
          .selectExpr("to_json(struct(id, due, user, amount * 2 AS amount))").as(Encoders.STRING());
      case "J3" -> payments.join(broadcast(spark.range(10_000)
              .selectExpr("concat('u', id) AS user", "concat('country ', id % 200) AS country")), "user")
          .selectExpr("to_json(struct(id, due, user, amount, country))").as(Encoders.STRING());
      case "J4" -> payments.groupByKey((MapFunction<Row, String>) payment -> payment.getString(2), Encoders.STRING())
          .transformWithState(new RunningTotal(), TimeMode.None(), OutputMode.Update(), Encoders.STRING());
      default -> throw new IllegalArgumentException("no such job: '" + job + "'");
    };
  }

  static Dataset<Row> lines(SparkSession spark, boolean realTime, String port) {
    return spark.readStream().format(realTime ? SparkSocket.class.getName() : "socket")
        .option("host", "127.0.0.1").option("port", port).load();
  }

  static SparkSession session() {
    return SparkSession.builder().master("local[2]").config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.streaming.realTimeMode.allowlistCheck", "false")
        .config("spark.sql.streaming.stateStore.providerClass",
            "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider")
        .getOrCreate();
  }

  static String checkpoint(String[] args) throws IOException {
    return args.length > 5 ? args[5] : Files.createTempDirectory("spark").toString();
  }

  public static void main(String[] args) throws Exception {
    boolean realTime = args[1].equals("tuned");
    SparkSession spark = session();
    spark.sparkContext().setLogLevel("ERROR");
    SparkSocket.connect(Integer.parseInt(args[3]));
    Dataset<Row> payments = lines(spark, realTime, args[2]).select(from_json(col("value"), PAYMENT).as("r")).select("r.*");
    rows(spark, args[0], payments).writeStream().outputMode("update")
        .trigger(realTime ? Trigger.RealTime("5 seconds") : Trigger.ProcessingTime(0))
        .option("checkpointLocation", checkpoint(args)).foreach(new SparkSocket.Send(realTime)).start().awaitTermination();
  }
}
