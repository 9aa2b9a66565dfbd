#pragma once

#include "records/formats/format.hpp"
#include "sources/source_type.hpp"

#include <memory>
#include <string>

namespace millrace {

/// What the option `badRecords` says about records that no column can take up. Unset: the format's
/// own `mode` decides. The others ask the format to report them (mode FAILFAST) unless `mode` is set.
/// DeadLetter: they go to a sink of their own.
enum class BadRecords { Unset, Fail, Drop, DeadLetter };

/// Errors: a value that is none of these.
Result<BadRecords> read_bad_records(const Options& options);
/// Settings of a decoder under this policy; `context` counts what is dropped and outlives the
/// decoder.
FormatSettings decoder_settings(const Options& options, const std::string& time_zone,
                                BadRecords policy, SourceContext& context);
/// Takes up a record that never reached the decoder, as the decoder's policy would.
Status reject_record(BadRecords policy, const BadRecord& record, SourceContext& context);
/// The option's declaration.
OptionDeclaration bad_records_option();

}  // namespace millrace
