#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace millrace::cli {

/// What a command does when it was chosen; gives the exit code.
using Action = std::function<int()>;
/// Declares a command; `choose` is called with its action when the command line names it.
using Choose = std::function<void(Action)>;

void add_run(CLI::App& app, const Choose& choose);
void add_validate(CLI::App& app, const Choose& choose);
void add_explain(CLI::App& app, const Choose& choose);
void add_list(CLI::App& app, const Choose& choose);
void add_schema(CLI::App& app, const Choose& choose);
void add_version(CLI::App& app, const Choose& choose);
void add_test(CLI::App& app, const Choose& choose);
/// `status` and `stop`.
void add_control(CLI::App& app, const Choose& choose);
/// `checkpoint now`: has a running job complete an epoch; gives the exit code.
int checkpoint_now(const std::string& target);
void add_infer(CLI::App& app, const Choose& choose);
void add_sql(CLI::App& app, const Choose& choose);
void add_checkpoint(CLI::App& app, const Choose& choose);
void add_completion(CLI::App& app, const Choose& choose);
void add_bench(CLI::App& app, const Choose& choose);
void add_export(CLI::App& app, const Choose& choose);
void add_equiv(CLI::App& app, const Choose& choose);

/// Commands that have a name but are not built yet.
const std::vector<std::string>& absent_commands();

}  // namespace millrace::cli
