#include "archive/archive_run.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "archive/group_run.h"
#include "archive/packing_crew.h"
#include "base/error.h"
#include "s3/listing.h"
#include "source/group_finder.h"

namespace s3c::archive {
namespace {

using base::Error;

/// The groups that are still to be run, found by one thread and taken by several.
class GroupSource {
 public:
  GroupSource(const ArchiveOptions& options, const RunContext& context)
      : options_(options), context_(context), found_(64), finder_([this] { found_.close(); }) {
    finder_.spawn([this](const std::stop_token&) { find(); });
  }
  /// Without the cancel the finder would wait for ever for room in a queue that nobody empties any more.
  ~GroupSource() { found_.cancel(); }
  GroupSource(const GroupSource&) = delete;
  GroupSource& operator=(const GroupSource&) = delete;

  /// The next group; nullopt when there is none, when the run is asked to stop or after give_up().
  std::optional<catalog::Group> next() {
    return context_.stop.stop_requested() ? std::nullopt : found_.pop();
  }
  /// No further group is begun.
  void give_up() { found_.cancel(); }
  /// Ends the search if it still goes on, and waits for the finder. Throws the error that ended the search;
  /// the groups that were found before it have been run.
  void finish() {
    found_.cancel();
    finder_.wait();
  }

 private:
  void find() {
    const source::GroupSearch search{options_.selection, options_.layout, options_.archive_name,
                                     options_.delete_versions};
    source::find_groups(context_.stores.source, search, context_.stop, [this](catalog::Group group) {
      context_.progress.group_found();
      return found_.push(std::move(group)) && !context_.stop.stop_requested();
    });
    context_.progress.groups_final();
    found_.close();
  }

  const ArchiveOptions& options_;
  const RunContext& context_;
  base::BoundedQueue<catalog::Group> found_;
  base::TaskGroup finder_;  // last: its thread uses everything above
};

/// Runs one group. An error that it throws becomes part of its report.
GroupReport run_group(const RunShared& shared, catalog::Group group) {
  GroupReport report;
  const std::string prefix = group.prefix;
  shared.context.progress.group_started(prefix);
  try {
    GroupRun run(shared, std::move(group));
    if (shared.options.dry_run) {
      run.dry_run(report);
    } else {
      run.run(report);
    }
  } catch (const Error& error) {
    report.failure = error;
  } catch (const std::exception& error) {
    // Out of memory or out of threads. That ends this group, but not the other groups and their reports.
    report.failure = Error(base::ErrorKind::internal, error.what(), {.resource = prefix});
  }
  shared.context.progress.group_done(prefix);
  return report;
}

}  // namespace

RunReport run_archive(const ArchiveOptions& options, const RunContext& context) {
  // Names and permissions first. Otherwise the user would find a typo only after an hour.
  s3::check_bucket(context.stores.source, options.selection.bucket,
                   options.layout.root(options.selection.prefix));
  s3::check_bucket(context.stores.archive, options.archive_bucket, catalog::kCatalogPrefix);

  RunReport report;
  GroupSource groups(options, context);
  std::optional<catalog::Group> first = groups.next();
  if (!first) {
    groups.finish();
    report.interrupted = context.stop.stop_requested();
    return report;
  }
  const catalog::FixedPowers fixed{options.conditional_complete, options.additional_checksums};
  const catalog::StorePowers powers =
      options.dry_run
          ? catalog::StorePowers{}
          : catalog::find_powers(context.stores.archive, options.archive_bucket, fixed, context.stop);
  context.log.info("archive store: conditional complete {}, additional checksums {}",
                   powers.conditional_complete, powers.additional_checksums);

  // Half the memory is for object bodies, half for upload buffers. Neither half can take from the other. So
  // uploads always progress, and the packing threads get their memory back.
  const Resources& resources = options.resources;
  base::MemoryBudget bodies(resources.memory_bytes / 2);
  base::Slots slots(resources.upload_slots);
  const std::uint64_t in_flight = static_cast<std::uint64_t>(resources.upload_slots) * part_size_bytes(0, 0);
  base::MemoryBudget buffers(resources.memory_bytes / 2 - in_flight);
  EncoderPool encoders(std::max(1, static_cast<int>(std::thread::hardware_concurrency())), options.level);
  s3::ObjectStore& source = context.stores.source;
  s3::ObjectStore& archive = context.stores.archive;
  catalog::Catalog catalog(archive, options.archive_bucket);
  Readback readback(archive, options, powers, bodies, slots, context.log);
  Committer committer(archive, catalog, powers, context.clock, context.log);
  KnownDeleteConditions conditions(options.delete_conditions);
  SourceDeleter deleter({context.stores, catalog, options, conditions, context.clock, context.log});
  VersionSweep sweep({context.stores, catalog, options, context.clock, context.log});
  catalog::GroupCleanup cleanup(archive, catalog, context.log, options.gc_age, options.readback);
  MemberPacker packer(source, options, bodies, encoders, context.log);
  Turnstile turnstile;
  PackingCrew crew(source, packer, context.progress, resources.threads);
  // The store has answered by now, so source.now() is the store's own time.
  const RunShared shared{.options = options,
                         .context = context,
                         .filter = source::ObjectFilter(options.selection, source.now()),
                         .powers = powers,
                         .catalog = catalog,
                         .readback = readback,
                         .committer = committer,
                         .deleter = deleter,
                         .sweep = sweep,
                         .cleanup = cleanup,
                         .buffers = buffers,
                         .slots = slots,
                         .turnstile = turnstile,
                         .crew = crew};

  base::Mutex mutex;  // guards first and report
  if (!options.dry_run) crew.start();
  base::TaskGroup runners([&] { groups.give_up(); });
  const auto run_groups = [&](const std::stop_token&) {
    const auto next = [&]() -> std::optional<catalog::Group> {
      {
        base::MutexLock lock(mutex);
        if (first) return std::exchange(first, std::nullopt);
      }
      return groups.next();
    };
    while (std::optional<catalog::Group> group = next()) {
      GroupReport done = run_group(shared, *std::move(group));
      if (done.failure && !done.failure->worth_retrying()) groups.give_up();
      if (done.is_empty()) continue;
      base::MutexLock lock(mutex);
      report.group_reports.push_back(std::move(done));
    }
  };
  for (int i = 0; i < resources.open_groups; ++i) runners.spawn(run_groups);
  runners.wait();
  crew.finish();
  try {
    groups.finish();
  } catch (const Error& error) {
    report.failure = error;
  }
  std::sort(report.group_reports.begin(), report.group_reports.end(),
            [](const GroupReport& a, const GroupReport& b) { return a.prefix < b.prefix; });
  report.interrupted = context.stop.stop_requested();
  report.delete_conditions = conditions.to_report();
  return report;
}

}  // namespace s3c::archive
