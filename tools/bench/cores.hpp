#pragma once

namespace millrace::bench {

/// The calling thread, and those that it will start, stay on this core; where there is no such core, nothing happens.
void pin_to_core(int core);
/// The calling thread may use all cores again.
void unpin();

}  // namespace millrace::bench
