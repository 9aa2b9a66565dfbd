// A table sink for Flink, connector `nexmark-count`: counts the rows that its result has in the end and keeps none.
import java.util.Set;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkV2Provider;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.types.RowKind;

public class NexmarkCount implements DynamicTableSinkFactory {
  // Written by the one task that the sink has; read when the job has ended.
  private static volatile long rows;

  static long numRows() {
    return rows;
  }

  static class Writer implements SinkWriter<RowData> {
    private long count;

    @Override
    public void write(RowData row, Context context) {
      RowKind kind = row.getRowKind();
      count += kind == RowKind.INSERT ? 1 : kind == RowKind.DELETE ? -1 : 0;
    }

    @Override
    public void flush(boolean isEnd) {
      rows = count;
    }

    @Override
    public void close() {}
  }

  static class CountingSink implements Sink<RowData> {
    @Override
    public SinkWriter<RowData> createWriter(WriterInitContext context) {
      return new Writer();
    }
  }

  static class CountingTable implements DynamicTableSink {
    /** As Flink's own sink `blackhole`: all but what a row was before. */
    @Override
    public ChangelogMode getChangelogMode(ChangelogMode requested) {
      ChangelogMode.Builder mode = ChangelogMode.newBuilder();
      requested.getContainedKinds().stream().filter(kind -> kind != RowKind.UPDATE_BEFORE).forEach(mode::addContainedKind);
      return mode.build();
    }

    @Override
    public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
      return SinkV2Provider.of(new CountingSink());
    }

    @Override
    public DynamicTableSink copy() {
      return new CountingTable();
    }

    @Override
    public String asSummaryString() {
      return "count";
    }
  }

  @Override
  public DynamicTableSink createDynamicTableSink(Context context) {
    return new CountingTable();
  }

  @Override
  public String factoryIdentifier() {
    return "nexmark-count";
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of();
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of();
  }
}
