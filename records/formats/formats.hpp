#pragma once

#include <memory>

#include "records/formats/format.hpp"

namespace millrace {

// One factory for each format and direction; `make_decoder` and `make_encoder` choose among them.

Result<std::unique_ptr<RecordDecoder>> make_text_decoder(SchemaPtr schema,
                                                         const FormatSettings& settings);
Result<std::unique_ptr<RecordDecoder>> make_json_decoder(SchemaPtr schema,
                                                         const FormatSettings& settings);
Result<std::unique_ptr<RecordDecoder>> make_csv_decoder(SchemaPtr schema,
                                                        const FormatSettings& settings);
Result<std::unique_ptr<RecordEncoder>> make_text_encoder(SchemaPtr schema,
                                                         const FormatSettings& settings);
Result<std::unique_ptr<RecordEncoder>> make_json_encoder(SchemaPtr schema,
                                                         const FormatSettings& settings);
Result<std::unique_ptr<RecordEncoder>> make_csv_encoder(SchemaPtr schema,
                                                        const FormatSettings& settings);

}  // namespace millrace
