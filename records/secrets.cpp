#include "records/secrets.hpp"

#include <algorithm>
#include <utility>

namespace millrace {
namespace {

constexpr const char* kMask = "*****";

/// As JSON strings and messages write it.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: out += c;
    }
  }
  return out;
}

void replace_all(std::string& text, const std::string& from) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at))
    text.replace(at, from.size(), kMask);
}

}  // namespace

void Secrets::add(std::string value) {
  if (value.empty()) return;
  if (std::string other = escaped(value); other != value) values_.push_back(std::move(other));
  values_.push_back(std::move(value));
  std::stable_sort(values_.begin(), values_.end(), [](const std::string& a, const std::string& b) {
    return a.size() > b.size();
  });
}

std::string Secrets::hidden(std::string text) const {
  for (const std::string& value : values_) replace_all(text, value);
  return text;
}

Error Secrets::hidden(Error error) const {
  if (empty()) return error;
  for (std::string* text : {&error.message, &error.label, &error.fix})
    *text = hidden(std::move(*text));
  for (std::string& note : error.notes) note = hidden(std::move(note));
  return error;
}

}  // namespace millrace
