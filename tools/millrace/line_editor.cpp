#include "line_editor.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iostream>
#include <utility>

#include "records/tcp.hpp"

namespace millrace::cli {
namespace {

constexpr std::size_t kMaxHistory = 1000;
constexpr char kCtrlA = 1, kCtrlC = 3, kCtrlD = 4, kCtrlE = 5, kCtrlU = 21, kEscape = 27,
               kDelete = 127;

/// Gives keys as they are typed; the terminal is as before at its end.
class RawMode {
 public:
  RawMode() {
    tcgetattr(STDIN_FILENO, &before_);
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  }
  ~RawMode() { tcsetattr(STDIN_FILENO, TCSANOW, &before_); }

 private:
  termios before_{};
};

/// -1 at the end.
int next_byte() {
  unsigned char byte = 0;
  return ::read(STDIN_FILENO, &byte, 1) == 1 ? byte : -1;
}

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

std::size_t columns_of(const std::string& text, std::size_t bytes) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(bytes),
                    [](char byte) { return !is_continuation(byte); }));
}

bool starts_without_case(const std::string& word, const std::string& start) {
  return word.size() > start.size() &&
         std::equal(start.begin(), start.end(), word.begin(), [](unsigned char a, unsigned char b) {
           return std::tolower(a) == std::tolower(b);
         });
}

}  // namespace

LineEditor::LineEditor(std::function<std::vector<std::string>()> words, std::string history_file)
    : words_(std::move(words)), history_file_(std::move(history_file)) {
  std::ifstream file(history_file_);
  for (std::string line; std::getline(file, line);)
    if (!line.empty()) history_.push_back(line);
  if (history_.size() > kMaxHistory)
    history_.erase(history_.begin(), history_.end() - static_cast<std::ptrdiff_t>(kMaxHistory));
}

// A history that cannot be written is no reason to fail.
void LineEditor::remember() {
  if (line_.empty() || (!history_.empty() && history_.back() == line_)) return;
  history_.push_back(line_);
  if (history_file_.empty()) return;
  const Descriptor file(
      ::open(history_file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  const std::string text = line_ + "\n";
  if (file && ::write(file.get(), text.data(), text.size()) < 0) return;
}

std::optional<std::string> LineEditor::read(const std::string& prompt) {
  line_.clear();
  cursor_ = 0;
  shown_ = history_.size();
  if (isatty(STDIN_FILENO) == 0) {
    if (!std::getline(std::cin, line_)) return std::nullopt;
    return line_;
  }
  const RawMode raw;
  draw(prompt);
  for (;;) {
    const Key key = take_key(prompt);
    if (key == Key::Enter || key == Key::Cancel || key == Key::End) std::cout << "\n" << std::flush;
    if (key == Key::End) return std::nullopt;
    if (key == Key::Cancel) return std::string();
    if (key != Key::Enter) continue;
    remember();
    return line_;
  }
}

LineEditor::Key LineEditor::take_key(const std::string& prompt) {
  const int byte = next_byte();
  if (byte < 0) return Key::End;
  const char c = static_cast<char>(byte);
  switch (c) {
    case '\r':
    case '\n': return Key::Enter;
    case kCtrlC: return Key::Cancel;
    case kCtrlD:
      if (line_.empty()) return Key::End;
      return Key::None;
    case kCtrlA: cursor_ = 0; break;
    case kCtrlE: cursor_ = line_.size(); break;
    case kCtrlU: line_.erase(0, std::exchange(cursor_, 0)); break;
    case '\t': complete(); break;
    case kEscape: take_escape(); break;
    case '\b':
    case kDelete:
      while (cursor_ > 0) {
        const bool is_whole = !is_continuation(line_[--cursor_]);
        line_.erase(cursor_, 1);
        if (is_whole) break;
      }
      break;
    default:
      if (static_cast<unsigned char>(c) >= ' ') line_.insert(cursor_++, 1, c);
  }
  draw(prompt);
  return Key::Text;
}

// Arrows, Home and End come as ESC [ and a letter.
void LineEditor::take_escape() {
  if (next_byte() != '[') return;
  switch (next_byte()) {
    case 'A':
      if (shown_ > 0) show_history(shown_ - 1);
      break;
    case 'B':
      if (shown_ < history_.size()) show_history(shown_ + 1);
      break;
    case 'C':
      if (cursor_ < line_.size()) ++cursor_;
      while (cursor_ < line_.size() && is_continuation(line_[cursor_])) ++cursor_;
      break;
    case 'D':
      if (cursor_ > 0) --cursor_;
      while (cursor_ > 0 && is_continuation(line_[cursor_])) --cursor_;
      break;
    case 'H': cursor_ = 0; break;
    case 'F': cursor_ = line_.size(); break;
    default: break;
  }
}

void LineEditor::show_history(std::size_t index) {
  shown_ = index;
  line_ = index < history_.size() ? history_[index] : std::string();
  cursor_ = line_.size();
}

// Completes the word before the cursor as far as all candidates agree.
void LineEditor::complete() {
  std::size_t start = cursor_;
  while (start > 0 && line_[start - 1] != ' ' && line_[start - 1] != '(' && line_[start - 1] != ',')
    --start;
  const std::string begun = line_.substr(start, cursor_ - start);
  if (begun.empty()) return;
  std::optional<std::string> common;
  for (const std::string& word : words_()) {
    if (!starts_without_case(word, begun)) continue;
    if (!common) common = word;
    const auto differ = std::mismatch(common->begin(), common->end(), word.begin(), word.end());
    common->erase(differ.first, common->end());
  }
  if (!common || common->size() <= begun.size()) return;
  line_.replace(start, begun.size(), *common);
  cursor_ = start + common->size();
}

void LineEditor::draw(const std::string& prompt) const {
  std::cout << "\r\x1b[K" << prompt << line_ << "\r";
  const std::size_t column = prompt.size() + columns_of(line_, cursor_);
  if (column > 0) std::cout << "\x1b[" << column << "C";
  std::cout << std::flush;
}

}  // namespace millrace::cli
