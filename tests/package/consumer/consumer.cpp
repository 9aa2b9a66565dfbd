// Counts words of a stream that the program fills itself.
#include "session/session.hpp"
#include "sources/memory_stream.hpp"

#include <iostream>

using namespace millrace;

struct Count {
  std::string word;
  std::int64_t count = 0;
};
MILLRACE_ROW(Count, word, count)

int main() {
  const Session session;
  auto lines = std::make_shared<MemoryStream>(Schema{{{"line", TypeKind::String, true}}});
  publish_memory_stream("lines", lines);
  lines->add_rows({{{TypeKind::String, std::string("to be or not to be")}}});

  auto query = session.read_stream()
                   .format("memory")
                   .option("stream", "lines")
                   .load()
                   .select("explode(split(line, ' ')) AS word")
                   .group_by("word")
                   .count()
                   .write_stream()
                   .format("memory")
                   .query_name("counts")
                   .output_mode("complete")
                   .trigger(QueryTrigger::available_now())
                   .start();
  if (!query || !query->await_termination()) return 1;
  auto counts = session.sql("SELECT * FROM counts ORDER BY word")->collect_as<Count>();
  if (!counts) return 1;
  for (const Count& one : *counts) std::cout << one.word << " " << one.count << "\n";
  return 0;
}
