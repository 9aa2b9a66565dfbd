// The suite's TCP jobs on Hazelcast Jet: JSON lines in from one port, JSON rows out to another.
//   JetJobs J1|J2|J3|J4 default|tuned IN_PORT OUT_PORT [CHECKPOINT_MS FOLDER]
// default: what Jet does when nothing is set, but for one cooperative thread and local parallelism 1. tuned: that thread
// never sleeps, and rows are sent by it instead of by a thread of the sink's. FOLDER is not used: snapshots are in memory.
import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.jet.aggregate.AggregateOperations;
import com.hazelcast.jet.config.JobConfig;
import com.hazelcast.jet.config.ProcessingGuarantee;
import com.hazelcast.jet.datamodel.Tuple2;
import com.hazelcast.jet.pipeline.Pipeline;
import com.hazelcast.jet.pipeline.ServiceFactories;
import com.hazelcast.jet.pipeline.SinkBuilder;
import com.hazelcast.jet.pipeline.Sinks;
import com.hazelcast.jet.pipeline.Sources;
import com.hazelcast.jet.pipeline.StreamSourceStage;
import com.hazelcast.jet.pipeline.StreamStage;
import com.hazelcast.jet.pipeline.WindowDefinition;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

public class JetJobs {
  public static class Total implements Serializable {
    public long count;
    public double sum;
  }

  static class Connection {
    private final Socket socket;
    private final OutputStream out;

    Connection(int port) throws IOException {
      socket = new Socket("127.0.0.1", port);
      socket.setTcpNoDelay(true);
      out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
    }

    void write(String row) throws IOException {
      out.write(row.getBytes(StandardCharsets.UTF_8));
    }

    void flush() throws IOException {
      out.flush();
    }

    void close() throws IOException {
      socket.close();
    }
  }

  static String add(Total total, Payment payment) {
    ++total.count;
    total.sum += payment.amount;
    return "{\"id\":" + payment.id + ",\"due\":" + payment.due + ",\"user\":\"" + payment.user
        + "\",\"n\":" + total.count + ",\"total\":" + total.sum + "}\n";
  }

  static Map<String, String> countries() {
    Map<String, String> countries = new HashMap<>();
    for (int i = 0; i < 10_000; ++i) {
      countries.put("u" + i, "country " + i % 200);
    }
    return countries;
  }

  static StreamStage<String> windows(StreamSourceStage<String> lines) {
    return lines.withoutTimestamps().map(Payment::parse)
        .addTimestamps(payment -> payment.due / 1_000_000, 0)
        .groupingKey(payment -> payment.user)
        .window(WindowDefinition.tumbling(1000))
        .aggregate(AggregateOperations.allOf(
            AggregateOperations.counting(), AggregateOperations.summingDouble((Payment payment) -> payment.amount)))
        .map(window -> {
          Tuple2<Long, Double> total = window.result();
          return "{\"user\":\"" + window.key() + "\",\"n\":" + total.f0() + ",\"total\":" + total.f1()
              + ",\"due\":" + window.end() * 1_000_000 + "}\n";
        });
  }

  static StreamStage<String> rows(String job, StreamSourceStage<String> lines) {
    if (job.equals("J2")) {
      return windows(lines);
    }
    StreamStage<Payment> payments = lines.withoutTimestamps().map(Payment::parse);
    return switch (job) {
      case "J1" -> payments.filter(payment -> payment.amount > 10).map(payment -> payment.row(payment.amount * 2) + "}\n");
      case "J3" -> payments.mapUsingService(ServiceFactories.sharedService(context -> countries()),
          (table, payment) -> payment.row(payment.amount) + ",\"country\":\"" + table.get(payment.user) + "\"}\n");
      case "J4" -> payments.groupingKey(payment -> payment.user).mapStateful(Total::new, (total, user, payment) -> add(total, payment));
      default -> throw new IllegalArgumentException("no such job: '" + job + "'");
    };
  }

  /** Windows come in bursts: one flush for what waits. Else `atOnce` sends each row on the thread that made it. */
  static void send(StreamStage<String> rows, int port, boolean atOnce) {
    if (!atOnce) {
      rows.writeTo(SinkBuilder.sinkBuilder("send", context -> new Connection(port)).<String>receiveFn(Connection::write)
          .flushFn(Connection::flush).destroyFn(Connection::close).build());
      return;
    }
    rows.mapUsingService(ServiceFactories.nonSharedService(context -> new Connection(port), Connection::close),
        (connection, row) -> {
          connection.write(row);
          connection.flush();
          return row;
        }).setLocalParallelism(1).writeTo(Sinks.noop());
  }

  static Config member(boolean tuned) {
    Config config = new Config();
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.logging.type", "none");
    if (tuned) {
      config.setProperty("hazelcast.jet.idle.cooperative.min.microseconds", "0");
      config.setProperty("hazelcast.jet.idle.cooperative.max.microseconds", "0");
    }
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
    config.getJetConfig().setEnabled(true).setCooperativeThreadCount(1);
    return config;
  }

  public static void main(String[] args) {
    String job = args[0];
    boolean tuned = args[1].equals("tuned");
    Pipeline pipeline = Pipeline.create();
    StreamSourceStage<String> lines =
        pipeline.readFrom(Sources.socket("127.0.0.1", Integer.parseInt(args[2]), StandardCharsets.UTF_8));
    send(rows(job, lines), Integer.parseInt(args[3]), tuned && !job.equals("J2"));
    JobConfig config = new JobConfig();
    if (args.length > 5) {
      config.setProcessingGuarantee(ProcessingGuarantee.EXACTLY_ONCE).setSnapshotIntervalMillis(Long.parseLong(args[4]));
    }
    HazelcastInstance member = Hazelcast.newHazelcastInstance(member(tuned));
    member.getJet().newJob(pipeline, config).join();
    member.shutdown();
  }
}
