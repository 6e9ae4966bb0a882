#include "archive/restore_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>

#include "archive/catalog.h"
#include "archive/committed_volume.h"
#include "archive/member_reader.h"
#include "archive/member_search.h"
#include "archive/volume_thaw.h"
#include "base/bounded_queue.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
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

class RestoreRun {
 public:
  RestoreRun(const RestoreOptions& options, const RestorePlan& plan, const RestoreContext& context)
      : options_(options),
        context_(context),
        bucket_(options.scope.archive_bucket),
        memory_(options.memory_bytes),
        blocked_(plan.blocked),
        ranges_(static_cast<std::size_t>(options.threads)),
        crew_([this] { ranges_.cancel(); }) {}
  ~RestoreRun() { ranges_.cancel(); }  // or crew_ would wait for ever
  RestoreRun(const RestoreRun&) = delete;
  RestoreRun& operator=(const RestoreRun&) = delete;

  RestoreReport run(const RestorePlan& plan) {
    {
      base::MutexLock lock(mutex_);
      report_.failures = plan.failures;
      report_.failed_volumes = plan.failed_volumes;
    }
    for (int i = 0; i < options_.threads; ++i) {
      crew_.spawn([this](const std::stop_token&) {
        while (const std::optional<Range> range = ranges_.pop()) restore_range(*range);
      });
    }
    for (std::size_t i = 0; i + 1 < plan.volumes.size(); ++i) {
      if (plan.volumes[i].group == plan.volumes[i + 1].group) seen_.try_emplace(plan.volumes[i].group);
    }
    for (const RestoreVolume& volume : plan.volumes) ask_for_thaw(volume);
    std::vector<RestoreVolume> waiting = restore_readable(plan.volumes);
    while (!waiting.empty() && options_.wait && !stopped()) {
      context_.progress.waiting = waiting.size();
      if (!context_.clock.sleep_for(options_.poll_interval, context_.stop)) break;
      for (const UnaskedVolume& unasked :
           find_thaw_states(context_.store, bucket_, options_.threads, waiting))
        fail_volume(unasked.error, unasked.volume);
      // Frozen again, or still, whatever the first answer was: a copy expired, or somebody else's thaw came
      // to nothing. Nobody else will ask.
      for (const RestoreVolume& volume : waiting) ask_for_thaw(volume);
      waiting = restore_readable(waiting);
    }
    context_.progress.waiting = waiting.size();
    const bool interrupted = stopped();
    if (interrupted) ranges_.cancel();
    ranges_.close();
    crew_.wait();
    base::MutexLock lock(mutex_);
    report_.waiting = std::move(waiting);
    report_.interrupted = interrupted;
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
      fail_volume(error, volume);
      named_failed_.insert(volume.archive_key);
    }
  }

  /// Restores what can be read and returns what can't yet. Within a group the newest volume has the last word
  /// on a key: while it is frozen, older ones wait with it, or they would bring back what was overwritten
  /// later.
  std::vector<RestoreVolume> restore_readable(const std::vector<RestoreVolume>& volumes) {
    std::vector<RestoreVolume> waiting;
    for (const RestoreVolume& volume : volumes) {
      const auto blocked = blocked_.find(volume.group);
      if (blocked != blocked_.end() && volume.created_at <= blocked->second) {
        if (named_failed_.insert(volume.archive_key).second) {
          note_failure(Error(ErrorKind::transient,
                             "nothing was restored from it: a later volume of its group could not be thawed "
                             "or read, and may "
                             "hold newer objects of the same keys",
                             {.operation = "restore", .resource = bucket_ + "/" + volume.archive_key}));
        }
        continue;
      }
      const bool behind_another = !waiting.empty() && waiting.back().group == volume.group;
      if (!volume.thaw.is_readable() || behind_another || stopped()) {
        waiting.push_back(volume);
      } else {
        restore_volume(volume);
      }
    }
    return waiting;
  }

  // --- from a volume to ranges

  void restore_volume(const RestoreVolume& volume) {
    const auto seen = seen_.find(volume.group);
    try {
      const SearchReport searched = search_members(
          context_.store, {options_.scope, options_.query, volume.archive_key, 4}, context_.stop,
          [&](const std::shared_ptr<const index::Manifest>& manifest, std::vector<index::Row>&& rows) {
            if (seen != seen_.end()) {
              std::erase_if(rows, [&](const index::Row& row) {
                return !seen->second.insert(base::sha256(row.key).substr(0, kHashBytes)).second;
              });
            }
            hand_out(manifest, std::move(rows));
          });
      for (const Error& error : searched.failures) fail_volume(error, volume);
      if (searched.failed == 0 && searched.members < volume.members) {
        throw Error(
            ErrorKind::transient,
            fmt::format("{} of its members were planned, and {} are found now: its record has changed "
                        "or is gone",
                        volume.members, searched.members),
            {.operation = "restore", .resource = bucket_ + "/" + volume.archive_key});
      }
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::cancelled) fail_volume(error, volume);
    }
  }

  void hand_out(const std::shared_ptr<const index::Manifest>& manifest, std::vector<index::Row>&& rows) {
    std::sort(rows.begin(), rows.end(),
              [](const index::Row& a, const index::Row& b) { return a.data_offset < b.data_offset; });
    Range range{manifest, {}};
    const auto push = [&] {
      if (range.rows.empty() || stopped()) return;
      static_cast<void>(ranges_.push(std::exchange(range, Range{manifest, {}})));
    };
    for (index::Row& row : rows) {
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
        name(row, "something else is there, and stays; --overwrite replaces it");
        break;
    }
  }

  void fail(const index::Row& row, const Error& error) {
    if (error.kind() == ErrorKind::cancelled) return;
    ++context_.progress.done;
    context_.log.warn("not restored: {}: {}", base::printable(row.key), error.what());
    base::MutexLock lock(mutex_);
    ++report_.failed;
    if (!error.worth_retrying()) report_.refused = true;
    name(row, error.what());
  }

  void name(const index::Row& row, std::string why) S3C_REQUIRES(mutex_) {
    constexpr std::size_t kMaxNamed = 1000;
    if (report_.named.size() < kMaxNamed) report_.named.push_back({row.key, std::move(why)});
  }

  /// Older volumes of its group must not be taken for the newest.
  void fail_volume(const Error& error, const RestoreVolume& volume) {
    block(blocked_, volume.group, volume.created_at);
    note_failure(error);
  }

  void note_failure(const Error& error) {
    constexpr std::size_t kMaxKept = 20;
    context_.log.warn("{}", error.what());
    base::MutexLock lock(mutex_);
    ++report_.failed_volumes;
    if (report_.failures.size() < kMaxKept) report_.failures.push_back(error);
  }

  /// Of a key, enough that no two keys share one by chance.
  static constexpr std::size_t kHashBytes = 15;  // short enough to lie within a std::string
  /// Keys of a group that newer volumes had, as hashes: some 50 bytes for each member.
  using Seen = std::unordered_set<std::string>;

  const RestoreOptions& options_;
  const RestoreContext& context_;
  const std::string bucket_;
  base::MemoryBudget memory_;
  std::map<std::string, Seen> seen_;                // by group, for those with more than one volume
  std::set<std::string> named_failed_;              // volumes whose failure was told
  std::map<std::string, base::Timestamp> blocked_;  // as RestorePlan::blocked, and of this run

  base::Mutex mutex_;
  RestoreReport report_ S3C_GUARDED_BY(mutex_);

  base::BoundedQueue<Range> ranges_;
  base::TaskGroup crew_;  // last: its threads use everything above
};

}  // namespace

RestoreReport run_restore(const RestoreOptions& options, const RestorePlan& plan,
                          const RestoreContext& context) {
  return RestoreRun(options, plan, context).run(plan);
}

}  // namespace s3c::archive
