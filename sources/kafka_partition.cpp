#include "sources/kafka_consumer.hpp"

#include <librdkafka/rdkafka.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "records/check.hpp"

namespace millrace {

namespace {
constexpr std::size_t kMaxHeld = 1024;
}

KafkaWake::KafkaWake() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  MILLRACE_CHECK(fd_ >= 0, "no descriptor for a kafka source");
}

KafkaWake::~KafkaWake() { ::close(fd_); }

void KafkaWake::signal() {
  if (!signalled_.exchange(true)) ::eventfd_write(fd_, 1);
}

void KafkaWake::clear() {
  if (!signalled_.load()) return;
  eventfd_t count = 0;
  ::eventfd_read(fd_, &count);
  signalled_.store(false);
}

KafkaPartition::KafkaPartition(rd_kafka_topic_s* topic, TopicPartition name, std::int64_t offset,
                               KafkaWake& wake, rd_kafka_s* client)
    : topic_(topic),
      queue_(rd_kafka_queue_new(client)),
      name_(std::move(name)),
      wake_(wake),
      position_(offset) {
  held_.reserve(kMaxHeld);
  rd_kafka_queue_cb_event_enable(queue_, &KafkaPartition::on_records, this);
  const int started = rd_kafka_consume_start_queue(topic_, name_.partition, offset, queue_);
  if (started == 0) return;
  stuck_ = Next::Failed;
  failure_ = rd_kafka_err2str(rd_kafka_last_error());
}

KafkaPartition::~KafkaPartition() {
  rd_kafka_consume_stop(topic_, name_.partition);
  rd_kafka_queue_cb_event_enable(queue_, nullptr, nullptr);
  for (; first_ < held_.size(); ++first_) rd_kafka_message_destroy(held_[first_]);
  rd_kafka_queue_destroy(queue_);
}

void KafkaPartition::on_records(rd_kafka_s* /*client*/, void* partition) {
  auto* self = static_cast<KafkaPartition*>(partition);
  self->ready_.store(true);
  self->wake_.signal();
}

/// The client tells of records only when its queue was empty: it is read until it is.
bool KafkaPartition::refill() {
  if (!ready_.exchange(false)) return false;
  held_.resize(kMaxHeld);
  first_ = 0;
  const ssize_t got = rd_kafka_consume_batch_queue(queue_, 0, held_.data(), kMaxHeld);
  held_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  if (!held_.empty()) ready_.store(true);
  return !held_.empty();
}

void KafkaPartition::drop_front() { rd_kafka_message_destroy(held_[first_++]); }

std::int64_t KafkaPartition::offset_of(const rd_kafka_message_s& message) { return message.offset; }

void KafkaPartition::pop() {
  position_ = held_[first_]->offset + 1;
  drop_front();
}

KafkaPartition::Next KafkaPartition::next() {
  while (stuck_ == Next::Nothing) {
    if (first_ == held_.size() && !refill()) return Next::Nothing;
    const rd_kafka_message_t& front = *held_[first_];
    const bool is_record = front.err == RD_KAFKA_RESP_ERR_NO_ERROR;
    if (is_record && front.offset >= position_) return Next::Record;
    if (!is_record) take_word(front);
    drop_front();
  }
  return stuck_;
}

void KafkaPartition::take_word(const rd_kafka_message_s& word) {
  switch (word.err) {
    // The end as of now: control records before it show themselves by this alone.
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      position_ = std::max(position_, word.offset);
      has_seen_end_ = true;
      return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE: stuck_ = Next::Lost; return;
    // The discovery judges whether a topic is gone; a leader on the move comes back.
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: return;
    default: stuck_ = Next::Failed; failure_ = rd_kafka_message_errstr(&word);
  }
}

}  // namespace millrace
