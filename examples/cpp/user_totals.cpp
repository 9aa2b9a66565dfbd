// Events and total amount of each user: examples/user_totals.yaml as a program. Rows come as structs,
// one call for each micro-batch.
#include "session/session.hpp"

#include <iostream>

using namespace millrace;

struct UserTotal {
  std::string user_id;
  std::int64_t total_events = 0;
  std::int64_t total_amount = 0;
};
MILLRACE_ROW(UserTotal, user_id, total_events, total_amount)

namespace {

Status print(const DataFrame& changed, std::int64_t epoch) {
  auto totals = changed.order_by("user_id").collect_as<UserTotal>();
  if (!totals) return std::move(totals.error());
  std::cout << "batch " << epoch << "\n";
  for (const UserTotal& user : *totals)
    std::cout << user.user_id << ": " << user.total_events << " events, " << user.total_amount
              << "\n";
  return {};
}

}  // namespace

int main(int num_arguments, char** arguments) {
  const Session session;

  const DataFrame totals =
      session.read_stream()
          .format("json")
          .schema("user_id STRING, amount INT")
          .option("maxFilesPerTrigger", 1)
          .load(num_arguments > 1 ? arguments[1] : "examples/data/payments")
          .group_by("user_id")
          .agg(count("*").alias("total_events"), sum("amount").alias("total_amount"));

  auto query = totals.write_stream()
                   .output_mode("update")
                   .foreach_batch(print)
                   .trigger(QueryTrigger::available_now())
                   .start();
  const Status ended = query ? query->await_termination() : Status(query.error());
  if (ended) return 0;
  std::cerr << ended.error().message << "\n";
  return static_cast<int>(ended.error().kind);
}
