// The NEXMark stream of the engine's own source (sources/nexmark_events.cpp) for Flink: the same numbers, times,
// channels and choices, texts of the same sizes. A row has the columns that were asked for; the others are null.
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
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

  private static final RowType PERSON = RowType.of(
      new LogicalType[] {NUMBER, TEXT, TEXT, TEXT, TEXT, TEXT, TIME, TEXT},
      new String[] {"id", "name", "emailAddress", "creditCard", "city", "state", "dateTime", "extra"});
  private static final RowType AUCTION = RowType.of(
      new LogicalType[] {NUMBER, TEXT, TEXT, NUMBER, NUMBER, TIME, TIME, NUMBER, NUMBER, TEXT},
      new String[] {"id", "itemName", "description", "initialBid", "reserve", "dateTime", "expires", "seller",
          "category", "extra"});
  private static final RowType BID = RowType.of(
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

  private static final int PRICE_STEPS = 4_096;

  private static double[] prices;
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

  static long millis(long event) {
    return BASE_TIME + event * 1_000 / EVENTS_PER_SECOND;
  }

  static TimestampData time(long event) {
    return TimestampData.fromEpochMillis(millis(event));
  }

  /** When an auction closes. */
  static TimestampData expiry(long event) {
    long horizon = millis(event + 100 * 50 / 3) - millis(event);
    return TimestampData.fromEpochMillis(millis(event) + 1 + below(random(event, 13), Math.max(2 * horizon, 1)));
  }

  static long price(long random) {
    int step = (int) (random >>> 52);
    double part = ((random >>> 20) & 0xffffffffL) / 4294967296.0;
    return (long) (prices[step] + (prices[step + 1] - prices[step]) * part + 0.5);
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

  /** Hot channels, whose urls have no id, are -1 to -4. */
  static String url(int channel) {
    StringBuilder url = new StringBuilder("https://www.nexmark.com/");
    for (int part = 0; part < 15; ++part) {
      url.append((char) letter(random(channel, 1_000 + part)));
      if (part % 5 == 4) {
        url.append('/');
      }
    }
    url.append("item.htm?query=1");
    if (channel >= 0 && below(random(channel, 6), 10) > 0) {
      url.append("&channel_id=").append(random(channel, 6) >>> 33);
    }
    return url.toString();
  }

  static void fillChannels() {
    channelNames = new StringData[CHANNELS + 4];
    urls = new StringData[CHANNELS + 4];
    String[] hot = {"Google", "Facebook", "Baidu", "Apple"};
    for (int i = 0; i < CHANNELS + 4; ++i) {
      channelNames[i] = StringData.fromBytes((i < 4 ? hot[i] : "channel-" + (i - 4)).getBytes(StandardCharsets.UTF_8));
      urls[i] = StringData.fromBytes(url(i < 4 ? -1 - i : i - 4).getBytes(StandardCharsets.UTF_8));
    }
  }

  static synchronized void fillTables() {
    if (letters != null) {
      return;
    }
    fillChannels();
    prices = new double[PRICE_STEPS + 1];
    for (int i = 0; i <= PRICE_STEPS; ++i) {
      prices[i] = 100 * Math.pow(10, 6.0 * i / PRICE_STEPS);
    }
    byte[] filled = new byte[1 << 16];
    for (int i = 0; i < filled.length; ++i) {
      filled[i] = letter(random(i, 8));
    }
    letters = filled;
  }

  static int channel(long event) {
    long random = random(event, 6);
    return (int) ((random & 1) != 0 ? below(random, 4) : 4 + below(random, CHANNELS));
  }

  static RowData bid(long event, boolean[] has) {
    int channel = has[3] || has[4] ? channel(event) : 0;
    return GenericRowData.of(has[0] ? auctionOfBid(event) : null, has[1] ? hotOr(event, 3, 1) : null,
        has[2] ? price(random(event, 5)) : null, has[3] ? channelNames[channel] : null, has[4] ? urls[channel] : null,
        has[5] ? time(event) : null, has[6] ? extra(event, 68) : null);
  }

  static RowData auction(long event, boolean[] has) {
    long initial = price(random(event, 5));
    return GenericRowData.of(has[0] ? FIRST_ID + lastAuction(event) : null, has[1] ? words(event, 19, 20) : null,
        has[2] ? words(event, 20, 100) : null, has[3] ? initial : null,
        has[4] ? initial + price(random(event, 12)) : null, has[5] ? time(event) : null, has[6] ? expiry(event) : null,
        has[7] ? hotOr(event, 9, 0) : null, has[8] ? 10 + below(random(event, 11), 5) : null,
        has[9] ? extra(event, 390) : null);
  }

  static StringData name(long event) {
    long random = random(event, 14);
    return text(NAMES[(int) below(random, 11)] + " " + LAST_NAMES[(int) below(random << 16, 9)]);
  }

  static RowData person(long event, boolean[] has) {
    return GenericRowData.of(has[0] ? FIRST_ID + event / 50 : null, has[1] ? name(event) : null,
        has[2] ? words(event, 15, 16) : null, has[3] ? words(event, 16, 20) : null,
        has[4] ? text(CITIES[(int) below(random(event, 17), 10)]) : null,
        has[5] ? text(STATES[(int) below(random(event, 18), 6)]) : null, has[6] ? time(event) : null,
        has[7] ? extra(event, 130) : null);
  }

  /** The n-th event of a kind. */
  static class Generator implements GeneratorFunction<Long, RowData> {
    private final String kind;
    private final boolean[] has;

    Generator(String kind, Predicate<String> isWanted) {
      this.kind = kind;
      RowType type = type(kind);
      has = new boolean[type.getFieldCount()];
      for (int i = 0; i < has.length; ++i) {
        has[i] = isWanted.test(type.getFieldNames().get(i));
      }
    }

    @Override
    public void open(org.apache.flink.api.connector.source.SourceReaderContext context) {
      fillTables();
    }

    @Override
    public RowData map(Long n) {
      return switch (kind) {
        case "person" -> person(n * 50, has);
        case "auction" -> auction(n / 3 * 50 + 1 + n % 3, has);
        default -> bid(n / 46 * 50 + 4 + n % 46, has);
      };
    }
  }

  static RowType type(String kind) {
    return kind.equals("person") ? PERSON : kind.equals("auction") ? AUCTION : BID;
  }

  static long count(String kind, long events) {
    return events / 50 * (kind.equals("person") ? 1 : kind.equals("auction") ? 3 : 46);
  }
}
