#pragma once

namespace millrace {

/// What an aggregate function is too when nothing bounds the state of one group: it keeps the group's
/// values until the group is forgotten. Plans tell the user.
class KeepsValues {
 public:
  enum class Which { All, Distinct };

  explicit KeepsValues(Which which) : which_(which) {}
  virtual ~KeepsValues() = default;
  Which which() const { return which_; }

 private:
  const Which which_;
};

}  // namespace millrace
