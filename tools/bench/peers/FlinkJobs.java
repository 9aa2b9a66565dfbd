// The suite's TCP jobs on Flink's DataStream API: JSON lines in from one port, JSON rows out to another.
//   FlinkJobs J1|J2|J3|J4 default|tuned IN_PORT OUT_PORT [CHECKPOINT_MS FOLDER]
// default: what Flink does when nothing is set, but for parallelism 1. tuned: no buffer timeout, objects reused,
// for windows watermarks every millisecond.
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

public class FlinkJobs {
  public static class Total {
    public long count;
    public double sum;
  }

  /** Writes each row to the socket at once, as the load waits for it. */
  static class Send extends RichMapFunction<String, String> {
    private final int port;
    private transient Socket socket;
    private transient OutputStream out;

    Send(int port) {
      this.port = port;
    }

    @Override
    public void open(OpenContext context) throws IOException {
      socket = new Socket("127.0.0.1", port);
      socket.setTcpNoDelay(true);
      out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
    }

    @Override
    public String map(String row) throws IOException {
      out.write(row.getBytes(StandardCharsets.UTF_8));
      out.flush();
      return row;
    }

    @Override
    public void close() throws IOException {
      if (socket != null) {
        socket.close();
      }
    }
  }

  /** Running count and sum of each user. */
  static class RunningTotal extends KeyedProcessFunction<String, Payment, String> {
    private transient ValueState<Total> totals;

    @Override
    public void open(OpenContext context) {
      totals = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Total.class));
    }

    @Override
    public void processElement(Payment payment, Context context, Collector<String> out) throws IOException {
      Total total = totals.value();
      if (total == null) {
        total = new Total();
      }
      ++total.count;
      total.sum += payment.amount;
      totals.update(total);
      out.collect("{\"id\":" + payment.id + ",\"due\":" + payment.due + ",\"user\":\"" + payment.user
          + "\",\"n\":" + total.count + ",\"total\":" + total.sum + "}\n");
    }
  }

  static class WindowTotal implements AggregateFunction<Payment, Total, Total> {
    @Override
    public Total createAccumulator() {
      return new Total();
    }

    @Override
    public Total add(Payment payment, Total total) {
      ++total.count;
      total.sum += payment.amount;
      return total;
    }

    @Override
    public Total getResult(Total total) {
      return total;
    }

    @Override
    public Total merge(Total a, Total b) {
      a.count += b.count;
      a.sum += b.sum;
      return a;
    }
  }

  static class WindowRow extends ProcessWindowFunction<Total, String, String, TimeWindow> {
    @Override
    public void process(String user, Context context, Iterable<Total> totals, Collector<String> out) {
      Total total = totals.iterator().next();
      out.collect("{\"user\":\"" + user + "\",\"n\":" + total.count + ",\"total\":" + total.sum
          + ",\"due\":" + context.window().getEnd() * 1_000_000 + "}\n");
    }
  }

  /** The table is in memory, as in a broadcast join. */
  static class Join extends RichMapFunction<Payment, String> {
    private transient Map<String, String> countries;

    @Override
    public void open(OpenContext context) {
      countries = new HashMap<>();
      for (int i = 0; i < 10_000; ++i) {
        countries.put("u" + i, "country " + i % 200);
      }
    }

    @Override
    public String map(Payment payment) {
      return payment.row(payment.amount) + ",\"country\":\"" + countries.get(payment.user) + "\"}\n";
    }
  }

  static DataStream<String> windows(DataStream<Payment> payments) {
    return payments
        .assignTimestampsAndWatermarks(WatermarkStrategy.<Payment>forMonotonousTimestamps()
            .withTimestampAssigner((payment, before) -> payment.due / 1_000_000))
        .keyBy(payment -> payment.user)
        .window(TumblingEventTimeWindows.of(Duration.ofSeconds(1)))
        .aggregate(new WindowTotal(), new WindowRow());
  }

  static DataStream<String> rows(String job, DataStream<Payment> payments) {
    return switch (job) {
      case "J1" -> payments.filter(payment -> payment.amount > 10).map(payment -> payment.row(payment.amount * 2) + "}\n");
      case "J2" -> windows(payments);
      case "J3" -> payments.map(new Join());
      case "J4" -> payments.keyBy(payment -> payment.user).process(new RunningTotal());
      default -> throw new IllegalArgumentException("no such job: '" + job + "'");
    };
  }

  static Configuration settings(boolean tuned, String[] args) {
    Configuration settings = new Configuration();
    settings.setString("parallelism.default", "1");
    if (tuned) {
      settings.setString("execution.buffer-timeout.interval", "0 ms");
      settings.setString("pipeline.object-reuse", "true");
    }
    if (tuned && args[0].equals("J2")) {
      settings.setString("pipeline.auto-watermark-interval", "1 ms");
    }
    if (args.length > 5) {
      settings.setString("execution.checkpointing.interval", args[4] + " ms");
      settings.setString("execution.checkpointing.dir", "file://" + args[5]);
    }
    return settings;
  }

  public static void main(String[] args) throws Exception {
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(settings(args[1].equals("tuned"), args));
    DataStream<Payment> payments = environment.socketTextStream("127.0.0.1", Integer.parseInt(args[2])).map(Payment::parse);
    rows(args[0], payments).map(new Send(Integer.parseInt(args[3]))).sinkTo(new DiscardingSink<>());
    environment.execute(args[0]);
  }
}
