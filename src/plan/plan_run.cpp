#include "plan/plan_run.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/bounded_queue.h"
#include "base/in_order.h"
#include "base/task_group.h"
#include "catalog/catalog_keys.h"
#include "catalog/layout_notes.h"
#include "plan/read_counter.h"
#include "plan/request_forecast.h"
#include "plan/sampler.h"
#include "plan/split_place.h"
#include "s3/listing.h"
#include "source/group_source.h"
#include "source/row_groups.h"

namespace s3c::plan {
namespace {

/// Thrown through the machinery when the caller's own function failed: that is no error of the plan.
struct CallerFailed {
  std::exception_ptr error;
};

/// Whether the bucket keeps versions: then deletes free nothing. False if nobody may list versions.
bool keeps_versions(const PlanOptions& options, s3::ObjectStore& store) {
  if (options.keep_sources || options.delete_versions) return false;
  try {
    const s3::ListObjectVersionsPage page =
        store.list_object_versions({.bucket = options.selection.bucket,
                                    .prefix = options.layout.root(options.selection.prefixes.front())});
    return std::any_of(page.versions.begin(), page.versions.end(), [](const s3::ObjectVersion& version) {
      return version.is_delete_marker || (!version.version_id.empty() && version.version_id != "null");
    });
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::access_denied && error.kind() != base::ErrorKind::unsupported) throw;
    return false;
  }
}

std::unique_ptr<source::GroupSource> groups_of(const PlanOptions& options, s3::ObjectStore& store) {
  const source::GroupSearch search{options.selection,       options.layout,         options.archive_name,
                                   options.delete_versions, options.temp_directory, true};
  return source::groups_for(store, search, options.rows);
}

class PlanRun {
 public:
  PlanRun(const PlanOptions& options, const PlanContext& context,
          const std::function<void(const GroupPlan&)>& on_group)
      : o_(options),
        c_(context),
        on_group_(on_group),
        source_(context.source),
        archive_(context.archive),
        groups_(groups_of(options, source_)),
        forecast_(options, facts_of(context)),
        report_(*options.prices) {}

  PlanReport run() {
    // As a run does: names and permissions first.
    for (const std::string& prefix : o_.selection.prefixes)
      s3::check_bucket(source_, o_.selection.bucket, o_.layout.root(prefix));
    s3::check_bucket(archive_, o_.archive_bucket, catalog::kCatalogPrefix);
    if (o_.split != 0) expect_split_possible();
    try {
      report_.planned_at = c_.source.now();
      report_.keeps_versions = keeps_versions(o_, c_.source);
      report_.sizes = sample_members(o_, c_);
      read_groups();
    } catch (const CallerFailed& failed) {
      std::rethrow_exception(failed.error);
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::cancelled) report_.failure = error;
    }
    add_once_per_run();
    if (o_.split != 0 && !report_.failure && !c_.stop.stop_requested()) split();
    report_.interrupted = c_.stop.stop_requested();
    return std::move(report_);
  }

 private:
  static StoreFacts facts_of(const PlanContext& context) {
    return {.same_store = &context.source == &context.archive,
            .tells_tag_counts = context.source.tells_tag_counts(),
            .completes_atomically = context.archive.completes_atomically()};
  }

  void read_groups() {
    const source::ObjectFilter wanted(o_.selection, report_.planned_at);
    const GroupReading reading{o_, c_, *groups_, forecast_, report_.sizes, wanted, report_.planned_at};
    base::BoundedQueue<catalog::Group> found(64);
    base::TaskGroup finder([&found] { found.close(); });
    struct Cancel {
      base::BoundedQueue<catalog::Group>& queue;
      ~Cancel() { queue.cancel(); }  // else the finder would wait for ever
    } const cancel{found};
    finder.spawn([&](const std::stop_token&) {
      report_.outside = groups_->find_groups(c_.stop, [&](catalog::Group group) {
        return found.push(std::move(group)) && !c_.stop.stop_requested();
      });
      found.close();
    });
    base::in_order<catalog::Group, GroupPlan>(
        o_.open_groups,
        [&]() -> std::optional<catalog::Group> {
          return c_.stop.stop_requested() ? std::nullopt : found.pop();
        },
        [&](catalog::Group& group) { return read_group(reading, group); },
        [&](GroupPlan&& group) { take(group); });
    finder.wait();
    find_missing_notes();
  }

  /// A run notes its layout before it packs, for each prefix once.
  void find_missing_notes() {
    std::set<std::string> missing;
    for (const std::string& prefix : prefixes_to_pack_) {
      for (catalog::LayoutNote& note : catalog::missing_notes(
               archive_, o_.archive_bucket, {o_.selection.bucket, prefix, o_.layout, o_.archive_name}))
        missing.insert(std::move(note.key));
    }
    report_.total.requests.add(s3::Operation::put_object, missing.size());
  }

  /// What can't be split is told before the planning, which may take hours.
  void expect_split_possible() const {
    const base::TempFile trial(o_.temp_directory);
    c_.split_place->expect_free();
  }

  /// Only a whole plan is split. The requests of reading the groups again are none of the run's.
  void split() {
    report_.split.emplace();
    try {
      write_split({o_, c_, *groups_, report_.planned_at}, split_groups_, *report_.split);
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::cancelled) report_.failure = error;
    }
  }

  void take(const GroupPlan& group) {
    any_group_ = true;
    c_.progress.add(&PlanCounts::groups);
    report_.total.add(group.figures);
    report_.unfinished += group.unfinished;
    for (const std::string& lost : group.lost) report_.lost.add(lost);
    if (!first_to_pack_) first_to_pack_ = group.first_to_pack;
    if (group.first_to_pack)
      prefixes_to_pack_.insert(*catalog::prefix_of_key(o_.layout, o_.selection.prefixes, group.found.prefix));
    if (!first_to_delete_) first_to_delete_ = group.first_to_delete;
    if (group.is_empty()) return;
    const ObjectSums wanted = group.wanted();
    if (o_.split != 0 && wanted.objects != 0)
      split_groups_.push_back({group.found.prefix, group.found.place, wanted.objects, wanted.bytes});
    ++report_.groups;
    if (group.figures.all.objects != 0) ++report_.groups_to_archive;
    try {
      on_group_(group);
    } catch (...) {
      throw CallerFailed{std::current_exception()};
    }
  }

  /// The search, and what the first of all groups brings about.
  void add_once_per_run() {
    Requests& requests = report_.total.requests;
    requests.add(source_.requests());
    requests.add(archive_.requests());
    if (any_group_) forecast_.add_probe(requests);
    if (first_to_pack_) forecast_.add_tag_check(requests, *first_to_pack_);
    if (first_to_delete_) forecast_.add_first_delete(requests, *first_to_delete_);
    const SizeModel& sizes = report_.sizes;
    if (o_.without_tags || sizes.sampled == 0) return;
    // A run asks for the tags of each object of which GET tells that it has some.
    const double share = static_cast<double>(sizes.sampled_tagged) / static_cast<double>(sizes.sampled);
    const double tagged = share * static_cast<double>(report_.total.all.objects);
    requests.add(s3::Operation::get_object_tagging, static_cast<std::uint64_t>(std::llround(tagged)));
  }

  const PlanOptions& o_;
  const PlanContext& c_;
  const std::function<void(const GroupPlan&)>& on_group_;
  ReadCounter source_;  ///< what the search needs
  ReadCounter archive_;
  const std::unique_ptr<source::GroupSource> groups_;
  const RequestForecast forecast_;
  PlanReport report_;
  bool any_group_ = false;
  std::set<std::string> prefixes_to_pack_;
  std::optional<s3::ObjectSummary> first_to_pack_;
  std::optional<s3::ObjectSummary> first_to_delete_;
  std::vector<SplitGroup> split_groups_;
};

}  // namespace

PlanReport run_plan(const PlanOptions& options, const PlanContext& context,
                    const std::function<void(const GroupPlan&)>& on_group) {
  return PlanRun(options, context, on_group).run();
}

}  // namespace s3c::plan
