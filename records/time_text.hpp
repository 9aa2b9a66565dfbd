#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "records/time_zone.hpp"
#include "records/type.hpp"

namespace millrace {

// Reading: Spark's CAST from STRING. White space around is cut; empty where the text is malformed.

/// Microseconds since 1970 UTC. Text without zone is local time in `zone`. Text with a time only
/// (`10:11`) takes its day from `now_micros`.
std::optional<std::int64_t> parse_timestamp(std::string_view text, const TimeZone& zone,
                                            std::int64_t now_micros = 0);
enum class ZoneInText { Ignored, Malformed };
/// A time without day is malformed. CAST ignores a zone in the text, JSON and CSV refuse it.
std::optional<std::int64_t> parse_timestamp_ntz(std::string_view text,
                                                ZoneInText zone = ZoneInText::Ignored);
/// Days since 1970. What follows `T` or a blank after the day is ignored.
std::optional<std::int32_t> parse_date(std::string_view text);

// Writing.

/// `2024-03-01 10:00:00.1`: trailing zeros of the fraction are cut.
void append_timestamp(std::string& out, std::int64_t micros, const TimeZone& zone);
void append_timestamp_ntz(std::string& out, std::int64_t micros);
/// `2024-03-01`; years beyond 9999 have a sign.
void append_date(std::string& out, std::int32_t days);
/// The JSON and CSV writers' form, cut to milliseconds: `2024-03-01T10:00:00.100Z`, `...+01:00`.
void append_timestamp_iso(std::string& out, std::int64_t micros, const TimeZone& zone);
void append_timestamp_ntz_iso(std::string& out, std::int64_t micros);

}  // namespace millrace
