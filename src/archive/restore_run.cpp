#include "archive/restore_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "archive/catalog.h"
#include "archive/committed_volume.h"
#include "archive/member_reader.h"
#include "archive/member_search.h"
#include "archive/thaw_states.h"
#include "archive/volume_thaw.h"
#include "base/bounded_queue.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/memory_budget.h"
#include "base/mutex.h"
#include "base/task_group.h"
#include "zip/decoder.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorKind;

/// Members that lie within one stretch of this size are fetched by one GET, with what lies between them.
constexpr std::uint64_t kMaxRangeBytes = std::uint64_t{8} << 20;
/// More bytes than this between two members cost more than another request.
constexpr std::uint64_t kMaxGapBytes = std::uint64_t{64} << 10;
/// Of one range: a directory of tiny members must not keep one thread busy while the others wait.
constexpr std::size_t kMaxRangeMembers = 64;

/// Neighbours in one volume, or one large member.
struct Range {
  std::shared_ptr<const index::Manifest> manifest;
  std::vector<index::Row> rows;  // by offset

  std::uint64_t begin_offset() const { return rows.front().data_offset; }
  std::uint64_t end_offset() const { return rows.back().data_offset + rows.back().compressed_size_bytes; }
  bool is_large() const {
    return rows.size() == 1 &&
           std::max(rows[0].size_bytes, rows[0].compressed_size_bytes) > kStreamedAboveBytes;
  }
  bool takes(const index::Row& row) const {
    if (rows.empty()) return true;
    if (is_large() || std::max(row.size_bytes, row.compressed_size_bytes) > kStreamedAboveBytes) return false;
    return rows.size() < kMaxRangeMembers && row.data_offset <= end_offset() + kMaxGapBytes &&
           row.data_offset + row.compressed_size_bytes - begin_offset() <= kMaxRangeBytes;
  }
};

/// Rows of one volume that come back.
struct Batch {
  std::shared_ptr<const index::Manifest> manifest;
  std::vector<index::Row> rows;
};

class RestoreRun {
 public:
  RestoreRun(const RestoreOptions& options, const RestorePlan& plan, const RestoreContext& context)
      : options_(options),
        plan_(plan),
        context_(context),
        bucket_(options.scope.archive_bucket),
        memory_(options.memory_bytes),
        report_(begin_report(plan)),
        ranges_(static_cast<std::size_t>(options.threads)),
        crew_([this] { ranges_.cancel(); }) {}
  ~RestoreRun() { ranges_.cancel(); }  // or crew_ would wait for ever
  RestoreRun(const RestoreRun&) = delete;
  RestoreRun& operator=(const RestoreRun&) = delete;

  RestoreReport run() {
    for (int i = 0; i < options_.threads; ++i) {
      crew_.spawn([this](const std::stop_token&) {
        while (const std::optional<Range> range = ranges_.pop()) restore_range(*range);
      });
    }
    for (const RestoreVolume& volume : plan_.volumes) ask_for_thaw(volume);
    std::vector<RestoreVolume> waiting = restore_readable(plan_.volumes);
    while (!waiting.empty() && options_.wait && !stopped()) {
      context_.progress.waiting = waiting.size();
      if (!context_.clock.sleep_for(options_.poll_interval, context_.stop)) break;
      for (const UnaskedVolume& unasked :
           find_thaw_states(context_.store, bucket_, options_.threads, waiting))
        fail_volume(unasked.error);
      // Frozen again, or still, whatever the first answer was: a copy expired, or somebody else's thaw came
      // to nothing. Nobody else will ask.
      for (const RestoreVolume& volume : waiting) ask_for_thaw(volume);
      waiting = restore_readable(waiting);
    }
    context_.progress.waiting = waiting.size();
    if (stopped()) {
      ranges_.cancel();
      unfinished_ = true;
    }
    ranges_.close();
    crew_.wait();
    base::MutexLock lock(mutex_);
    report_.waiting = std::move(waiting);
    report_.interrupted = unfinished_;
    return std::move(report_);
  }

 private:
  bool stopped() const { return context_.stop.stop_requested(); }

  void ask_for_thaw(const RestoreVolume& volume) {
    if (volume.thaw.kind != s3::ThawState::Kind::frozen || stopped()) return;
    try {
      if (archive::ask_for_thaw(context_.store, bucket_, volume.archive_key, options_.thaw)) {
        context_.log.info("asked for the thaw of {}", base::printable(volume.archive_key));
        base::MutexLock lock(mutex_);
        ++report_.thaws_started;
      }
    } catch (const Error& error) {
      // One that can't be thawed doesn't keep the others frozen.
      fail_volume(error);
      refused_.insert(volume.archive_key);
    }
  }

  /// Restores what can be read and returns what can't yet. The plan has chosen the member of each key by the
  /// catalog alone, so no volume waits for another one: a frozen volume keeps the keys that it has won.
  std::vector<RestoreVolume> restore_readable(const std::vector<RestoreVolume>& volumes) {
    std::vector<RestoreVolume> waiting;
    for (const RestoreVolume& volume : volumes) {
      if (refused_.contains(volume.archive_key)) continue;
      if (!volume.thaw.is_readable() || stopped()) {
        waiting.push_back(volume);
      } else {
        restore_volume(volume);
      }
    }
    return waiting;
  }

  // --- from a volume to ranges

  void restore_volume(const RestoreVolume& volume) {
    Batch batch;
    std::uint64_t members = 0;
    try {
      const SearchReport searched =
          search_members(context_.store, {options_.scope, options_.query, volume.archive_key, 4},
                         context_.stop, [&](FoundKey&& found) {
                           for (FoundMember& member : found.members) {
                             if (member.manifest->id != volume.id)
                               continue;  // written since the plan was made
                             if (!plan_.contested.bring_back(*member.manifest, member.row.key)) continue;
                             ++members;
                             batch.manifest = member.manifest;
                             batch.rows.push_back(std::move(member.row));
                             if (batch.rows.size() == index::kRowsPerBlock)
                               hand_out(std::exchange(batch, {}));
                           }
                         });
      hand_out(std::move(batch));
      for (const Error& error : searched.failures) fail_volume(error);
      if (searched.failed == 0 && members < volume.members) {
        throw Error(
            ErrorKind::transient,
            fmt::format("{} of its members were planned, and {} are found now: its record has changed "
                        "or is gone",
                        volume.members, members),
            {.operation = "restore", .resource = bucket_ + "/" + volume.archive_key});
      }
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::cancelled) fail_volume(error);
    }
  }

  void hand_out(Batch&& batch) {
    std::sort(batch.rows.begin(), batch.rows.end(),
              [](const index::Row& a, const index::Row& b) { return a.data_offset < b.data_offset; });
    Range range{batch.manifest, {}};
    const auto push = [&] {
      if (range.rows.empty()) return;
      if (stopped()) {
        unfinished_ = true;
        return;
      }
      static_cast<void>(ranges_.push(std::exchange(range, Range{batch.manifest, {}})));
    };
    for (index::Row& row : batch.rows) {
      if (!range.takes(row)) push();
      range.rows.push_back(std::move(row));
    }
    push();
  }

  // --- a range, on a thread of the crew

  void restore_range(const Range& range) {
    if (range.is_large()) return attempt(range.rows[0], [&] { return restore_large(range); });
    Range wanted{range.manifest, {}};
    for (const index::Row& row : range.rows) {
      attempt(row, [&]() -> std::optional<Landing> {
        std::optional<Landing> there = target_of(range).look(row);
        if (!there) wanted.rows.push_back(row);
        return there;
      });
    }
    if (!wanted.rows.empty()) fetch_and_write(wanted);
  }

  RestoreTarget& target_of(const Range& range) { return context_.target_of(range.manifest->source_bucket); }

  void fetch_and_write(const Range& range) {
    std::uint64_t largest = 0;
    for (const index::Row& row : range.rows) largest = std::max(largest, row.size_bytes);
    const std::uint64_t size = range.end_offset() - range.begin_offset();
    const base::MemoryLease lease = memory_.lease(size + largest, context_.stop);
    std::string bytes;
    try {
      bytes = fetch(range, size);
    } catch (const Error& error) {
      for (const index::Row& row : range.rows) fail(row, error);
      return;
    }
    for (const index::Row& row : range.rows) {
      attempt(row, [&]() -> std::optional<Landing> {
        const std::string body = zip::decode_member(
            static_cast<zip::Method>(row.method),
            std::string_view(bytes).substr(row.data_offset - range.begin_offset(), row.compressed_size_bytes),
            row.size_bytes, row.crc32);
        return target_of(range).write(row, body);
      });
    }
  }

  std::string fetch(const Range& range, std::uint64_t size_bytes) {
    if (size_bytes == 0) return {};
    s3::GetObjectRequest request;
    request.bucket = bucket_;
    request.key = range.manifest->archive_key;
    request.range = s3::ByteRange{range.begin_offset(), size_bytes};
    request.expected_size_bytes = size_bytes;
    s3::GetObjectResult got = context_.store.get_object(request);
    if (got.body.size() != size_bytes) {
      throw Error(ErrorKind::corrupt, fmt::format("{} bytes came instead of {}", got.body.size(), size_bytes),
                  {.operation = "restore", .resource = bucket_ + "/" + request.key});
    }
    expect_archive(context_.store, bucket_, *range.manifest, got.head);
    return std::move(got.body);
  }

  std::optional<Landing> restore_large(const Range& range) {
    const index::Row& row = range.rows[0];
    const base::MemoryLease lease =
        memory_.lease(2 * kMaxRangeBytes, context_.stop);  // the part being filled
    RestoreTarget& target = target_of(range);
    if (const std::optional<Landing> there = target.look(row)) return there;
    return target.write_streamed(row, [&](const RestoreTarget::Sink& sink) {
      read_member(context_.store, bucket_, *range.manifest, row, sink);
    });
  }

  // --- what is told

  /// Does work about one member; an error ends it, not the rest. nullopt: it isn't done yet.
  void attempt(const index::Row& row, const std::function<std::optional<Landing>()>& work) {
    try {
      if (const std::optional<Landing> landing = work()) land(row, *landing);
    } catch (const Error& error) {
      fail(row, error);
    }
  }

  void land(const index::Row& row, Landing landing) {
    ++context_.progress.done;
    base::MutexLock lock(mutex_);
    switch (landing) {
      case Landing::written:
        ++report_.restored;
        report_.restored_bytes += row.size_bytes;
        context_.progress.bytes += row.size_bytes;
        break;
      case Landing::equal:
        ++report_.equal;
        break;
      case Landing::exists:
        ++report_.existing;
        report_.not_restored.add(row.key, "something else is there, and stays; --overwrite replaces it");
        break;
    }
  }

  void fail(const index::Row& row, const Error& error) {
    if (error.kind() == ErrorKind::cancelled) {
      unfinished_ = true;  // Ctrl-C came while this member was on its way: nothing was restored of it
      return;
    }
    ++context_.progress.done;
    context_.log.warn("not restored: {}: {}", base::printable(row.key), error.what());
    base::MutexLock lock(mutex_);
    ++report_.failed;
    if (!error.worth_retrying()) report_.refused = true;
    report_.not_restored.add(row.key, error.what());
  }

  /// A volume of which something, or all, could not be restored.
  void fail_volume(const Error& error) {
    constexpr std::size_t kMaxKept = 20;
    context_.log.warn("{}", error.what());
    base::MutexLock lock(mutex_);
    ++report_.failed_volumes;
    if (report_.failures.size() < kMaxKept) report_.failures.push_back(error);
  }

  const RestoreOptions& options_;
  const RestorePlan& plan_;
  const RestoreContext& context_;
  const std::string bucket_;
  base::MemoryBudget memory_;
  std::atomic<bool> unfinished_{false};  ///< after Ctrl-C a member was not restored, or not looked at
  std::set<std::string> refused_;        // archives whose thaw was refused

  base::Mutex mutex_;
  RestoreReport report_ S3C_GUARDED_BY(mutex_);

  base::BoundedQueue<Range> ranges_;
  base::TaskGroup crew_;  // last: its threads use everything above
};

}  // namespace

RestoreReport run_restore(const RestoreOptions& options, const RestorePlan& plan,
                          const RestoreContext& context) {
  return RestoreRun(options, plan, context).run();
}

}  // namespace s3c::archive
