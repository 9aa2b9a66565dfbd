#include "job_options.hpp"

namespace millrace::cli {

JobOptions job_options(const LoadedTopology& loaded) {
  JobOptions options;
  options.trigger = loaded.settings.trigger;
  options.time_zone = loaded.settings.time_zone;
  options.idle = loaded.runtime.spin ? IdleStrategy::Spin : IdleStrategy::Park;
  options.threads = loaded.runtime.threads;
  options.checkpoint.location = loaded.checkpoint_location;
  options.checkpoint.retention = loaded.runtime.checkpoint_retention;
  options.secrets = loaded.secrets;
  options.max_state_bytes = loaded.runtime.max_state_bytes;
  options.alignment = loaded.settings.aligned ? Alignment::Aligned : Alignment::None;
  options.hand_off = loaded.runtime.hand_off;
  return options;
}

}  // namespace millrace::cli
