#pragma once

#include <string>
#include <vector>

#include "records/result.hpp"

namespace millrace {

/// Values that nothing may show: the texts of options declared secret. A value.
class Secrets {
 public:
  /// Empty texts are no secrets.
  void add(std::string value);
  bool empty() const { return values_.empty(); }

  /// The text with `*****` in place of each secret, also where the secret stands escaped as in JSON.
  std::string hidden(std::string text) const;
  /// The same for all texts of an error.
  Error hidden(Error error) const;

 private:
  std::vector<std::string> values_;  // the longest first: one may be part of another
};

}  // namespace millrace
