#include "sinks/kafka_sink.hpp"

#include <algorithm>

namespace millrace {

namespace {
constexpr int kServeMs = 50;
}

KafkaSink::KafkaSink(std::shared_ptr<const KafkaSinkOptions> options)
    : options_(std::move(options)) {}

KafkaSink::~KafkaSink() {
  stopping_ = true;
  if (server_.joinable()) server_.join();
}

Status KafkaSink::open(SinkContext& context) {
  context_ = &context;
  auto producer = KafkaProducer::create(
      {options_->settings, {}},
      [this](const KafkaProducer::Delivery& delivery) {
        on_delivered(delivery.tag, delivery.failure);
      },
      context.warn);
  if (!producer.ok()) return producer.error();
  producer_ = std::move(*producer);
  server_ = std::thread([this] { run(); });
  return {};
}

void KafkaSink::run() {
  while (!stopping_) producer_->serve(kServeMs);
}

Result<WriteStatus> KafkaSink::write(const RecordBatch& batch) {
  if (tally_ == nullptr) {
    const std::lock_guard lock(mutex_);
    tallies_.push_back(std::make_unique<Tally>());
    tally_ = tallies_.back().get();
  }
  const Rows rows = batch.rows();
  for (; num_taken_ < rows.size(); ++num_taken_) {
    if (has_failed_) {
      const std::lock_guard lock(mutex_);
      return make_error(ErrorKind::QueryFailed, failure_);
    }
    Status read = read_kafka_record(batch, rows[num_taken_], options_->columns, options_->topic,
                                    record_);
    if (!read.ok()) return read.error();
    tally_->outstanding.fetch_add(1);
    is_full_ = true;  // before asking, so that no delivery in between is missed
    const auto sent = producer_->send(record_, tally_);
    if (!sent.ok() || *sent == KafkaProducer::Sent::Full) tally_->outstanding.fetch_sub(1);
    if (!sent.ok()) return sent.error();
    if (*sent == KafkaProducer::Sent::Full) return WriteStatus::Full;
    is_full_ = false;
  }
  num_taken_ = 0;
  return WriteStatus::Accepted;
}

void KafkaSink::on_delivered(void* tally, const std::string& failure) {
  if (!failure.empty()) {
    const std::lock_guard lock(mutex_);
    if (failure_.empty()) failure_ = failure;
    has_failed_ = true;
  }
  settle(*static_cast<Tally*>(tally));
  if (is_full_.exchange(false) && context_->wake) context_->wake();
}

/// The last one to let go of an epoch reports it and those before it are reported already or will be.
void KafkaSink::settle(Tally& tally) {
  if (tally.outstanding.fetch_sub(1) != 1) return;
  std::unique_ptr<Tally> settled;
  std::string failure;
  {
    const std::lock_guard lock(mutex_);
    const auto at = std::find_if(tallies_.begin(), tallies_.end(),
                                 [&](const auto& held) { return held.get() == &tally; });
    settled = std::move(*at);
    tallies_.erase(at);
    failure = failure_;
  }
  if (failure.empty()) settled->done(CommitToken{});
  else settled->done(make_error(ErrorKind::QueryFailed, failure));
}

void KafkaSink::prepare(Epoch, std::function<void(Result<CommitToken>)> done) {
  if (tally_ == nullptr) return done(CommitToken{});
  Tally& tally = *std::exchange(tally_, nullptr);
  tally.done = std::move(done);
  settle(tally);
}

void KafkaSink::commit(Epoch, const CommitToken&, std::function<void(Status)> done) { done({}); }

}  // namespace millrace
