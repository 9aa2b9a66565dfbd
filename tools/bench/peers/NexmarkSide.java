// The bounded side input of NEXMark's q13 for Flink, connector `nexmark-side`: a file of `key,value` lines that is
// read once and looked up in memory. Flink's own connector for files cannot be looked up in.
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.LookupTableSource;
import org.apache.flink.table.connector.source.lookup.LookupFunctionProvider;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.LookupFunction;

public class NexmarkSide implements DynamicTableSourceFactory {
  private static final ConfigOption<String> PATH = ConfigOptions.key("path").stringType().noDefaultValue();

  /** Rows of a key. */
  public static class Lookup extends LookupFunction {
    private final String path;
    private transient Map<Long, List<RowData>> rows;

    Lookup(String path) {
      this.path = path;
    }

    @Override
    public void open(FunctionContext context) throws IOException {
      rows = new HashMap<>();
      List<String> lines = Files.readAllLines(Path.of(path));
      for (String line : lines.subList(1, lines.size())) {
        int comma = line.indexOf(',');
        long key = Long.parseLong(line.substring(0, comma));
        rows.put(key, List.of(GenericRowData.of(key, StringData.fromString(line.substring(comma + 1)))));
      }
    }

    @Override
    public Collection<RowData> lookup(RowData key) {
      return rows.getOrDefault(key.getLong(0), List.of());
    }
  }

  static class SideTable implements LookupTableSource {
    private final String path;

    SideTable(String path) {
      this.path = path;
    }

    @Override
    public LookupRuntimeProvider getLookupRuntimeProvider(LookupContext context) {
      return LookupFunctionProvider.of(new Lookup(path));
    }

    @Override
    public DynamicTableSource copy() {
      return new SideTable(path);
    }

    @Override
    public String asSummaryString() {
      return "side input";
    }
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
    helper.validate();
    return new SideTable(helper.getOptions().get(PATH));
  }

  @Override
  public String factoryIdentifier() {
    return "nexmark-side";
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of(PATH);
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of();
  }
}
