#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "expressions/expression.hpp"
#include "records/options.hpp"
#include "records/secrets.hpp"
#include "topology/analysis/analyzer.hpp"
#include "topology/option_registry.hpp"
#include "topology/yaml/yaml_value.hpp"

namespace millrace::yaml {

/// What the readers of the parts of a topology file share. Lives for one load.
struct LoadContext {
  const Catalog& catalog;
  std::string directory;
  std::vector<Error>& errors;
  std::vector<Error>& warnings;
  /// Sources that a sink replies to: their rows carry the connection they came in on.
  std::vector<std::string> replied = {};
  /// Sinks that a source or an operator names as its `deadLetter`.
  std::set<std::string, NameLess> dead_letter_sinks = {};
  /// Texts of options that are declared secret.
  Secrets secrets = {};

  bool is_replied(std::string_view source) const;
  void fail(std::string message, const Origin& origin, std::string fix = {});
  /// `what` is for example `source 'events'`.
  void unknown_key(const std::string& what, const YamlValue& key,
                   const std::vector<std::string>& known);
  void missing_key(const std::string& what, const std::string& key, const Origin& origin);
  /// False, with an error, when `value` is no map / list / scalar.
  bool expect(YamlValue::Kind kind, const YamlValue& value, const std::string& what);

  /// `path` as an absolute path; URIs stay as they are.
  std::string absolute(const std::string& path) const;
};

/// Text of a scalar, or of a list or map as JSON-like text where an option takes one (`subscribe: [a, b]`
/// gives `a,b`).
std::string option_text(const YamlValue& value);

/// A scalar, or the scalars of a list; names the wrong ones.
std::vector<YamlValue> scalars(LoadContext& context, const YamlValue& value,
                               const std::string& what);

/// Expressions of a list, or of one text with commas between them. Each is SQL text with its place.
std::vector<ExpressionPtr> expressions(LoadContext& context, const YamlValue& value,
                                       const std::string& what);
/// The same with ASC, DESC, NULLS FIRST and NULLS LAST behind.
std::vector<ExpressionPtr> sort_orders(LoadContext& context, const YamlValue& value,
                                       const std::string& what);
/// One expression; null after an error.
ExpressionPtr expression(LoadContext& context, const YamlValue& value, const std::string& what);

}  // namespace millrace::yaml
