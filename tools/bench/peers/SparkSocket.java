// A socket as Spark's real-time mode wants it: lines in by a source, rows out by a writer. Both connections live as long
// as the program; tasks come and go. For one partition in one virtual machine.
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.ForeachWriter;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.apache.spark.sql.connector.read.streaming.PartitionOffset;
import org.apache.spark.sql.connector.read.streaming.SupportsRealTimeMode;
import org.apache.spark.sql.connector.read.streaming.SupportsRealTimeRead;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.apache.spark.unsafe.types.UTF8String;

/** The source: `format(SparkSocket.class.getName())` with the option `port`. */
public class SparkSocket implements TableProvider {
  private static final StructType SCHEMA = new StructType().add("value", "string");

  /** Lines of a connection, each at most as long as the buffer. */
  static class Lines {
    private final Socket socket;
    private final InputStream in;
    private final byte[] bytes = new byte[1 << 18];
    private int start;
    private int end;

    Lines(int port) throws IOException {
      socket = new Socket("127.0.0.1", port);
      in = socket.getInputStream();
    }

    /** Null when none came in time. */
    UTF8String next(long timeoutMs) throws IOException {
      for (int searched = start;; searched = end) {
        for (int at = searched; at < end; ++at) {
          if (bytes[at] == '\n') {
            byte[] line = java.util.Arrays.copyOfRange(bytes, start, at);
            start = at + 1;
            return UTF8String.fromBytes(line);
          }
        }
        if (start > 0) {
          System.arraycopy(bytes, start, bytes, 0, end - start);
          end -= start;
          start = 0;
        }
        if (!fill(timeoutMs)) {
          return null;
        }
      }
    }

    private boolean fill(long timeoutMs) throws IOException {
      socket.setSoTimeout((int) Math.max(1, timeoutMs));
      try {
        int size = in.read(bytes, end, bytes.length - end);
        end += Math.max(0, size);
        return size > 0;
      } catch (SocketTimeoutException late) {
        return false;
      }
    }
  }

  private static Lines lines;
  private static OutputStream out;

  static void connect(int outPort) throws IOException {
    Socket socket = new Socket("127.0.0.1", outPort);
    socket.setTcpNoDelay(true);
    out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
  }

  static synchronized Lines lines(int port) throws IOException {
    if (lines == null) {
      lines = new Lines(port);
    }
    return lines;
  }

  /** Sends each row at once, or those of a batch at its end. */
  static class Send extends ForeachWriter<String> {
    private final boolean atOnce;

    Send(boolean atOnce) {
      this.atOnce = atOnce;
    }

    @Override
    public boolean open(long partition, long epoch) {
      return true;
    }

    @Override
    public void process(String row) {
      try {
        out.write(row.getBytes(StandardCharsets.UTF_8));
        out.write('\n');
        if (atOnce) {
          out.flush();
        }
      } catch (IOException failure) {
        throw new IllegalStateException(failure);
      }
    }

    @Override
    public void close(Throwable failure) {
      try {
        out.flush();
      } catch (IOException ended) {
        throw new IllegalStateException(ended);
      }
    }
  }

  /** Number of lines read. */
  static class Position extends Offset implements PartitionOffset {
    private final long count;

    Position(long count) {
      this.count = count;
    }

    @Override
    public String json() {
      return Long.toString(count);
    }
  }

  record Part(int port, long from) implements InputPartition {}

  static class Reader implements SupportsRealTimeRead<InternalRow> {
    private final Lines lines;
    private long count;
    private InternalRow row;

    Reader(Part part) {
      count = part.from();
      try {
        lines = lines(part.port());
      } catch (IOException failure) {
        throw new IllegalStateException(failure);
      }
    }

    @Override
    public RecordStatus nextWithTimeout(Long timeoutMs) throws IOException {
      UTF8String line = lines.next(timeoutMs);
      if (line != null) {
        row = new GenericInternalRow(new Object[] {line});
        ++count;
      }
      return RecordStatus.newStatusWithoutArrivalTime(line != null);
    }

    @Override
    public PartitionOffset getOffset() {
      return new Position(count);
    }

    @Override
    public boolean next() {
      throw new UnsupportedOperationException("only for the real-time mode");
    }

    @Override
    public InternalRow get() {
      return row;
    }

    @Override
    public void close() {}
  }

  static class Readers implements PartitionReaderFactory {
    @Override
    public PartitionReader<InternalRow> createReader(InputPartition part) {
      return new Reader((Part) part);
    }
  }

  static class Stream implements MicroBatchStream, SupportsRealTimeMode {
    private final int port;
    private Position latest = new Position(0);

    Stream(int port) {
      this.port = port;
    }

    @Override
    public Offset initialOffset() {
      return new Position(0);
    }

    @Override
    public Offset deserializeOffset(String json) {
      return new Position(Long.parseLong(json));
    }

    /** Asked for before a batch; its tasks say where it ended. */
    @Override
    public Offset latestOffset() {
      return latest;
    }

    @Override
    public InputPartition[] planInputPartitions(Offset from, Offset to) {
      throw new UnsupportedOperationException("only for the real-time mode");
    }

    @Override
    public InputPartition[] planInputPartitions(Offset from) {
      return new InputPartition[] {new Part(port, ((Position) from).count)};
    }

    @Override
    public Offset mergeOffsets(PartitionOffset[] parts) {
      latest = (Position) parts[0];
      return latest;
    }

    @Override
    public PartitionReaderFactory createReaderFactory() {
      return new Readers();
    }

    @Override
    public void commit(Offset upTo) {}

    @Override
    public void stop() {}
  }

  record LineScan(int port) implements ScanBuilder, Scan {
    @Override
    public Scan build() {
      return this;
    }

    @Override
    public StructType readSchema() {
      return SCHEMA;
    }

    @Override
    public MicroBatchStream toMicroBatchStream(String checkpoint) {
      return new Stream(port);
    }
  }

  static class Source implements Table, SupportsRead {
    @Override
    public String name() {
      return "socket";
    }

    @Override
    public StructType schema() {
      return SCHEMA;
    }

    @Override
    public Set<TableCapability> capabilities() {
      return Set.of(TableCapability.MICRO_BATCH_READ);
    }

    @Override
    public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
      return new LineScan(options.getInt("port", 0));
    }
  }

  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    return SCHEMA;
  }

  @Override
  public Table getTable(StructType schema, Transform[] partitioning, Map<String, String> properties) {
    return new Source();
  }
}
