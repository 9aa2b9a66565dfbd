#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/scalar_kernel.hpp"

#include <pwd.h>
#include <unistd.h>

// What a session says about itself: there is one catalog with one database.
namespace millrace {

namespace {

FunctionGroup::Bind constant(std::string text) {
  return [text = std::move(text)](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    if (Status status = check_num_arguments(call, 0, 0); !status) return status.error();
    return bound_literal(text_value(text));
  };
}

/// The name of the user this process runs as, or the number of one without a name.
std::string user_name() {
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  if (::getpwuid_r(::geteuid(), &entry, buffer, sizeof buffer, &found) != 0 || found == nullptr)
    return std::to_string(::geteuid());
  return entry.pw_name;
}

}  // namespace

void register_session_functions(FunctionRegistry& registry) {
  FunctionGroup session(registry, "session");
  session.add_custom("current_catalog()", "Name of the catalog.", constant("spark_catalog"));
  session.add_custom("current_database()", "Name of the database.", constant("default"))
      .alias("current_schema");
  session.add_custom("current_user()", "Name of the user that the job runs as.", constant(user_name()))
      .alias("user")
      .alias("session_user");
}

}  // namespace millrace
