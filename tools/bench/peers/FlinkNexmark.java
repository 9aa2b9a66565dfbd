// NEXMark queries by Flink SQL, from the generated stream to a sink that counts, of q10 to files.
//   FlinkNexmark QUERY EVENTS FOLDER
// Prints how many rows its result has; exit code 2: why Flink SQL does not take the query. FOLDER has side/side.csv and
// gets what is written. Tuned as in github.com/nexmark/nexmark: objects reused, mini-batches of 2 s, split distinct
// aggregates. One task of each kind, state in memory, no checkpoints but for q10, whose files need them: one a second.
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.TableDescriptor;
import org.apache.flink.table.api.TableException;
import org.apache.flink.table.api.TablePipeline;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;

public class FlinkNexmark {
  private static final String HOP =
      "TABLE(HOP(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '2' SECOND, INTERVAL '10' SECOND))";
  private static final String DISTINCT = """
      count(*), count(*) FILTER (WHERE price < 10000), count(*) FILTER (WHERE price >= 10000 AND price < 1000000),
      count(*) FILTER (WHERE price >= 1000000), count(DISTINCT bidder), count(DISTINCT bidder) FILTER (WHERE price < 10000),
      count(DISTINCT bidder) FILTER (WHERE price >= 10000 AND price < 1000000),
      count(DISTINCT bidder) FILTER (WHERE price >= 1000000), count(DISTINCT auction),
      count(DISTINCT auction) FILTER (WHERE price < 10000),
      count(DISTINCT auction) FILTER (WHERE price >= 10000 AND price < 1000000),
      count(DISTINCT auction) FILTER (WHERE price >= 1000000) FROM bid""";
  private static final String CHANNEL_ID = "REGEXP_EXTRACT(url, '(&|^)channel_id=([^&]*)', 2)";

  private static final Map<String, String> QUERIES = Map.ofEntries(
      Map.entry("q0", "SELECT auction, bidder, price, `dateTime`, extra FROM bid"),
      Map.entry("q1", "SELECT auction, bidder, 0.908 * price AS price, `dateTime`, extra FROM bid"),
      Map.entry("q2", "SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0"),
      Map.entry("q3", """
          SELECT P.name, P.city, P.state, A.id FROM auction A JOIN person P ON A.seller = P.id
          WHERE A.category = 10 AND P.state IN ('OR', 'ID', 'CA')"""),
      Map.entry("q4", """
          SELECT category, AVG(final) FROM (
            SELECT MAX(B.price) AS final, A.category FROM auction A, bid B
            WHERE A.id = B.auction AND B.`dateTime` BETWEEN A.`dateTime` AND A.expires GROUP BY A.id, A.category)
          GROUP BY category"""),
      Map.entry("q5", """
          SELECT A.auction, A.num FROM (
            SELECT auction, count(*) AS num, window_start AS s, window_end AS e FROM %1$s GROUP BY auction, window_start, window_end) A
          JOIN (SELECT max(num) AS most, s, e FROM (
              SELECT count(*) AS num, window_start AS s, window_end AS e FROM %1$s GROUP BY auction, window_start, window_end)
            GROUP BY s, e) M
          ON A.s = M.s AND A.e = M.e AND A.num >= M.most""".formatted(HOP)),
      Map.entry("q6", """
          SELECT seller, AVG(final) OVER (PARTITION BY seller ORDER BY `dateTime` ROWS BETWEEN 10 PRECEDING AND CURRENT ROW) FROM (
            SELECT MAX(B.price) AS final, A.seller, B.`dateTime` FROM auction A, bid B
            WHERE A.id = B.auction AND B.`dateTime` BETWEEN A.`dateTime` AND A.expires GROUP BY A.id, A.seller, B.`dateTime`)"""),
      Map.entry("q7", """
          SELECT B.auction, B.price, B.bidder, B.`dateTime`, B.extra FROM bid B JOIN (
            SELECT MAX(price) AS most, window_end AS ended
            FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND)) GROUP BY window_start, window_end) M
          ON B.price = M.most WHERE B.`dateTime` BETWEEN M.ended - INTERVAL '10' SECOND AND M.ended"""),
      Map.entry("q8", """
          SELECT P.id, P.name, P.s FROM (
            SELECT id, name, window_start AS s, window_end AS e
            FROM TABLE(TUMBLE(TABLE person, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
            GROUP BY id, name, window_start, window_end) P
          JOIN (
            SELECT seller, window_start AS s, window_end AS e
            FROM TABLE(TUMBLE(TABLE auction, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
            GROUP BY seller, window_start, window_end) A
          ON P.id = A.seller AND P.s = A.s AND P.e = A.e"""),
      Map.entry("q9", """
          SELECT * FROM (
            SELECT A.*, B.auction, B.bidder, B.price, B.`dateTime` AS bidTime, B.extra AS bidExtra,
              ROW_NUMBER() OVER (PARTITION BY A.id ORDER BY B.price DESC, B.`dateTime` ASC) AS place
            FROM auction A, bid B WHERE A.id = B.auction AND B.`dateTime` BETWEEN A.`dateTime` AND A.expires)
          WHERE place <= 1"""),
      Map.entry("q10", """
          SELECT auction, bidder, price, `dateTime`, extra, DATE_FORMAT(`dateTime`, 'yyyy-MM-dd'), DATE_FORMAT(`dateTime`, 'HH:mm')
          FROM bid"""),
      Map.entry("q11", """
          SELECT bidder, count(*), SESSION_START(`dateTime`, INTERVAL '10' SECOND), SESSION_END(`dateTime`, INTERVAL '10' SECOND)
          FROM bid GROUP BY bidder, SESSION(`dateTime`, INTERVAL '10' SECOND)"""),
      Map.entry("q12", """
          SELECT bidder, count(*), window_start, window_end
          FROM TABLE(TUMBLE(TABLE timed_bid, DESCRIPTOR(arrival), INTERVAL '10' SECOND)) GROUP BY bidder, window_start, window_end"""),
      Map.entry("q13", """
          SELECT B.auction, B.bidder, B.price, B.`dateTime`, S.`value` FROM (SELECT *, PROCTIME() AS arrival FROM bid) B
          JOIN side FOR SYSTEM_TIME AS OF B.arrival AS S ON MOD(B.auction, 10000) = S.`key`"""),
      Map.entry("q14", """
          SELECT auction, bidder, 0.908 * price AS price,
            CASE WHEN HOUR(`dateTime`) >= 8 AND HOUR(`dateTime`) <= 18 THEN 'dayTime'
              WHEN HOUR(`dateTime`) <= 6 OR HOUR(`dateTime`) >= 20 THEN 'nightTime' ELSE 'otherTime' END AS bidTimeType,
            `dateTime`, extra, count_char(extra, 'c') AS c_counts
          FROM bid WHERE 0.908 * price > 1000000 AND 0.908 * price < 50000000"""),
      Map.entry("q15", "SELECT DATE_FORMAT(`dateTime`, 'yyyy-MM-dd'), " + DISTINCT
          + " GROUP BY DATE_FORMAT(`dateTime`, 'yyyy-MM-dd')"),
      Map.entry("q16", "SELECT channel, DATE_FORMAT(`dateTime`, 'yyyy-MM-dd'), max(DATE_FORMAT(`dateTime`, 'HH:mm')), "
          + DISTINCT + " GROUP BY channel, DATE_FORMAT(`dateTime`, 'yyyy-MM-dd')"),
      Map.entry("q17", """
          SELECT auction, DATE_FORMAT(`dateTime`, 'yyyy-MM-dd'), count(*), count(*) FILTER (WHERE price < 10000),
            count(*) FILTER (WHERE price >= 10000 AND price < 1000000), count(*) FILTER (WHERE price >= 1000000),
            min(price), max(price), avg(price), sum(price)
          FROM bid GROUP BY auction, DATE_FORMAT(`dateTime`, 'yyyy-MM-dd')"""),
      Map.entry("q18", """
          SELECT * FROM (
            SELECT B.*, ROW_NUMBER() OVER (PARTITION BY bidder, auction ORDER BY `dateTime` DESC) AS place FROM bid B)
          WHERE place <= 1"""),
      Map.entry("q19", """
          SELECT * FROM (SELECT B.*, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC) AS place FROM bid B)
          WHERE place <= 10"""),
      Map.entry("q20", """
          SELECT B.*, A.itemName, A.description, A.initialBid, A.reserve, A.`dateTime` AS auctionTime, A.expires, A.seller,
            A.category, A.extra AS auctionExtra
          FROM bid B JOIN auction A ON B.auction = A.id WHERE A.category = 10"""),
      Map.entry("q21", """
          SELECT auction, bidder, price, channel,
            CASE WHEN lower(channel) = 'apple' THEN '0' WHEN lower(channel) = 'google' THEN '1'
              WHEN lower(channel) = 'facebook' THEN '2' WHEN lower(channel) = 'baidu' THEN '3' ELSE %1$s END
          FROM bid WHERE %1$s IS NOT NULL OR lower(channel) IN ('apple', 'google', 'facebook', 'baidu')"""
          .formatted(CHANNEL_ID)),
      Map.entry("q22", """
          SELECT auction, bidder, price, channel, SPLIT_INDEX(url, '/', 3), SPLIT_INDEX(url, '/', 4), SPLIT_INDEX(url, '/', 5)
          FROM bid"""));

  private static final String FILES = """
      CREATE TEMPORARY TABLE files (auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3), extra STRING,
        dt STRING, hm STRING) PARTITIONED BY (dt, hm)
      WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = 'file://%s/flink',
        'sink.partition-commit.trigger' = 'partition-time', 'sink.partition-commit.delay' = '1 min',
        'sink.partition-commit.policy.kind' = 'success-file', 'partition.time-extractor.timestamp-pattern' = '$dt $hm:00',
        'sink.rolling-policy.rollover-interval' = '1 min', 'sink.rolling-policy.check-interval' = '1 min')""";
  private static final String SIDE = """
      CREATE TEMPORARY TABLE side (`key` BIGINT, `value` STRING)
      WITH ('connector' = 'nexmark-side', 'path' = '%s/side/side.csv')""";

  /** Counts a letter, as the function of the original that q14 calls. */
  public static class CountChar extends ScalarFunction {
    public long eval(@DataTypeHint(value = "STRING", bridgedTo = StringData.class) StringData text,
        @DataTypeHint(value = "STRING", bridgedTo = StringData.class) StringData letter) {
      byte wanted = letter.toBytes()[0];
      long count = 0;
      for (byte one : text.toBytes()) {
        count += one == wanted ? 1 : 0;
      }
      return count;
    }
  }

  /** Whether a query needs a column: it names it, or all of the kind. Event time is needed by the watermark. */
  static boolean names(String query, String kind, String column) {
    return column.equals("dateTime") || query.contains(kind.substring(0, 1).toUpperCase() + ".*")
        || query.matches("(?s).*\\b" + column + "\\b.*");
  }

  static void addTable(StreamExecutionEnvironment environment, StreamTableEnvironment tables, String kind, String query,
      long events) {
    DataStream<RowData> rows = environment.fromSource(
        new DataGeneratorSource<>(new NexmarkEvents.Generator(kind, column -> names(query, kind, column)),
            NexmarkEvents.count(kind, events), InternalTypeInfo.of(NexmarkEvents.type(kind))),
        WatermarkStrategy.noWatermarks(), kind);
    tables.createTemporaryView(kind, rows,
        Schema.newBuilder().watermark("dateTime", "`dateTime` - INTERVAL '4' SECOND").build());
  }

  static Configuration settings(String query) {
    Configuration settings = new Configuration();
    settings.setString("parallelism.default", "1");
    settings.setString("pipeline.object-reuse", "true");
    settings.setString("table.exec.mini-batch.enabled", "true");
    settings.setString("table.exec.mini-batch.allow-latency", "2 s");
    settings.setString("table.exec.mini-batch.size", "50000");
    settings.setString("table.optimizer.distinct-agg.split.enabled", "true");
    if (query.equals("q10")) {
      settings.setString("execution.checkpointing.interval", "1 s");
    }
    return settings;
  }

  static TableResult start(String query, long events, String folder) {
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment(settings(query));
    StreamTableEnvironment tables = StreamTableEnvironment.create(environment);
    for (String kind : new String[] {"person", "auction", "bid"}) {
      addTable(environment, tables, kind, QUERIES.get(query), events);
    }
    tables.createTemporarySystemFunction("count_char", CountChar.class);
    tables.executeSql("CREATE TEMPORARY VIEW timed_bid AS SELECT bidder, PROCTIME() AS arrival FROM bid");
    tables.executeSql(SIDE.formatted(folder));
    tables.executeSql(FILES.formatted(folder));
    Table result = tables.sqlQuery(QUERIES.get(query));
    TablePipeline pipeline = query.equals("q10") ? result.insertInto("files")
        : result.insertInto(TableDescriptor.forConnector("nexmark-count").build());
    return pipeline.execute();
  }

  public static void main(String[] args) throws Exception {
    TableResult run;
    try {
      run = start(args[0], Long.parseLong(args[1]), args[2]);
    } catch (TableException | ValidationException refusal) {
      System.out.println(refusal.getMessage().lines().findFirst().orElse(""));
      System.exit(2);
      return;
    }
    run.await();
    System.out.println(NexmarkCount.numRows());
  }
}
