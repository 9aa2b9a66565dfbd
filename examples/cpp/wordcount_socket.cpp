// Counts words that come over a socket: examples/wordcount_socket.yaml as a program. In another
// terminal: nc -lk 9999
#include "session/session.hpp"

#include <iostream>

using namespace millrace;

int main(int num_arguments, char** arguments) {
  const Session session;

  const DataFrame lines = session.read_stream()
                              .format("socket")
                              .option("host", num_arguments > 1 ? arguments[1] : "localhost")
                              .option("port", num_arguments > 2 ? arguments[2] : "9999")
                              .load();
  const DataFrame counts =
      lines.select("explode(split(value, ' ')) AS word").group_by("word").count();

  auto query = counts.write_stream().format("console").output_mode("complete").start();
  const Status ended = query ? query->await_termination() : Status(query.error());
  if (ended) return 0;
  std::cerr << ended.error().message << "\n";
  return static_cast<int>(ended.error().kind);
}
