import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.*;
import org.apache.spark.sql.catalyst.plans.logical.*;
import org.apache.spark.sql.catalyst.util.*;
import org.apache.spark.sql.classic.Dataset;
import org.apache.spark.sql.classic.SparkSession;
import org.apache.spark.sql.types.*;
import org.apache.spark.unsafe.types.*;

/**
 * What Spark makes of expressions over rows: its own parser, analyzer, optimizer and evaluation, with the error
 * of each row on its own, which no query of Spark would tell. Compiled when the session starts by the
 * compiler that Spark brings (so no lambdas and no generics here).
 *
 * The wire form is that of expression_rows.hpp.
 */
public class SparkJudge {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int TOGETHER = 100;  // expressions in one run of the analyzer

  /** `request` has `expressions` and `rows`; `frame` has the rows' columns. */
  public static String judge(Dataset frame, String request) throws Exception {
    SparkSession session = (SparkSession) frame.sparkSession();
    org.apache.spark.sql.classic.SparkSession$.MODULE$.setActiveSession(session);
    JsonNode parsed = MAPPER.readTree(request);
    JsonNode texts = at(parsed, "expressions");
    InternalRow[] rows = readRows(at(parsed, "rows"), frame.schema());
    LogicalPlan relation = frame.queryExecution().analyzed();
    Answer[] answers = new Answer[texts.size()];
    for (int i = 0; i < answers.length; ++i) answers[i] = parse(session, at(texts, i).asText());
    for (int i = 0; i < answers.length; i += TOGETHER)
      resolve(session, relation, Arrays.asList(answers).subList(i, Math.min(i + TOGETHER, answers.length)));
    List together = new ArrayList();
    for (int i = 0; i < answers.length; ++i) {
      if (answers[i].expression == null) analyze(frame, answers[i]);
      if (answers[i].error == null) answers[i].alone = !folds(project(answers[i].expression, relation));
      if (answers[i].error == null && !answers[i].alone) together.add(answers[i]);
    }
    optimize(session, relation, together);
    StringBuilder out = new StringBuilder("[");
    for (int i = 0; i < answers.length; ++i) {
      if (i > 0) out.append(",\n");
      if (answers[i].error == null && answers[i].alone) optimizeAlone(session, relation, answers[i]);
      if (answers[i].error != null) writeFailure(out, answers[i].error);
      else writeValues(out, answers[i], rows);
    }
    return out.append("]").toString();
  }

  /** What is known of one expression so far. */
  public static class Answer {
    String text;
    Expression parsed;  // null when the parser refuses it
    NamedExpression expression;
    String error;
    boolean alone;  // constant folding fails: it must not stand in a plan with others
    Evaluation evaluation;
    int place;
  }

  private static Answer parse(SparkSession session, String text) {
    Answer answer = new Answer();
    answer.text = text;
    try {
      answer.parsed = session.sessionState().sqlParser().parseExpression(text);
    } catch (Throwable error) {
      answer.parsed = null;
    }
    return answer;
  }

  /**
   * Analyzes many expressions in one plan, which costs little more than one does. Those that are not resolved then
   * keep no expression: they are asked on their own for the reason.
   */
  private static void resolve(SparkSession session, LogicalPlan relation, List answers) {
    List aliases = new ArrayList();
    List parsed = new ArrayList();
    for (int i = 0; i < answers.size(); ++i) {
      Answer answer = (Answer) answers.get(i);
      if (answer.parsed == null) continue;
      parsed.add(answer);
      aliases.add(named(answer.parsed));
    }
    try {
      Project project = (Project) session.sessionState().analyzer().execute(new Project(toSeq(aliases), relation));
      for (int i = 0; i < parsed.size() && project.child() == relation; ++i) {
        Expression expression = (Expression) project.projectList().apply(i);
        if (expression.resolved() && isWellTyped(expression)) ((Answer) parsed.get(i)).expression = (NamedExpression) expression;
      }
    } catch (Throwable error) {
      if (parsed.size() < 2) return;
      resolve(session, relation, parsed.subList(0, parsed.size() / 2));
      resolve(session, relation, parsed.subList(parsed.size() / 2, parsed.size()));
    }
  }

  /** Some functions count as resolved before the analyzer's last check refuses their arguments. */
  private static boolean isWellTyped(Expression expression) {
    for (int i = 0; i < expression.children().size(); ++i)
      if (!isWellTyped((Expression) expression.children().apply(i))) return false;
    return expression.checkInputDataTypes().isSuccess();
  }

  private static void analyze(Dataset frame, Answer answer) {
    try {
      answer.expression = analyze(frame, answer.text);
      if (answer.expression == null) answer.error = "NOT_A_PROJECTION";
    } catch (Throwable error) {
      answer.error = conditionOf(error);
    }
  }

  private static boolean folds(LogicalPlan plan) {
    try {
      fold(plan);
      return true;
    } catch (Throwable error) {
      return false;
    }
  }

  /** The rule of the optimizer that evaluates constants, and with it finds nearly all that fails there. */
  private static void fold(LogicalPlan plan) {
    LogicalPlan replaced = org.apache.spark.sql.catalyst.optimizer.ReplaceExpressions$.MODULE$.apply(plan);
    org.apache.spark.sql.catalyst.optimizer.ConstantFolding$.MODULE$.apply(replaced);
  }

  private static LogicalPlan project(NamedExpression expression, LogicalPlan relation) {
    List alone = new ArrayList();
    alone.add(expression);
    return new Project(toSeq(alone), relation);
  }

  /** One plan for all; when that fails, one for each half. */
  private static void optimize(SparkSession session, LogicalPlan relation, List answers) {
    if (answers.size() == 1) ((Answer) answers.get(0)).alone = true;
    if (answers.size() < 2) return;
    List expressions = new ArrayList();
    for (int i = 0; i < answers.size(); ++i) expressions.add(((Answer) answers.get(i)).expression);
    try {
      Evaluation evaluation = Evaluation.of(session, new Project(toSeq(expressions), relation));
      for (int i = 0; i < answers.size(); ++i) {
        ((Answer) answers.get(i)).evaluation = evaluation;
        ((Answer) answers.get(i)).place = i;
      }
    } catch (Throwable error) {
      optimize(session, relation, answers.subList(0, answers.size() / 2));
      optimize(session, relation, answers.subList(answers.size() / 2, answers.size()));
    }
  }

  private static void optimizeAlone(SparkSession session, LogicalPlan relation, Answer answer) {
    try {
      answer.evaluation = Evaluation.of(session, project(answer.expression, relation));
    } catch (Throwable error) {
      answer.error = conditionOf(error);
    }
  }

  /** The expression of a select list with one item; null when it is no projection. */
  private static NamedExpression analyze(Dataset frame, String text) {
    Dataset selected = (Dataset) frame.selectExpr(new String[] {text});
    LogicalPlan plan = selected.queryExecution().analyzed();
    if (!(plan instanceof Project)) return null;
    Project project = (Project) plan;
    if (project.projectList().size() != 1 || project.child() != frame.queryExecution().analyzed()) return null;
    Expression expression = (Expression) project.projectList().head();
    return named(expression instanceof Alias ? ((Alias) expression).child() : expression);
  }

  private static NamedExpression named(Expression expression) {
    return (NamedExpression) org.apache.spark.sql.catalyst.expressions.Alias$.MODULE$.apply(
        expression, "answer", NamedExpression$.MODULE$.newExprId(),
        scala.collection.immutable.Nil$.MODULE$, scala.None$.MODULE$,
        scala.collection.immutable.Nil$.MODULE$);
  }

  private static void writeFailure(StringBuilder out, String condition) throws Exception {
    out.append("{\"error\":").append(MAPPER.writeValueAsString(condition)).append("}");
  }

  private static void writeValues(StringBuilder out, Answer answer, InternalRow[] rows) throws Exception {
    DataType type = ((Expression) answer.expression).dataType();
    StringBuilder values = new StringBuilder();
    for (int r = 0; r < rows.length; ++r) {
      if (r > 0) values.append(",");
      int start = values.length();
      try {
        writeValue(values, answer.evaluation.evaluate(answer.place, rows[r]), type);
      } catch (Throwable error) {
        values.setLength(start);
        writeFailure(values, conditionOf(error));
      }
    }
    out.append("{\"type\":").append(MAPPER.writeValueAsString(type.catalogString()));
    out.append(",\"values\":[").append(values).append("]}");
  }

  private static String conditionOf(Throwable error) {
    for (Throwable e = error; e != null; e = e.getCause())
      if (e instanceof SparkThrowable && ((SparkThrowable) e).getCondition() != null)
        return ((SparkThrowable) e).getCondition();
    return error.getClass().getName();
  }

  /** Projections that the optimizer has made of a list of expressions, evaluated from the top as needed. */
  public static class Evaluation {
    private Expression[] bound;
    private Evaluation below;

    static Evaluation of(SparkSession session, LogicalPlan plan) {
      return of((LogicalPlan) session.sessionState().optimizer().execute(plan));
    }

    private static Evaluation of(LogicalPlan plan) {
      if (!(plan instanceof Project)) {
        if (plan.children().size() != 0) throw new IllegalStateException("no projection: " + plan.nodeName());
        return null;
      }
      Project project = (Project) plan;
      Evaluation evaluation = new Evaluation();
      evaluation.below = of((LogicalPlan) project.child());
      evaluation.bound = new Expression[project.projectList().size()];
      for (int i = 0; i < evaluation.bound.length; ++i)
        evaluation.bound[i] = (Expression) BindReferences$.MODULE$.bindReference(
            (Expression) project.projectList().apply(i), project.allAttributes(), false);
      return evaluation;
    }

    Object evaluate(int place, InternalRow row) {
      try {
        return bound[place].eval(below == null ? row : new LazyRow(below, row));
      } catch (RuntimeException error) {
        bound[place] = (Expression) bound[place].clone();  // what builds maps keeps half of one
        throw error;
      }
    }
  }

  /** The row of a lower projection; its values are computed when they are asked for. */
  public static class LazyRow extends GenericInternalRow {
    private final Evaluation evaluation;
    private final InternalRow input;

    LazyRow(Evaluation evaluation, InternalRow input) {
      super(evaluation.bound.length);
      this.evaluation = evaluation;
      this.input = input;
    }

    public Object genericGet(int ordinal) { return evaluation.evaluate(ordinal, input); }
    public int numFields() { return evaluation.bound.length; }
  }

  private static scala.collection.immutable.Seq toSeq(List list) {
    return scala.jdk.javaapi.CollectionConverters.asScala(list).toSeq();
  }

  private static InternalRow[] readRows(JsonNode rows, StructType schema) {
    InternalRow[] read = new InternalRow[rows.size()];
    for (int r = 0; r < read.length; ++r) read[r] = (InternalRow) readValue(at(rows, r), schema);
    return read;
  }

  private static JsonNode at(JsonNode node, int place) { return (JsonNode) node.get(place); }
  private static JsonNode at(JsonNode node, String name) { return (JsonNode) node.get(name); }

  private static Object readValue(JsonNode node, DataType type) {
    if (node.isNull()) return null;
    if (type instanceof BooleanType) return Boolean.valueOf(node.asBoolean());
    if (type instanceof ByteType) return Byte.valueOf((byte) node.asLong());
    if (type instanceof ShortType) return Short.valueOf((short) node.asLong());
    if (type instanceof IntegerType || type instanceof DateType || type instanceof YearMonthIntervalType)
      return Integer.valueOf((int) node.asLong());
    if (type instanceof LongType || type instanceof TimestampType || type instanceof TimestampNTZType
        || type instanceof DayTimeIntervalType)
      return Long.valueOf(node.asLong());
    if (type instanceof FloatType) return Float.valueOf((float) Double.parseDouble(node.asText()));
    if (type instanceof DoubleType) return Double.valueOf(Double.parseDouble(node.asText()));
    if (type instanceof DecimalType) {
      DecimalType decimal = (DecimalType) type;
      return Decimal$.MODULE$.apply(new BigDecimal(node.asText()), decimal.precision(), decimal.scale());
    }
    if (type instanceof StringType) return UTF8String.fromBytes(fromHex(node.asText()));
    if (type instanceof BinaryType) return fromHex(node.asText());
    if (type instanceof ArrayType) return readArray(node, ((ArrayType) type).elementType());
    if (type instanceof MapType) return readMap(node, (MapType) type);
    StructType struct = (StructType) type;
    Object[] values = new Object[struct.fields().length];
    for (int i = 0; i < values.length; ++i) values[i] = readValue(at(node, i), struct.fields()[i].dataType());
    return new GenericInternalRow(values);
  }

  private static ArrayData readArray(JsonNode node, DataType element) {
    Object[] values = new Object[node.size()];
    for (int i = 0; i < values.length; ++i) values[i] = readValue(at(node, i), element);
    return new GenericArrayData(values);
  }

  private static MapData readMap(JsonNode node, MapType type) {
    Object[] keys = new Object[node.size()];
    Object[] values = new Object[node.size()];
    for (int i = 0; i < keys.length; ++i) {
      keys[i] = readValue(at(at(node, i), 0), type.keyType());
      values[i] = readValue(at(at(node, i), 1), type.valueType());
    }
    return new ArrayBasedMapData(new GenericArrayData(keys), new GenericArrayData(values));
  }

  private static void writeValue(StringBuilder out, Object value, DataType type) {
    if (value == null) out.append("null");
    else if (type instanceof FloatType) quote(out, String.valueOf((double) ((Float) value).floatValue()));
    else if (type instanceof DoubleType) quote(out, value.toString());
    else if (type instanceof DecimalType) quote(out, ((Decimal) value).toJavaBigDecimal().toPlainString());
    else if (type instanceof StringType) quote(out, toHex(((UTF8String) value).getBytes()));
    else if (type instanceof BinaryType) quote(out, toHex((byte[]) value));
    else if (type instanceof ArrayType) writeArray(out, (ArrayData) value, ((ArrayType) type).elementType());
    else if (type instanceof MapType) writeMap(out, (MapData) value, (MapType) type);
    else if (type instanceof StructType) writeStruct(out, (InternalRow) value, (StructType) type);
    else if (type instanceof CalendarIntervalType) writeInterval(out, (CalendarInterval) value);
    else out.append(value);
  }

  private static void writeArray(StringBuilder out, ArrayData array, DataType element) {
    out.append("[");
    for (int i = 0; i < array.numElements(); ++i) {
      if (i > 0) out.append(",");
      writeValue(out, array.isNullAt(i) ? null : array.get(i, element), element);
    }
    out.append("]");
  }

  private static void writeMap(StringBuilder out, MapData map, MapType type) {
    out.append("[");
    for (int i = 0; i < map.numElements(); ++i) {
      if (i > 0) out.append(",");
      out.append("[");
      writeValue(out, map.keyArray().get(i, type.keyType()), type.keyType());
      out.append(",");
      ArrayData values = map.valueArray();
      writeValue(out, values.isNullAt(i) ? null : values.get(i, type.valueType()), type.valueType());
      out.append("]");
    }
    out.append("]");
  }

  private static void writeStruct(StringBuilder out, InternalRow row, StructType type) {
    out.append("[");
    for (int i = 0; i < type.fields().length; ++i) {
      if (i > 0) out.append(",");
      DataType field = type.fields()[i].dataType();
      writeValue(out, row.isNullAt(i) ? null : row.get(i, field), field);
    }
    out.append("]");
  }

  private static void writeInterval(StringBuilder out, CalendarInterval interval) {
    out.append("[").append(interval.months).append(",").append(interval.days).append(",");
    out.append(interval.microseconds).append("]");
  }

  private static void quote(StringBuilder out, String text) { out.append('"').append(text).append('"'); }

  private static byte[] fromHex(String text) {
    byte[] bytes = new byte[text.length() / 2];
    for (int i = 0; i < bytes.length; ++i)
      bytes[i] = (byte) Integer.parseInt(text.substring(2 * i, 2 * i + 2), 16);
    return bytes;
  }

  private static String toHex(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < bytes.length; ++i) {
      text.append(Character.forDigit((bytes[i] >> 4) & 15, 16));
      text.append(Character.forDigit(bytes[i] & 15, 16));
    }
    return text.toString();
  }
}
