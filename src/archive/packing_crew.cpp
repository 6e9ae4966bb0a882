#include "archive/packing_crew.h"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include "base/cores.h"
#include "base/error.h"
#include "base/md5_lanes.h"
#include "s3/body_check.h"

namespace s3c::archive {
namespace {

/// A loop with fewer objects in flight than this saves little, compared with one thread for each object.
constexpr int kLeastForALoop = 16;

void fail(const WorkItem& item, const std::exception_ptr& error) {
  item.volume->builder().fail(item.object.admission.sequence, error);
}

}  // namespace

/// One loop; used by one thread.
class PackingCrew::FetchLoop final : public s3::GetObjectSource {
 public:
  FetchLoop(PackingCrew& crew, std::size_t max_in_flight) : crew_(crew), fetching_(max_in_flight) {}

  /// Runs until no more objects are admitted. Answers every object that it takes, or hands it on. Throws the
  /// error that ended the loop early. That error has then failed the objects of this loop and all objects in
  /// the queue.
  void run() {
    try {
      crew_.store_.get_objects(*this, fetching_.size());
      pack_arrived();
      // Objects are left only after a stop. The packing threads then meet the stop for each of them.
      if (next_) crew_.hand_on(*std::exchange(next_, std::nullopt));
      while (std::optional<WorkItem> item = crew_.admitted_.pop())
        crew_.hand_on({crew_.in_flight_.acquire(), *std::move(item)});
    } catch (...) {
      fail_all(std::current_exception());
      throw;
    }
  }

 private:
  std::optional<s3::GetObjectRequest> next(std::size_t slot) override {
    pack_arrived();
    for (;;) {
      if (!next_) {
        base::Slots::Slot free = crew_.in_flight_.acquire();
        std::optional<WorkItem> item = crew_.admitted_.pop();
        if (!item) return std::nullopt;
        next_.emplace(Job{std::move(free), *std::move(item)});
      }
      if (hand_on_if_not_for_a_loop()) continue;
      next_->first.lease = crew_.packer_.lease(next_->item.object);
      return begin_next(slot);
    }
  }

  std::optional<s3::GetObjectRequest> try_next(std::size_t slot) override {
    pack_arrived();
    for (;;) {
      if (!next_) {
        std::optional<base::Slots::Slot> free = crew_.in_flight_.try_acquire();
        if (!free) return std::nullopt;
        std::optional<WorkItem> item = crew_.admitted_.try_pop();
        if (!item) return std::nullopt;
        next_.emplace(Job{*std::move(free), *std::move(item)});
      }
      if (hand_on_if_not_for_a_loop()) continue;
      next_->first.lease = crew_.packer_.try_lease(next_->item.object);
      if (!next_->first.lease) return std::nullopt;
      return begin_next(slot);
    }
  }

  /// Hands on the object in next_ if a loop can't fetch it. Returns whether it did.
  bool hand_on_if_not_for_a_loop() {
    const bool wanted = !next_->item.volume->builder().failed() && !crew_.packer_.is_stopped();
    if (wanted && crew_.packer_.is_small(next_->item.object)) return false;
    crew_.hand_on(*std::exchange(next_, std::nullopt));
    return true;
  }

  s3::GetObjectRequest begin_next(std::size_t slot) {
    s3::GetObjectRequest request = crew_.packer_.get_request(next_->item.object.summary);
    fetching_.at(slot) = std::exchange(next_, std::nullopt);
    return request;
  }

  void got(std::size_t slot, s3::GetObjectResult result) override {
    arrived_.emplace_back(end(slot));
    bodies_.push_back(std::move(result));
    if (arrived_.size() == base::kMd5Lanes) pack_arrived();
  }

  /// The loop asks for the next object once it has told of all bodies that came at the same time.
  void pack_arrived() {
    if (arrived_.empty()) return;
    const std::vector<std::string> md5s = s3::md5s_of(bodies_);
    for (std::size_t i = 0; i < arrived_.size(); ++i)
      pack_or_hand_on(*std::exchange(arrived_[i], std::nullopt), std::move(bodies_[i]), md5s[i]);
    arrived_.clear();
    bodies_.clear();
  }

  void pack_or_hand_on(Job job, s3::GetObjectResult body, std::string_view md5) {
    const bool settled = crew_.packer_.accept(job.item.object, std::move(body), md5, job.first);
    // A large member may hold the ZIP for minutes. If the loop waited for it, the other GETs of the loop
    // would time out.
    if (settled && !job.item.volume->builder().streaming()) {
      crew_.pack(std::move(job));
    } else {
      crew_.hand_on(std::move(job));
    }
  }

  void not_got(std::size_t slot, s3::GetObjectRequest request) override {
    Job job = end(slot);
    job.first.failed_get = std::move(request);
    crew_.hand_on(std::move(job));
  }

  Job end(std::size_t slot) { return *std::exchange(fetching_.at(slot), std::nullopt); }

  void fail_all(const std::exception_ptr& error) {
    for (std::vector<std::optional<Job>>* jobs : {&fetching_, &arrived_}) {
      for (std::optional<Job>& job : *jobs) {
        if (job) fail(job->item, error);
        job.reset();
      }
    }
    if (next_) fail(next_->item, error);
    next_.reset();
    crew_.admitted_.close();
    while (std::optional<WorkItem> item = crew_.admitted_.pop()) fail(*item, error);
  }

  PackingCrew& crew_;
  std::vector<std::optional<Job>> fetching_;  // by slot
  std::vector<std::optional<Job>> arrived_;   // whose bodies came, and are not packed yet
  std::vector<s3::GetObjectResult> bodies_;   // of arrived_
  std::optional<Job> next_;                   // taken, but there was no memory for it yet
};

PackingCrew::PackingCrew(s3::ObjectStore& store, MemberPacker& packer, Progress& progress, int threads)
    : store_(store),
      packer_(packer),
      progress_(progress),
      threads_(threads),
      in_flight_(threads),
      admitted_(static_cast<std::size_t>(threads) * 2),
      long_way_(static_cast<std::size_t>(threads)),
      packers_([this] { admitted_.close(); }),
      loops_([this] { admitted_.close(); }) {}

PackingCrew::~PackingCrew() {
  try {
    finish();
  } catch (...) {
    // Another exception is already on its way: finish() was not called, or it threw this one.
  }
}

void PackingCrew::start() {
  for (int i = 0; i < threads_; ++i) {
    packers_.spawn([this](const std::stop_token&) { pack_long_way(); });
  }
  // Two loops for each core: while one compresses or waits for the ZIP, the other one receives.
  const int loops = std::clamp(threads_ / kLeastForALoop, 1, 2 * base::usable_cores());
  const auto each = static_cast<std::size_t>((threads_ + loops - 1) / loops);
  for (int i = 0; i < loops; ++i) {
    loops_.spawn([this, each](const std::stop_token&) { FetchLoop(*this, each).run(); });
  }
}

void PackingCrew::finish() {
  admitted_.close();
  std::exception_ptr error;
  try {
    loops_.wait();
  } catch (...) {
    error = std::current_exception();
  }
  long_way_.close();
  packers_.wait();
  if (error) std::rethrow_exception(error);
}

void PackingCrew::pack_long_way() {
  try {
    while (std::optional<Job> job = long_way_.pop()) pack(*std::move(job));
  } catch (...) {
    // This may be the only packing thread left. An object that no thread answers would keep its volume
    // waiting for ever.
    while (std::optional<Job> job = long_way_.pop()) fail(job->item, std::current_exception());
    throw;
  }
}

void PackingCrew::pack(Job job) {
  const WorkItem& item = job.item;
  const bool packed = packer_.pack(item.volume->builder(), item.object, std::move(job.first));
  const std::uint64_t size_bytes = item.object.summary.size_bytes;
  progress_.update(item.group, [&](GroupProgress& group, RunProgress& run) {
    if (packed) {
      ++group.packed;
      ++run.objects_packed;
      group.bytes_in += size_bytes;
      run.bytes_in += size_bytes;
    } else if (!packer_.is_stopped()) {  // what a stop leaves is left to the next run, and is no fault
      ++group.left;
      ++run.objects_left;
    }
  });
}

void PackingCrew::hand_on(Job job) {
  const std::shared_ptr<OpenVolume> volume = job.item.volume;
  const std::uint64_t sequence = job.item.object.admission.sequence;
  std::exception_ptr error;
  try {
    if (long_way_.push(std::move(job))) return;
    error = std::make_exception_ptr(base::Error(base::ErrorKind::internal, "the packing threads are gone"));
  } catch (...) {
    error = std::current_exception();
  }
  // No other code answers this object now, and seal() and abandon() wait for every admission.
  volume->builder().fail(sequence, error);
}

}  // namespace s3c::archive
