#include "topology/yaml/substitution.hpp"

#include <algorithm>
#include <cctype>

#include "topology/yaml/text_positions.hpp"

namespace millrace::yaml {
namespace {

bool is_name(std::string_view name) {
  const auto is_name_character = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  return !name.empty() && !std::isdigit(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), is_name_character);
}

/// Rewrites one scalar, byte by byte with the place of each.
class Substitution {
 public:
  Substitution(YamlValue& value, Document& document, const Environment& environment)
      : value_(value), document_(document), environment_(environment), places_(places()) {}

  void run() {
    const std::string& text = value_.text;
    for (std::size_t i = 0; i < text.size();) {
      if (text.compare(i, 3, "$${") == 0) {
        append("${", places_[i]);
        i += 3;
      } else if (text.compare(i, 2, "${") == 0) {
        i = replace(i);
      } else {
        append({&text[i], 1}, places_[i]);
        ++i;
      }
    }
    if (is_in_file())
      document_.places[{value_.origin.line, value_.origin.column}] = std::move(new_places_);
    value_.text = std::move(text_);
  }

 private:
  bool is_in_file() const { return value_.origin.file == document_.file; }

  std::vector<Origin> places() const {
    const auto known = document_.places.find({value_.origin.line, value_.origin.column});
    if (is_in_file() && known != document_.places.end() &&
        known->second.size() == value_.text.size())
      return known->second;
    std::vector<Origin> places;
    Origin place = value_.origin;
    --place.column;
    for (char c : value_.text) {
      if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++place.column;
      places.push_back(place);
    }
    return places;
  }

  void append(std::string_view text, const Origin& place) {
    text_ += text;
    new_places_.insert(new_places_.end(), text.size(), place);
  }

  // Returns where to go on.
  std::size_t replace(std::size_t start) {
    const std::size_t end = value_.text.find('}', start);
    if (end == std::string::npos) {
      fail("`${` without `}`", start, 2, "write `$${` for a plain `${`");
      return value_.text.size();
    }
    const std::string_view inside = std::string_view(value_.text).substr(start + 2, end - start - 2);
    const std::size_t colon = inside.find(":-");
    const std::string name(inside.substr(0, colon));
    if (!is_name(name)) {
      fail("not the name of an environment variable: '" + name + "'", start, end + 1 - start,
           "write `${NAME}` or `${NAME:-default}`, or `$${` for a plain `${`");
      return end + 1;
    }
    const auto found = environment_ ? environment_(name) : std::nullopt;
    const bool use_default = !found || found->empty();
    if (use_default && colon != std::string_view::npos)
      append(inside.substr(colon + 2), places_[start]);
    else if (found)
      append(*found, places_[start]);
    else
      fail("environment variable is not set: '" + name + "'", start, end + 1 - start,
           "set it, or give a default: `${" + name + ":-default}`");
    return end + 1;
  }

  void fail(std::string message, std::size_t at, std::size_t bytes, std::string fix) {
    Error error = make_error(ErrorKind::Config, std::move(message), std::move(fix));
    error.origin = places_[at];
    error.origin.file = value_.origin.file;
    error.origin.length = count_code_points(std::string_view(value_.text).substr(at, bytes));
    document_.errors.push_back(std::move(error));
  }

  YamlValue& value_;
  Document& document_;
  const Environment& environment_;
  const std::vector<Origin> places_;
  std::string text_;
  std::vector<Origin> new_places_;
};

void substitute(YamlValue& value, Document& document, const Environment& environment) {
  if (value.is_scalar() && value.text.find("${") != std::string::npos)
    Substitution(value, document, environment).run();
  for (YamlValue& item : value.items) substitute(item, document, environment);
  for (YamlEntry& entry : value.entries) substitute(entry.value, document, environment);
}

}  // namespace

void substitute_environment(Document& document, const Environment& environment) {
  substitute(document.root, document, environment);
}

}  // namespace millrace::yaml
