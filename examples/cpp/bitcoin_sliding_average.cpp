// Average price, weighted by amount, over ten minutes each five minutes:
// examples/bitcoin_sliding_average.yaml as a program. A listener prints progress on standard error.
#include "session/session.hpp"

#include <iostream>

using namespace millrace;

namespace {

class ProgressPrinter final : public StreamingQueryListener {
 public:
  void on_query_progress(const QueryProgressEvent& event) override {
    std::cerr << to_json(event.progress) + "\n";
  }
};

}  // namespace

int main(int num_arguments, char** arguments) {
  const Session session;
  session.streams().add_listener(std::make_shared<ProgressPrinter>());

  const DataFrame trades =
      session.read_stream()
          .format("json")
          .schema("dt STRING, amount INT, price DOUBLE")
          .option("maxFilesPerTrigger", 1)
          .load(num_arguments > 1 ? arguments[1] : "examples/data/trades")
          .select("CAST(dt AS TIMESTAMP) AS dt", "amount", "amount * price AS volume")
          .with_watermark("dt", "20 minutes");
  const DataFrame average =
      trades.group_by(window("dt", "10 minutes", "5 minutes"))
          .agg(sum("amount").alias("amount"), sum("volume").alias("volume"))
          .select("window.start", "window.end", "volume / amount AS avg_price");

  auto query = average.write_stream()
                   .format("console")
                   .option("truncate", false)
                   .trigger(QueryTrigger::available_now())
                   .start();
  const Status ended = query ? query->await_termination() : Status(query.error());
  if (ended) return 0;
  std::cerr << ended.error().message << "\n";
  return static_cast<int>(ended.error().kind);
}
