#include "records/option_value.hpp"
#include "sinks/socket_sink.hpp"

#include <fmt/format.h>

#include <memory>

namespace millrace {

namespace {

constexpr std::string_view kConnectionColumn = "_connection";

Status read_audience(const Options& given, SocketSinkOptions& options) {
  const auto listen = boolean_option(given, "listen", false);
  if (!listen.ok()) return listen.error();
  const bool replies = given.find("reply") != nullptr;
  if (*listen && replies)
    return option_error(given, "reply", "socket sink: listen and reply cannot be set together",
                        "reply uses the connections of its source");
  options.audience = replies   ? SocketAudience::Reply
                     : *listen ? SocketAudience::Listeners
                               : SocketAudience::Peer;
  return {};
}

Status read_endpoint(const Options& given, SocketSinkOptions& options) {
  if (options.audience == SocketAudience::Reply) return {};
  const bool listens = options.audience == SocketAudience::Listeners;
  options.endpoint.host = text_option(given, "host", listens ? "127.0.0.1" : "");
  if (options.endpoint.host.empty())
    return option_error(given, "host", "socket sink: no host to write to", "set host");
  if (given.find("port") == nullptr)
    return option_error(given, "port", "socket sink: no port to write to", "set port");
  const auto port = integer_option(given, "port", 0);
  if (!port.ok()) return port.error();
  if (*port < (listens ? 0 : 1) || *port > 65535)
    return option_error(given, "port", fmt::format("socket sink: no such port: '{}'", *port),
                        "give a port from 1 to 65535");
  options.endpoint.port = static_cast<int>(*port);
  return {};
}

Status read_schema(const SinkRequest& request, SocketSinkOptions& options) {
  Schema data = request.schema;
  if (options.audience == SocketAudience::Reply) {
    const int column = data.find(kConnectionColumn);
    if (column < 0 || data[static_cast<std::size_t>(column)].type.kind() != TypeKind::Long)
      return option_error(request.options, "reply",
                          "socket sink: rows have no column '_connection' to reply on",
                          "keep the column through every operator between source and sink");
    options.connection_column = static_cast<std::size_t>(column);
    data.fields.erase(data.fields.begin() + column);
  }
  options.data_schema = std::make_shared<const Schema>(std::move(data));
  return {};
}

Status read_format(const SinkRequest& request, SocketSinkOptions& options) {
  options.format = lower_trimmed(text_option(request.options, "format", "json"));
  options.format_options = request.options;
  if (options.format != "json" && options.format != "csv" && options.format != "text")
    return option_error(request.options, "format",
                        "socket sink: unknown format: '" + options.format + "'",
                        "choose 'json', 'csv' or 'text'");
  const auto queued = positive_option(request.options, "maxQueuedBytes");
  if (!queued.ok()) return queued.error();
  if (*queued) options.max_queued_bytes = static_cast<std::size_t>(**queued);
  FormatSettings settings;
  settings.options = request.options;
  settings.time_zone = request.time_zone;
  const auto encoder = make_encoder(options.format, options.data_schema, settings);
  if (!encoder.ok()) return encoder.error();
  return {};
}

Result<PlannedSink> plan_socket(const SinkRequest& request) {
  auto options = std::make_shared<SocketSinkOptions>();
  Status status = read_audience(request.options, *options);
  if (status.ok()) status = read_endpoint(request.options, *options);
  if (status.ok()) status = read_schema(request, *options);
  if (status.ok()) status = read_format(request, *options);
  if (!status.ok()) return status.error();
  PlannedSink planned;
  planned.description =
      options->audience == SocketAudience::Reply
          ? fmt::format("SocketSink[reply: {}]", text_option(request.options, "reply", ""))
          : fmt::format("SocketSink[host: {}, port: {}]", options->endpoint.host,
                        options->endpoint.port);
  std::shared_ptr<const SocketSinkOptions> shared = options;
  planned.make = [shared] { return std::make_unique<SocketSink>(shared); };
  return planned;
}

}  // namespace

SinkType socket_sink_type() {
  SinkType type;
  type.name = "socket";
  type.summary = "Writes rows as lines to TCP peers.";
  type.options = {
      declare("host", OptionType::Text, "",
              "Host to connect to, or address to listen on (then 127.0.0.1 by default)."),
      declare("port", OptionType::Integer, "", "Port to connect to or to listen on."),
      declare("listen", OptionType::Boolean, "false", "Writes to every client that connects."),
      declare("reply", OptionType::Text, "",
              "Name of a listening socket source: each row goes back where its input came from."),
      declare_choice("format", {"json", "csv", "text"}, "json", "How rows are written."),
      declare("maxQueuedBytes", OptionType::Integer, "1048576",
              "Bytes that may wait for a peer that does not read.")};
  for (const char* format : {"json", "csv", "text"})
    add_options(type.options, format_options(format));
  type.output_modes = {"append", "update", "complete"};
  type.plan = plan_socket;
  return type;
}

}  // namespace millrace
