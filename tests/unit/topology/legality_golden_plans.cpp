#include "tests/unit/topology/legality_golden_plans.hpp"

#include "tests/unit/topology/plan_builders.hpp"

namespace millrace::testing {
namespace {

using Plans = std::map<std::string, plan::NodePtr>;
using plan::NodePtr;

const std::string kTen = "window(ts, '10 seconds')";

NodePtr sessions(NodePtr input, const std::string& gap) {
  return group(std::move(input), {"session_window(ts, '" + gap + "')", "k"});
}

NodePtr windows(const std::string& arguments) {
  return group(table("ev"), {"window(" + arguments + ")"});
}

NodePtr rollup(NodePtr input) {
  plan::Aggregate kind;
  kind.kind = plan::GroupKind::Rollup;
  kind.grouping = {make_expression(Text{"k"})};
  kind.aggregates = {make_expression(Text{"count(1) AS count"})};
  return plan::make_node(std::move(kind), {std::move(input)});
}

NodePtr with_column(NodePtr input, const std::string& name, const std::string& text) {
  return plan::make_node(plan::WithColumns{{{name, make_expression(Text{text})}}},
                         {std::move(input)});
}

NodePtr except(NodePtr left, NodePtr right) {
  return plan::make_node(plan::SetOperation{plan::SetKind::Except, true, false},
                         {std::move(left), std::move(right)});
}

void add_output_modes(Plans& plans) {
  const auto ev = table("ev");
  const auto wm = table("wm");
  const auto counts = group(ev, {"k"});
  plans["ev.where('v > 0')"] = where(ev, "v > 0");
  plans["ev.groupBy('k').count()"] = counts;
  plans["wm.groupBy('k').count()"] = group(wm, {"k"});
  plans["ev.groupBy(window('ts', '10 seconds')).count()"] = group(ev, {kTen});
  plans["wm.groupBy(window('ts', '10 seconds')).count()"] = group(wm, {kTen});
  plans["wm.groupBy('ts').count()"] = group(wm, {"ts"});
  plans["wm.groupBy(session_window('ts', '5 seconds'), 'k').count()"] = sessions(wm, "5 seconds");
  plans["ev.groupBy(session_window('ts', '5 seconds'), 'k').count()"] = sessions(ev, "5 seconds");
  plans["ev.dropDuplicates(['k'])"] = unique(ev, {"k"});
  plans["wm.dropDuplicates(['k', 'ts'])"] = unique(wm, {"k", "ts"});
  plans["wm.dropDuplicatesWithinWatermark(['k'])"] = unique_within_watermark(wm, {"k"});
  plans["ev.dropDuplicatesWithinWatermark(['k'])"] = unique_within_watermark(ev, {"k"});
  plans["ev.select('k').distinct()"] = unique(select(ev, {"k"}), {});
  plans["ev.limit(3)"] = limit(ev, 3);
  plans["ev.orderBy('v')"] = order(ev, {"v"});
  plans["ev.groupBy('k').count().orderBy('count')"] = order(counts, {"count"});
  plans["ev.groupBy('k').count().limit(2)"] = limit(counts, 2);
  plans["ev.union(ev)"] = unite(ev, ev);
  plans["ev.select('k').union(static.select('k'))"] =
      unite(select(ev, {"k"}), select(table("static"), {"k"}));
  plans["wm.dropDuplicates(['k', 'ts']).groupBy(window('ts', '10 seconds')).count()"] =
      group(unique(wm, {"k", "ts"}), {kTen});
  plans["wm.groupBy(window('ts', '10 seconds')).count().dropDuplicates(['window'])"] =
      unique(group(wm, {kTen}), {"window"});
  plans
      ["wm.groupBy(window('ts', '10 seconds')).count().groupBy(window('window', '30 "
       "seconds')).count()"] = group(group(wm, {kTen}), {"window(window, '30 seconds')"});
  plans["ev.groupBy('k').count().groupBy('count').count()"] = group(counts, {"count"});
  plans["ev.dropDuplicates(['k']).limit(2)"] = limit(unique(ev, {"k"}), 2);
  plans["ev.agg(count('*'))"] = group(ev, {});
}

void add_refused(Plans& plans) {
  const auto ev = table("ev");
  plans["ev.groupBy('k').agg(count_distinct('v'))"] = group(ev, {"k"}, {"count(DISTINCT v)"});
  plans["ev.groupBy('k').agg(sum_distinct('v'))"] = group(ev, {"k"}, {"sum(DISTINCT v)"});
  plans["ev.select('k').exceptAll(ev.select('k'))"] = except(select(ev, {"k"}), select(ev, {"k"}));
  plans["static.select('k').subtract(ev.select('k'))"] =
      except(select(table("static"), {"k"}), select(ev, {"k"}));
  plans["ev.rollup('k').count()"] = rollup(ev);
  plans["ev.select(lit(None).alias('n'))"] = select(ev, {"NULL AS n"});
  plans["ev.select(struct('k').alias('s'))"] = select(ev, {"struct(k) AS s"});
  plans["ev.withColumn('t', current_timestamp())"] = with_column(ev, "t", "current_timestamp()");
  plans["ev.select(spark_partition_id())"] = select(ev, {"spark_partition_id()"});
  plans["ev.select(monotonically_increasing_id())"] = select(ev, {"monotonically_increasing_id()"});
}

void add_watermarks(Plans& plans) {
  const auto ev = table("ev");
  const auto wm = table("wm");
  const auto unique_times = unique(wm, {"k", "ts"});
  for (const std::string delay :
       {"10", "-10 seconds", "interval 10 seconds", "1 month", "0 seconds", "1.5 seconds"}) {
    plans["ev.withWatermark('ts', '" + delay + "')"] = watermark(ev, "ts", delay);
  }
  plans["ev.withWatermark('k', '10 seconds')"] = watermark(ev, "k", "10 seconds");
  plans["ev.withWatermark('v', '10 seconds')"] = watermark(ev, "v", "10 seconds");
  plans["wm.withWatermark('ts', '5 seconds')"] = watermark(wm, "ts", "5 seconds");
  plans["wm.groupBy(window('ts', '10 seconds')).count().withWatermark('window', '5 seconds')"] =
      watermark(group(wm, {kTen}), "window", "5 seconds");
  plans
      ["wm.dropDuplicates(['k', 'ts']).withWatermark('ts', '5 seconds').groupBy(window('ts', '10 "
       "seconds')).count()"] = group(watermark(unique_times, "ts", "5 seconds"), {kTen});
  plans
      ["wm.dropDuplicates(['k', 'ts']).withColumn('t2', wm.ts).withWatermark('t2', '5 "
       "seconds').groupBy(window('t2', '10 seconds')).count()"] =
          group(watermark(with_column(unique_times, "t2", "ts"), "t2", "5 seconds"),
                {"window(t2, '10 seconds')"});
  plans["ev.select(ev.ts.cast('timestamp_ntz').alias('n')).withWatermark('n', '1 day')"] =
      watermark(select(ev, {"CAST(ts AS TIMESTAMP_NTZ) AS n"}), "n", "1 day");
}

void add_windows(Plans& plans) {
  const auto ev = table("ev");
  const auto wm = table("wm");
  for (const std::string durations :
       {"'10'", "'0 seconds'", "'-5 seconds'", "'1 year'", "'10 seconds', '20 seconds'",
        "'10 seconds', '-1 seconds'", "'10 seconds', '5 seconds', '5 seconds'",
        "'10 seconds', '5 seconds', '-4 seconds'", "'10 seconds', '5 seconds', '-5 seconds'",
        "'1 microsecond'", "'interval 1 minute'", "'10 SECONDS'", "'2 weeks'"}) {
    plans["ev.groupBy(window('ts', " + durations + ")).count()"] = windows("ts, " + durations);
  }
  plans["ev.groupBy(window('v', '10 seconds')).count()"] = windows("v, '10 seconds'");
  plans["ev.groupBy(window('ts', '10 seconds'), window('ts', '5 seconds')).count()"] =
      group(ev, {kTen, "window(ts, '5 seconds')"});
  plans["ev.select(window('ts', '10 seconds'))"] = select(ev, {kTen});
  for (const std::string gap : {"0 seconds", "bad", "1 month"}) {
    plans["wm.groupBy(session_window('ts', '" + gap + "'), 'k').count()"] = sessions(wm, gap);
  }
  plans["wm.groupBy(session_window('ts', '5 seconds')).count()"] =
      group(wm, {"session_window(ts, '5 seconds')"});
}

void add_continuous(Plans& plans) {
  const auto rate = read("rate", "");
  plans["rate"] = rate;
  plans["ev"] = table("ev");
  plans["rate.groupBy('value').count()"] = group(rate, {"value"});
  plans
      ["rate.withWatermark('timestamp', '1 second').groupBy(window('timestamp', '1 "
       "second')).count()"] =
          group(watermark(rate, "timestamp", "1 second"), {"window(timestamp, '1 second')"});
  plans["rate.limit(5)"] = limit(rate, 5);
  plans["rate.orderBy('value')"] = order(rate, {"value"});
  plans["rate.union(rate)"] = unite(rate, rate);
  plans["rate.select(current_date())"] = select(rate, {"current_date()"});
  plans["rate.select(expr('now()'))"] = select(rate, {"now()"});
  plans["ev.select(monotonically_increasing_id())"] =
      select(table("ev"), {"monotonically_increasing_id()"});
  plans["rate.select(rand())"] = select(rate, {"rand()"});
  plans["rate.select(explode(split(expr('CAST(value AS STRING)'), '1')))"] =
      select(rate, {"explode(split(CAST(value AS STRING), '1'))"});
  plans["rate.withWatermark('timestamp', '1 second')"] = watermark(rate, "timestamp", "1 second");
  plans["rate.select(expr('value').alias('x')).filter('x % 2 = 0')"] =
      where(select(rate, {"value AS x"}), "x % 2 = 0");
}

const std::string kBetween = "k = rk AND rt BETWEEN lt AND lt + INTERVAL 5 SECONDS";

NodePtr renamed_static() {
  return plan::make_node(plan::WithColumnsRenamed{{{"k", "sk"}}}, {table("static")});
}

/// Every pair of `l`, `lw`, `ev` and `r`, `rw`, static with every condition that the programs use.
void add_join_sides(Plans& plans) {
  const std::string static_text = "static.withColumnRenamed('k', 'sk')";
  for (const std::string type :
       {"inner", "left", "right", "full", "left_semi", "left_anti"}) {
    const std::string end = ", '" + type + "')";
    for (const std::string left : {"l", "lw"}) {
      for (const std::string right : {"r", "rw"}) {
        for (const std::string& on :
             {std::string("k = rk"), kBetween, std::string("k = rk AND lt = rt"),
              std::string("k = rk AND a < b")}) {
          plans[left + ".join(" + right + ", expr('" + on + "')" + end] =
              join(table(left), table(right), on, type);
        }
      }
    }
    plans["ev.join(" + static_text + ", expr('k = sk')" + end] =
        join(table("ev"), renamed_static(), "k = sk", type);
    plans[static_text + ".join(ev, expr('k = sk')" + end] =
        join(renamed_static(), table("ev"), "k = sk", type);
  }
  plans["l.crossJoin(r)"] = join(table("l"), table("r"), "", "cross");
  plans["ev.crossJoin(static)"] = join(table("ev"), table("static"), "", "cross");
}

void add_join_modes(Plans& plans) {
  const auto bounded = join(table("lw"), table("rw"), kBetween);
  plans["l.join(r, expr('k = rk'))"] = join(table("l"), table("r"), "k = rk");
  plans["ev.join(static, 'k')"] = join_using(table("ev"), table("static"), {"k"});
  plans["ev.groupBy('k').count().join(static, 'k')"] =
      join_using(group(table("ev"), {"k"}), table("static"), {"k"});
  plans["lw.join(rw, expr('" + kBetween + "')).groupBy(window('lt', '10 seconds')).count()"] =
      group(bounded, {"window(lt, '10 seconds')"});
  plans["wm.groupBy(window('ts', '10 seconds')).count().join(rw, expr('window.start = rt'))"] =
      join(group(table("wm"), {kTen}), table("rw"), "window.start = rt");
  plans["rate.join(rate2, 'value')"] = join_using(read("rate", ""), read("rate", ""), {"value"});
}

}  // namespace

const Plans& golden_plans() {
  static const Plans made = [] {
    Plans plans;
    add_output_modes(plans);
    add_refused(plans);
    add_watermarks(plans);
    add_windows(plans);
    add_continuous(plans);
    add_join_sides(plans);
    add_join_modes(plans);
    return plans;
  }();
  return made;
}

}  // namespace millrace::testing
