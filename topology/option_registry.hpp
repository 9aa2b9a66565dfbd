#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "records/options.hpp"
#include "sinks/sink_type.hpp"
#include "sources/source_type.hpp"

namespace millrace {

/// Every key of a topology file and every flag of `millrace run`, declared once: the loader's checks,
/// `--help`, `millrace schema`, `millrace list` and the check of docs/topology_file.md all read these.
/// Lists are built at first use and never change.

/// Top level: name, sources, operators, sinks, trigger, checkpointLocation, settings.
const std::vector<OptionDeclaration>& topology_keys();
/// Keys that every source takes beside the options of its type.
const std::vector<OptionDeclaration>& source_keys();
/// Keys of `watermark:` and `withWatermark:`.
const std::vector<OptionDeclaration>& watermark_keys();
/// The verbs, of which each operator has exactly one.
const std::vector<OptionDeclaration>& operator_verbs();
/// Keys that go with the verb `groupBy`, and the keys of `join:`.
const std::vector<OptionDeclaration>& group_keys();
const std::vector<OptionDeclaration>& join_keys();
const std::vector<OptionDeclaration>& transform_keys();
/// Keys that every operator takes beside its verb.
const std::vector<OptionDeclaration>& operator_keys();
/// Keys that every sink takes beside the options of its type.
const std::vector<OptionDeclaration>& sink_keys();
const std::vector<OptionDeclaration>& settings_keys();
const std::vector<OptionDeclaration>& trigger_keys();
/// Flags of `millrace run`, without the dashes.
const std::vector<OptionDeclaration>& run_flags();

/// Formats whose options a type takes when it has an option `format`.
const std::vector<std::string>& format_names();

/// True for the types that read or write files: they take `path`.
bool takes_path(std::string_view type);

/// Options of a source or sink type, with those of `format` when the type has an option `format`
/// (empty: those of all formats).
std::vector<OptionDeclaration> options_of(const SourceType& type, std::string_view format);
std::vector<OptionDeclaration> options_of(const SinkType& type, std::string_view format);

/// Null when there is none; names are compared without case. A declared name that ends in `.*` stands
/// for all names that begin like it.
const OptionDeclaration* find_option(const std::vector<OptionDeclaration>& options,
                                     std::string_view name);
std::vector<std::string> names_of(const std::vector<OptionDeclaration>& options);
/// Checks the text of an option by its type and choices. The error has no origin.
Status check_option_value(const OptionDeclaration& option, std::string_view text);

}  // namespace millrace
