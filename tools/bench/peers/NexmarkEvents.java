// The NEXMark stream of the engine's own source (sources/nexmark_events.cpp) for Flink: the same shares, skew and
// sizes, texts included. A row has all columns of its kind.
import java.nio.charset.StandardCharsets;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.VarCharType;

public class NexmarkEvents {
  private static final LogicalType NUMBER = new BigIntType();
  private static final LogicalType TEXT = VarCharType.STRING_TYPE;
  private static final LogicalType TIME = new TimestampType(3);

  static final RowType PERSON = RowType.of(
      new LogicalType[] {NUMBER, TEXT, TEXT, TEXT, TEXT, TEXT, TIME, TEXT},
      new String[] {"id", "name", "emailAddress", "creditCard", "city", "state", "dateTime", "extra"});
  static final RowType AUCTION = RowType.of(
      new LogicalType[] {NUMBER, TEXT, TEXT, NUMBER, NUMBER, TIME, TIME, NUMBER, NUMBER, TEXT},
      new String[] {"id", "itemName", "description", "initialBid", "reserve", "dateTime", "expires", "seller",
          "category", "extra"});
  static final RowType BID = RowType.of(
      new LogicalType[] {NUMBER, NUMBER, NUMBER, TEXT, TEXT, TIME, TEXT},
      new String[] {"auction", "bidder", "price", "channel", "url", "dateTime", "extra"});

  static final long BASE_TIME = 1_436_918_400_000L;
  static final long EVENTS_PER_SECOND = 10_000;
  static final long FIRST_ID = 1_000;
  private static final int CHANNELS = 10_000;
  private static final String[] NAMES = {"Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah",
      "Deiter", "Walter"};
  private static final String[] LAST_NAMES = {"Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith",
      "Jones", "Noris"};
  private static final String[] CITIES = {"Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend",
      "Redmond", "Seattle", "Kent", "Cheyenne"};
  private static final String[] STATES = {"AZ", "CA", "ID", "OR", "WA", "WY"};

  private static byte[] letters;
  private static StringData[] channelNames;
  private static StringData[] urls;

  static long random(long event, long salt) {
    long x = event * 0x9e3779b97f4a7c15L + salt * 0xd1b54a32d192ed03L;
    x = (x ^ (x >>> 32)) * 0xd6e8feb86659fd93L;
    return x ^ (x >>> 32);
  }

  static long below(long random, long n) {
    return ((random >>> 32) * n) >>> 32;
  }

  static byte letter(long random) {
    return (byte) ('a' + below(random, 26));
  }

  static TimestampData time(long event) {
    return TimestampData.fromEpochMillis(BASE_TIME + event * 1_000 / EVENTS_PER_SECOND);
  }

  static long price(long random) {
    double u = (random >>> 11) * 0x1.0p-53;
    return Math.round(100 * Math.pow(10, 6 * u));
  }

  static long lastAuction(long event) {
    long round = event / 50;
    long place = event % 50;
    return place == 0 ? round * 3 - 1 : round * 3 + Math.min(place - 1, 2);
  }

  static long somePerson(long event, long salt) {
    long people = event / 50 + 1;
    long active = Math.min(people, 1_000);
    return people - active + below(random(event, salt), active + 10);
  }

  static long auctionOfBid(long event) {
    long last = Math.max(lastAuction(event), 0);
    if (random(event, 1) < 0) {
      return FIRST_ID + last / 100 * 100;
    }
    long first = Math.max(last - 100, 0);
    return FIRST_ID + first + below(random(event, 2), last - first + 11);
  }

  static long hotOr(long event, long salt, long hot) {
    return FIRST_ID + (below(random(event, salt), 4) > 0 ? event / 50 / 100 * 100 + hot : somePerson(event, salt + 1));
  }

  static StringData words(long event, long salt, int most) {
    int size = 3 + (int) below(random(event, salt), most - 3);
    byte[] text = new byte[size];
    for (int i = 0; i < size; ++i) {
      long random = random(event, salt + 64L * (i + 1));
      text[i] = below(random << 16, 13) == 0 ? (byte) ' ' : letter(random);
    }
    return StringData.fromBytes(text);
  }

  static StringData extra(long event, int average) {
    int size = average - average / 5 + (int) below(random(event, 7), 2L * (average / 5));
    int place = (int) below(random(event, 8), letters.length - size);
    return StringData.fromBytes(letters, place, size);
  }

  static StringData text(String text) {
    return StringData.fromString(text);
  }

  static synchronized void fillTables() {
    if (letters != null) {
      return;
    }
    channelNames = new StringData[CHANNELS + 4];
    urls = new StringData[CHANNELS + 4];
    String[] hot = {"Google", "Facebook", "Baidu", "Apple"};
    for (int i = 0; i < CHANNELS + 4; ++i) {
      StringBuilder url = new StringBuilder("https://www.nexmark.com/");
      for (int part = 0; part < 15; ++part) {
        url.append((char) letter(random(i, 1_000 + part)));
        if (part % 5 == 4) {
          url.append('/');
        }
      }
      url.append("item.htm?query=1");
      if (i >= 4 && below(random(i, 6), 10) > 0) {
        url.append("&channel_id=").append(random(i, 6) >>> 33);
      }
      channelNames[i] = StringData.fromBytes((i < 4 ? hot[i] : "channel-" + (i - 4)).getBytes(StandardCharsets.UTF_8));
      urls[i] = StringData.fromBytes(url.toString().getBytes(StandardCharsets.UTF_8));
    }
    byte[] filled = new byte[1 << 16];
    for (int i = 0; i < filled.length; ++i) {
      filled[i] = letter(random(i, 8));
    }
    letters = filled;
  }

  static RowData bid(long event) {
    long random = random(event, 6);
    int channel = (int) ((random & 1) != 0 ? below(random, 4) : 4 + below(random, CHANNELS));
    return GenericRowData.of(auctionOfBid(event), hotOr(event, 3, 1), price(random(event, 5)), channelNames[channel],
        urls[channel], time(event), extra(event, 68));
  }

  static RowData auction(long event) {
    long horizon = 100L * 50 / 3 * 1_000 / EVENTS_PER_SECOND;
    TimestampData expires = TimestampData.fromEpochMillis(
        time(event).getMillisecond() + 1 + below(random(event, 13), 2 * horizon));
    long initial = price(random(event, 5));
    return GenericRowData.of(FIRST_ID + lastAuction(event), words(event, 19, 20), words(event, 20, 100), initial,
        initial + price(random(event, 12)), time(event), expires, hotOr(event, 9, 0), 10 + below(random(event, 11), 5),
        extra(event, 390));
  }

  static RowData person(long event) {
    long random = random(event, 14);
    return GenericRowData.of(FIRST_ID + event / 50,
        text(NAMES[(int) below(random, 11)] + " " + LAST_NAMES[(int) below(random << 16, 9)]), words(event, 15, 16),
        words(event, 16, 20), text(CITIES[(int) below(random(event, 17), 10)]),
        text(STATES[(int) below(random(event, 18), 6)]), time(event), extra(event, 130));
  }

  /** The n-th event of a kind. */
  static class Generator implements GeneratorFunction<Long, RowData> {
    private final String kind;

    Generator(String kind) {
      this.kind = kind;
    }

    @Override
    public void open(org.apache.flink.api.connector.source.SourceReaderContext context) {
      fillTables();
    }

    @Override
    public RowData map(Long n) {
      return switch (kind) {
        case "person" -> person(n * 50);
        case "auction" -> auction(n / 3 * 50 + 1 + n % 3);
        default -> bid(n / 46 * 50 + 4 + n % 46);
      };
    }
  }

  static long count(String kind, long events) {
    return events / 50 * (kind.equals("person") ? 1 : kind.equals("auction") ? 3 : 46);
  }
}
