#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace millrace::cli {

/// Reads lines from a terminal, with the keys of every shell: arrows, Home, End, history, Tab. Where
/// standard input is no terminal it reads plain lines. Not thread-safe.
class LineEditor {
 public:
  /// `words` gives what Tab may complete. Lines of earlier sessions come from `history_file`, new ones are
  /// added to it; empty: nothing is kept.
  LineEditor(std::function<std::vector<std::string>()> words, std::string history_file);

  /// None at the end of input (Ctrl-D on an empty line). Ctrl-C gives an empty line.
  std::optional<std::string> read(const std::string& prompt);

 private:
  enum class Key { None, Text, Enter, End, Cancel };
  Key take_key(const std::string& prompt);
  void take_escape();
  void show_history(std::size_t index);
  void remember();
  void complete();
  void draw(const std::string& prompt) const;

  const std::function<std::vector<std::string>()> words_;
  const std::string history_file_;
  std::vector<std::string> history_;
  std::size_t shown_ = 0;  // index in the history; its size: the new line
  std::string line_;
  std::size_t cursor_ = 0;  // byte in line_
};

}  // namespace millrace::cli
