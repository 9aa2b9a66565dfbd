#include <algorithm>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "expressions/function_docs.hpp"
#include "expressions/function_registry.hpp"
#include "topology/json_schema.hpp"
#include "topology/option_registry.hpp"

namespace millrace::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Flags {
  std::string what;
  bool as_json = false;
  bool as_markdown = false;
};

std::string_view kind_name(FunctionKind kind) {
  switch (kind) {
    case FunctionKind::Scalar: return "scalar";
    case FunctionKind::Aggregate: return "aggregate";
    case FunctionKind::Generator: return "generator";
    case FunctionKind::TimeWindow: return "window";
  }
  return "scalar";
}

int list_functions(bool as_json) {
  Json list = Json::array();
  for (const FunctionEntry* entry : FunctionRegistry::builtin().list()) {
    if (as_json)
      list.push_back({{"name", entry->name},
                      {"kind", kind_name(entry->kind)},
                      {"group", entry->group},
                      {"signature", entry->signature},
                      {"summary", entry->summary},
                      {"deterministic", entry->deterministic},
                      {"orderSensitive", entry->order_sensitive}});
    else
      std::cout << fmt::format("{:<44} {}\n", entry->signature, entry->summary);
  }
  if (as_json) std::cout << list.dump(2) << "\n";
  return finish(0);
}

std::string summary_of(const OptionDeclaration& option) {
  if (option.choices.empty()) return option.summary;
  return fmt::format("{} ({})", option.summary, fmt::join(option.choices, ", "));
}

void print_options(const std::vector<OptionDeclaration>& options) {
  for (const OptionDeclaration& option : options)
    std::cout << fmt::format("  {:<28} {:<12} {}\n", option.name,
                             option.required ? "(required)" : option.default_text,
                             summary_of(option));
}

/// Types named like a format take the options of this one only.
template <class Type>
std::vector<OptionDeclaration> all_options(const Type& type) {
  const auto& formats = format_names();
  const bool is_format = std::find(formats.begin(), formats.end(), type.name) != formats.end();
  return options_of(type, is_format ? type.name : "");
}

template <class Type>
Json as_json(const Type& type) {
  Json options = Json::array();
  for (const OptionDeclaration& option : all_options(type))
    options.push_back(Json::parse(option_json(option)));
  return {{"name", type.name}, {"summary", type.summary}, {"options", options}};
}

template <class Types>
int list_types(const Types& types, bool use_json) {
  Json list = Json::array();
  for (const auto& type : types) {
    if (use_json) {
      list.push_back(as_json(type));
      continue;
    }
    std::cout << fmt::format("{:<18} {}\n", type.name, type.summary);
    print_options(all_options(type));
  }
  if (use_json) std::cout << list.dump(2) << "\n";
  return finish(0);
}

int list_operators(bool use_json) {
  Json list = Json::array();
  for (const OptionDeclaration& verb : operator_verbs()) {
    if (use_json) list.push_back({{"name", verb.name}, {"summary", verb.summary}});
    else std::cout << fmt::format("{:<30} {}\n", verb.name, verb.summary);
  }
  if (use_json) std::cout << list.dump(2) << "\n";
  return finish(0);
}

int run_list(const Flags& flags) {
  if (flags.as_markdown && flags.what != "functions")
    return fail(ErrorKind::Usage, "list: only functions are listed as Markdown",
                "write `millrace list functions --markdown`");
  if (flags.what == "sources") return list_types(builtin_sources(), flags.as_json);
  if (flags.what == "sinks") return list_types(builtin_sinks(), flags.as_json);
  if (flags.what == "operators") return list_operators(flags.as_json);
  if (flags.what == "functions" && flags.as_markdown)
    return std::cout << functions_markdown(FunctionRegistry::builtin()), finish(0);
  if (flags.what == "functions") return list_functions(flags.as_json);
  return fail(ErrorKind::Usage, "list: nothing is called '" + flags.what + "'",
              "write sources, sinks, operators or functions");
}

}  // namespace

void add_list(CLI::App& app, const Choose& choose) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("list", "List sources, sinks, operators or functions.");
  command->add_option("what", flags->what, "sources, sinks, operators or functions.")->required();
  command->add_flag("--json", flags->as_json, "As JSON.");
  command->add_flag("--markdown", flags->as_markdown, "Functions as docs/functions.md.");
  command->callback([=] { choose([flags] { return run_list(*flags); }); });
}

}  // namespace millrace::cli
