// Grown students from CSV files with a header: examples/students.yaml as a program.
#include "session/session.hpp"

#include <iostream>

using namespace millrace;

int main(int num_arguments, char** arguments) {
  const Session session;

  const DataFrame students = session.read_stream()
                                 .format("csv")
                                 .option("header", true)
                                 .schema("name STRING, age INT, score DOUBLE")
                                 .load(num_arguments > 1 ? arguments[1] : "examples/data/students");

  auto query = students.where("age > 16")
                   .write_stream()
                   .format("console")
                   .trigger(QueryTrigger::available_now())
                   .start();
  const Status ended = query ? query->await_termination() : Status(query.error());
  if (ended) return 0;
  std::cerr << ended.error().message << "\n";
  return static_cast<int>(ended.error().kind);
}
