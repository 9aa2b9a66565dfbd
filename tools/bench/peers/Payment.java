// A record of the suite's TCP jobs, as Flink's and Jet's programs read it.
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.Serializable;

public class Payment implements Serializable {
  private static final JsonFactory JSON = new JsonFactory();

  public long id;
  public long due;
  public String user;
  public double amount;

  /** Reads a line by Jackson's streaming parser. */
  static Payment parse(String line) throws IOException {
    Payment payment = new Payment();
    try (JsonParser parser = JSON.createParser(line)) {
      parser.nextToken();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        switch (name) {
          case "id" -> payment.id = parser.getLongValue();
          case "due" -> payment.due = parser.getLongValue();
          case "user" -> payment.user = parser.getText();
          case "amount" -> payment.amount = parser.getDoubleValue();
          default -> parser.skipChildren();
        }
      }
    }
    return payment;
  }

  /** The row that J1 and J3 give, still open. */
  String row(double amount) {
    return "{\"id\":" + id + ",\"due\":" + due + ",\"user\":\"" + user + "\",\"amount\":" + amount;
  }
}
