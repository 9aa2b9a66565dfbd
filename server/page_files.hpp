#pragma once

#include <span>
#include <string_view>

namespace millrace {

/// A file of `server/pages`, built into the program.
struct PageFile {
  std::string_view name;
  std::string_view content_type;
  std::string_view content;
};
/// All of them. Made by cmake/EmbedPages.cmake.
std::span<const PageFile> page_files();

}  // namespace millrace
