#include "records/option_value.hpp"
#include "sources/acknowledging_socket_source.hpp"

#include <fmt/format.h>

#include <memory>
#include <set>

namespace millrace {

namespace {

constexpr std::int64_t kMaxRecordBytes = std::int64_t{64} << 20;

Result<Endpoint> read_endpoint(const Options& given, bool listen) {
  Endpoint endpoint{text_option(given, "host", listen ? "127.0.0.1" : ""), 0};
  if (endpoint.host.empty())
    return option_error(given, "host", "Set a host to read from with option(\"host\", ...).",
                        "set host, for example host: localhost");
  if (given.find("port") == nullptr)
    return option_error(given, "port", "Set a port to read from with option(\"port\", ...).",
                        "set port, for example port: 9999");
  const auto port = integer_option(given, "port", 0);
  if (!port.ok()) return port.error();
  if (*port < (listen ? 0 : 1) || *port > 65535)
    return option_error(given, "port", fmt::format("socket source: no such port: '{}'", *port),
                        "give a port from 1 to 65535");
  endpoint.port = static_cast<int>(*port);
  return endpoint;
}

Result<bool> read_include_timestamp(const Options& given) {
  const auto value = boolean_option(given, "includeTimestamp", false);
  if (value.ok()) return *value;
  return option_error(given, "includeTimestamp",
                      "IncludeTimestamp must be set to either \"true\" or \"false\".");
}

Result<SocketCodec> read_codec(const Options& given) {
  const std::string codec = lower_trimmed(text_option(given, "codec", "lines"));
  if (codec == "lines") return SocketCodec::Lines;
  if (codec == "length") return SocketCodec::Length;
  return option_error(given, "codec", "socket source: unknown codec: '" + codec + "'",
                      "choose 'lines' or 'length'");
}

/// The format and its schema; checks that they go together.
Status read_schema(const SourceRequest& request, SocketDecoding& decoding) {
  decoding.format = lower_trimmed(text_option(request.options, "format", "text"));
  if (decoding.format == "text") {
    if (request.schema)
      return make_error(ErrorKind::Config,
                        "TextSocketSourceProvider source does not support user-specified schema.",
                        "leave the schema out, or set format: json or csv");
    decoding.record_schema = std::make_shared<const Schema>(Schema{{{"value", TypeKind::String}}});
    return {};
  }
  if (decoding.format != "json" && decoding.format != "csv")
    return option_error(request.options, "format",
                        "socket source: unknown format: '" + decoding.format + "'",
                        "choose 'text', 'json' or 'csv'");
  if (!request.schema)
    return make_error(ErrorKind::Config,
                      "socket source: format '" + decoding.format + "' needs a schema",
                      "set schema, for example schema: id INT, name STRING");
  decoding.record_schema = std::make_shared<const Schema>(*request.schema);
  return {};
}

void make_output_schema(SocketDecoding& decoding) {
  Schema schema = *decoding.record_schema;
  if (decoding.include_timestamp) schema.fields.push_back({"timestamp", TypeKind::Timestamp});
  if (decoding.connection_column) schema.fields.push_back({"_connection", TypeKind::Long, false});
  decoding.output_schema = std::make_shared<const Schema>(std::move(schema));
}

Result<SocketDecoding> read_decoding(const SourceRequest& request) {
  SocketDecoding decoding;
  Status schema = read_schema(request, decoding);
  if (!schema.ok()) return schema.error();
  const auto codec = read_codec(request.options);
  if (!codec.ok()) return codec.error();
  const auto timestamp = read_include_timestamp(request.options);
  if (!timestamp.ok()) return timestamp.error();
  const auto connection = boolean_option(request.options, "connectionColumn", false);
  if (!connection.ok()) return connection.error();
  const auto bad_records = read_bad_records(request.options);
  if (!bad_records.ok()) return bad_records.error();
  const auto max_bytes = positive_option(request.options, "maxRecordBytes");
  if (!max_bytes.ok()) return max_bytes.error();
  decoding.codec = *codec;
  decoding.include_timestamp = *timestamp;
  decoding.connection_column = *connection;
  decoding.bad_records = *bad_records;
  decoding.max_record_bytes = static_cast<std::size_t>(max_bytes->value_or(kMaxRecordBytes));
  make_output_schema(decoding);
  return decoding;
}

/// Clients count their records, so each line must be one row.
Status read_acknowledge(const Options& given, SocketOptions& options) {
  const auto acknowledge = boolean_option(given, "acknowledge", false);
  if (!acknowledge.ok()) return acknowledge.error();
  options.acknowledge = *acknowledge;
  if (!*acknowledge) return {};
  const auto refuse = [&](const std::string& why, const std::string& fix) {
    return option_error(given, "acknowledge", "socket source: acknowledge needs " + why, fix);
  };
  if (!options.listen) return refuse("listen: true", "let the clients connect");
  if (options.decoding.codec != SocketCodec::Lines)
    return refuse("codec: lines", "leave the codec out");
  if (options.decoding.format == "csv" || options.decoding.bad_records == BadRecords::Drop ||
      lower_trimmed(text_option(given, "mode", "permissive")) == "dropmalformed")
    return refuse("a row for each line", "use format: text or json, and keep bad records");
  options.decoding.keep_unfinished = false;
  return {};
}

Result<std::shared_ptr<SocketOptions>> read_options(const SourceRequest& request) {
  auto options = std::make_shared<SocketOptions>();
  const auto listen = boolean_option(request.options, "listen", false);
  if (!listen.ok()) return listen.error();
  const auto reconnect = boolean_option(request.options, "reconnect", false);
  if (!reconnect.ok()) return reconnect.error();
  auto decoding = read_decoding(request);
  if (!decoding.ok()) return decoding.error();
  // Last: it is asked for again without what is wrong, and host and port must be there.
  const auto endpoint = read_endpoint(request.options, *listen);
  if (!endpoint.ok()) return endpoint.error();
  options->endpoint = *endpoint;
  options->listen = *listen;
  options->reconnect = *reconnect;
  options->continuous = request.continuous;
  options->decoding = std::move(*decoding);
  options->format_options = request.options;
  options->time_zone = request.time_zone;
  if (Status status = read_acknowledge(request.options, *options); !status.ok())
    return status.error();
  return options;
}

Result<PlannedSource> plan_socket(const SourceRequest& request) {
  const auto options = read_options(request);
  if (!options.ok()) return options.error();
  PlannedSource planned;
  planned.tells_latest_offset = true;
  planned.schema = *(*options)->decoding.output_schema;
  planned.description = fmt::format("TextSocketV2[host: {}, port: {}]", (*options)->endpoint.host,
                                    (*options)->endpoint.port);
  planned.repeatable = (*options)->acknowledge;
  std::shared_ptr<const SocketOptions> shared = *options;
  planned.make = [shared]() -> std::unique_ptr<Source> {
    if (shared->acknowledge) return std::make_unique<AcknowledgingSocketSource>(shared);
    return std::make_unique<SocketSource>(shared);
  };
  return planned;
}

std::vector<OptionDeclaration> socket_options() {
  std::vector<OptionDeclaration> options{
      declare("host", OptionType::Text, "",
              "Host to connect to, or address to listen on (then 127.0.0.1 by default)."),
      declare_required("port", OptionType::Integer, "Port to connect to or to listen on."),
      declare("includeTimestamp", OptionType::Boolean, "false",
              "Adds the column timestamp with the time of arrival."),
      declare("listen", OptionType::Boolean, "false",
              "Waits for any number of clients instead of connecting."),
      declare("acknowledge", OptionType::Boolean, "false",
              "Tells clients which of their numbered records are safe, and takes each once."),
      declare("reconnect", OptionType::Boolean, "false",
              "Connects again when the peer is away instead of failing."),
      declare_choice("format", {"text", "json", "csv"}, "text",
                     "What a record holds: a line of text, or the columns of the schema."),
      declare_choice("codec", {"lines", "length"}, "lines",
                     "What ends a record: a line end, or a 4-byte big-endian length before it."),
      declare("maxRecordBytes", OptionType::Integer, std::to_string(kMaxRecordBytes),
              "A longer record is a bad record."),
      bad_records_option()};
  for (const char* format : {"json", "csv"}) add_options(options, format_options(format));
  return options;
}

}  // namespace

SourceType socket_source_type() {
  return {"socket", "Reads lines or records from TCP connections.", socket_options(), plan_socket};
}

}  // namespace millrace
