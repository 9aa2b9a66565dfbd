#include "topology/processor_library.hpp"

#include "operators/processor_plugin.hpp"

#include <dlfcn.h>

namespace millrace {
namespace {

using Entry = ProcessorPlugins (*)();

Error library_error(const std::string& what, const std::string& path, std::string fix) {
  return make_error(ErrorKind::Config, "processor library: " + what + ": '" + path + "'",
                    std::move(fix));
}

Result<ProcessorPlugins> open_library(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* reason = dlerror();
    Error error = library_error("cannot open", path, "give the path of a shared library");
    if (reason != nullptr) error.notes.emplace_back(reason);
    return error;
  }
  const auto entry = reinterpret_cast<Entry>(dlsym(library, MILLRACE_PROCESSORS_ENTRY));
  if (entry == nullptr)
    return library_error("no function " MILLRACE_PROCESSORS_ENTRY, path,
                         "name its processors with MILLRACE_PROCESSORS");
  const ProcessorPlugins plugins = entry();
  if (plugins.abi != kProcessorAbi)
    return library_error("made for version " + std::to_string(plugins.abi) +
                             " of the interface, not " + std::to_string(kProcessorAbi),
                         path, "build it again with the headers of this version");
  return plugins;
}

std::string names_of(const ProcessorPlugins& plugins) {
  std::string names;
  for (int i = 0; i < plugins.count; ++i)
    names += (i == 0 ? "" : ", ") + std::string(plugins.list[i].name);
  return names;
}

}  // namespace

Result<LibraryProcessor> load_processor(const std::string& path, const std::string& name) {
  const auto plugins = open_library(path);
  if (!plugins.ok()) return plugins.error();
  if (name.empty() && plugins->count != 1)
    return library_error("has several processors", path, "name one of: " + names_of(*plugins));
  for (int i = 0; i < plugins->count; ++i) {
    const ProcessorPlugin& plugin = plugins->list[i];
    if (!name.empty() && name != plugin.name) continue;
    return LibraryProcessor{plugin.name, plugin.schema, [make = plugin.make] {
                              return std::unique_ptr<StatefulProcessor>(make());
                            }};
  }
  return library_error("has no processor '" + name + "'", path,
                       "name one of: " + names_of(*plugins));
}

}  // namespace millrace
