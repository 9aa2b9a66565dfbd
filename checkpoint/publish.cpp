#include "checkpoint/publish.hpp"

namespace millrace {

Status publish(FileSystem& files, const std::string& location, const std::string& name,
               std::string_view bytes) {
  auto file = files.open_for_write(location + "/" + name + ".tmp", true);
  if (!file) return file.error();
  if (Status cut = (*file)->truncate(0); !cut) return cut;
  if (Status written = (*file)->write_at(0, {&bytes, 1}); !written) return written;
  if (Status synced = (*file)->sync(); !synced) return synced;
  return publish_written(files, location, name);
}

Status publish_written(FileSystem& files, const std::string& location, const std::string& name) {
  const std::string path = location + "/" + name;
  if (Status renamed = files.rename(path + ".tmp", path); !renamed) return renamed;
  return files.sync_folder(path.substr(0, path.rfind('/')));
}

}  // namespace millrace
