#include "records/secrets.hpp"

#include "tests/support/catch.hpp"

using namespace millrace;

TEST_CASE("a secret is left out wherever it stands in a text") {
  Secrets secrets;
  secrets.add("hunter2");

  CHECK(secrets.hidden("hunter2, x=hunter2!") == "*****, x=*****!");
  CHECK(secrets.hidden("hunter") == "hunter");
}

TEST_CASE("a secret with quotes is left out of JSON too") {
  Secrets secrets;
  secrets.add("user=\"a\"");

  CHECK(secrets.hidden("user=\"a\"") == "*****");
  CHECK(secrets.hidden(R"({"option":"user=\"a\""})") == R"({"option":"*****"})");
}

TEST_CASE("a secret that is part of another does not leave the rest of it") {
  Secrets secrets;
  secrets.add("abc");
  secrets.add("abcdef");

  CHECK(secrets.hidden("abcdef abc") == "***** *****");
}

TEST_CASE("an empty option is no secret") {
  Secrets secrets;
  secrets.add("");

  CHECK(secrets.empty());
  CHECK(secrets.hidden("text") == "text");
}

TEST_CASE("all texts of an error are without secrets") {
  Secrets secrets;
  secrets.add("canary");
  Error error = make_error(ErrorKind::Config, "bad: 'canary'", "not canary");
  error.label = "canary";
  error.notes = {"a canary"};

  const Error shown = secrets.hidden(error);

  CHECK(shown.message + shown.fix + shown.label + shown.notes[0] ==
        "bad: '*****'not **********a *****");
}
