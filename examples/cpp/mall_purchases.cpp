// Purchases by district and minute, from the JSON files of a folder: examples/mall_purchases.yaml
// as a program. Ends when all files are read.
#include "session/session.hpp"

#include <iostream>

using namespace millrace;

int main(int num_arguments, char** arguments) {
  const Session session;

  const DataFrame events = session.read_stream()
                               .format("json")
                               .schema("eventTime TIMESTAMP, action STRING, district STRING")
                               .option("maxFilesPerTrigger", 1)
                               .load(num_arguments > 1 ? arguments[1] : "examples/data/mall");
  const DataFrame per_minute = events.where("action = 'purchase'")
                                   .group_by(window("eventTime", "1 minute"), "district")
                                   .agg(count("*").alias("purchases"))
                                   .order_by("window", "district");

  auto query = per_minute.write_stream()
                   .format("console")
                   .option("truncate", false)
                   .output_mode("complete")
                   .trigger(QueryTrigger::available_now())
                   .start();
  const Status ended = query ? query->await_termination() : Status(query.error());
  if (ended) return 0;
  std::cerr << ended.error().message << "\n";
  return static_cast<int>(ended.error().kind);
}
