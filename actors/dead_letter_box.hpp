#pragma once

#include <string>

#include "actors/job_events.hpp"
#include "actors/outbox.hpp"
#include "records/dead_letter.hpp"

namespace millrace {

/// Collects the dead letters of one subtask until they can go out with its other records. Not
/// thread-safe: only the running task may call it.
class DeadLetterBox {
 public:
  DeadLetterBox(RecordPool& pool, const TaskPlace& place) : pool_(pool), place_(place) {}

  void put(const DeadLetter& letter) {
    if (!letters_) letters_ = pool_.make_batch(dead_letter_schema());
    const Error error = place_.secrets.hidden(letter.error);
    append_dead_letter(letters_, {letter.raw, place_.secrets.hidden(letter.position), error},
                       place_.name, place_.clock.now_micros());
  }
  /// Sends what was put since the last call; before the marker that ends the epoch.
  void empty_into(Outbox& outbox) {
    if (!letters_) return;
    outbox.emit_dead_letters(std::move(letters_));
  }

 private:
  RecordPool& pool_;
  const TaskPlace& place_;
  RecordBatch letters_;
};

}  // namespace millrace
