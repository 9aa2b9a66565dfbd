#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "sinks/sink.hpp"

namespace millrace::testing {

/// What a `CollectingSink` saw; shared with the test. Read it when the job has ended.
struct Collected {
  std::mutex mutex;
  std::vector<std::int64_t> values;
  std::string epochs;  // "0:5 1:3": epoch and rows, at commit
  std::int64_t sum = 0;
  std::set<std::thread::id> threads;  // that wrote
};

/// Adds up the first column (long); refuses every `refuse_every`-th write once.
class CollectingSink final : public Sink {
 public:
  explicit CollectingSink(std::shared_ptr<Collected> collected, int refuse_every = 0)
      : collected_(std::move(collected)), refuse_every_(refuse_every) {}

  Status open(SinkContext& context) override {
    context_ = &context;
    return {};
  }
  Result<WriteStatus> write(const RecordBatch& batch) override {
    if (refuse_every_ != 0 && ++writes_ % refuse_every_ == 0) {
      context_->wake();
      return WriteStatus::Full;
    }
    std::lock_guard lock(collected_->mutex);
    collected_->threads.insert(std::this_thread::get_id());
    batch.rows().for_each([&](std::uint32_t row) {
      collected_->values.push_back(batch.column(0).at<std::int64_t>(row));
      collected_->sum += collected_->values.back();
    });
    rows_ += batch.num_rows();
    return WriteStatus::Accepted;
  }
  void prepare(Epoch, std::function<void(Result<CommitToken>)> done) override {
    done(CommitToken{std::to_string(std::exchange(rows_, 0))});
  }
  void commit(Epoch epoch, const CommitToken& token, std::function<void(Status)> done) override {
    {
      std::lock_guard lock(collected_->mutex);
      std::string& epochs = collected_->epochs;
      epochs += (epochs.empty() ? "" : " ") + std::to_string(number(epoch)) + ":" + token.bytes;
    }
    done({});
  }

 private:
  std::shared_ptr<Collected> collected_;
  const int refuse_every_;
  SinkContext* context_ = nullptr;
  int writes_ = 0;
  std::int64_t rows_ = 0;
};

}  // namespace millrace::testing
