#include "archive/run_groups.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "base/error.h"
#include "catalog/catalog.h"
#include "s3/listing.h"
#include "source/group_finder.h"
#include "source/row_groups.h"

namespace s3c::archive {

using base::Error;

namespace {

/// Groups that are found ahead of those in work. Once all of them are found, the time that is left can be told; a
/// group takes some 300 bytes.
constexpr std::size_t kMostFound = 4096;

std::unique_ptr<source::GroupSource> source_of(const ArchiveOptions& options, const RunContext& context) {
  const source::GroupSearch search{options.selection, options.layout, options.archive_name,
                                   options.delete_versions, options.temp_directory};
  return source::groups_for(context.stores.source, search, options.rows);
}

}  // namespace

RunGroups::RunGroups(const ArchiveOptions& options, const RunContext& context)
    : options_(options),
      context_(context),
      source_(source_of(options, context)),
      found_(kMostFound),
      finder_([this] { found_.close(); }) {
  // Names and permissions first. Otherwise the user would find a typo only after an hour.
  for (const std::string& prefix : options.selection.prefixes)
    s3::check_bucket(context.stores.source, options.selection.bucket, options.layout.root(prefix));
  s3::check_bucket(context.stores.archive, options.archive_bucket, catalog::kCatalogPrefix);
  finder_.spawn([this](const std::stop_token&) { find(); });
}

// Without the cancel the finder would wait for ever for room in a queue that nobody empties any more.
RunGroups::~RunGroups() {
  found_.cancel();
}

void RunGroups::find() {
  source::OutsideLayout outside = source_->find_groups(context_.stop, [this](catalog::Group group) {
    context_.progress.group_found();
    return found_.push(std::move(group)) && !context_.stop.stop_requested();
  });
  context_.progress.groups_final();
  warn_of(outside);
  {
    base::MutexLock lock(mutex_);
    report_.outside = std::move(outside);
  }
  found_.close();
}

void RunGroups::warn_of(const source::OutsideLayout& outside) const {
  if (outside.empty()) return;
  constexpr std::size_t kMostNames = 5;
  std::vector<std::string> names;
  for (const base::Counted<std::string>* counted : {&outside.objects, &outside.folders}) {
    for (const std::string& name : counted->named()) {
      if (names.size() < kMostNames) names.push_back(base::printable(name));
    }
  }
  const bool all = names.size() == outside.objects.count() + outside.folders.count();
  context_.log.warn("{} under {} fit no group of the layout {} and stay as they are: {}{}",
                    outside.describe(), source::places_of(options_.selection), options_.layout.text(),
                    fmt::join(names, ", "), all ? "" : ", and more");
}

bool RunGroups::wait_for_first() {
  std::optional<catalog::Group> group = next();
  base::MutexLock lock(mutex_);
  found_any_ = group.has_value();
  first_ = std::move(group);
  return found_any_;
}

/// nullopt when there is none any more, when the run is asked to stop or when no further group is to be begun.
std::optional<catalog::Group> RunGroups::next() {
  {
    base::MutexLock lock(mutex_);
    if (first_) return std::exchange(first_, std::nullopt);
  }
  return context_.stop.stop_requested() ? std::nullopt : found_.pop();
}

void RunGroups::run_each(const Work& work) {
  base::TaskGroup runners([this] { found_.cancel(); });
  const auto run_groups = [&](const std::stop_token&) {
    while (const std::optional<catalog::Group> group = next()) {
      GroupReport done = run_one(*group, work);
      if (done.failure && !done.failure->worth_retrying()) found_.cancel();
      if (done.is_empty()) continue;
      base::MutexLock lock(mutex_);
      report_.bills.add(std::exchange(done.bills, Bills(*options_.prices)));  // a group keeps none
      report_.group_reports.push_back(std::move(done));
    }
  };
  for (int i = 0; i < options_.resources.open_groups; ++i) runners.spawn(run_groups);
  runners.wait();
}

GroupReport RunGroups::run_one(const catalog::Group& group, const Work& work) const {
  GroupReport report;
  report.day = catalog::day_text(group.fields);
  report.bills = Bills(*options_.prices);
  const auto start = std::chrono::steady_clock::now();
  const std::string name = group.name();
  context_.progress.group_started(name);
  context_.observer.group_started(name);
  try {
    GroupTally tally(report, context_.progress, name);
    work(group, tally);
  } catch (const Error& error) {
    report.failure = error;
  } catch (const std::exception& error) {
    // Out of memory, perhaps. That ends this group, but not what is known of the others.
    report.failure = base::error_of(error, {.resource = name});
  }
  report.duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  context_.progress.group_done(name, context_.stop.stop_requested());
  const VolumeSums archived = report.archived();
  context_.observer.group_finished(
      {name, report.volumes.size(), archived.objects, report.deleted, report.left.count(), report.failure});
  return report;
}

RunReport RunGroups::finish() {
  found_.cancel();
  std::optional<Error> failure;
  try {
    finder_.wait();
  } catch (const Error& error) {
    // A search that the user stopped hasn't failed.
    if (error.kind() != base::ErrorKind::cancelled) failure = error;
  }
  base::MutexLock lock(mutex_);
  if (failure && !found_any_) throw *failure;
  report_.failure = std::move(failure);
  report_.rows = source_->counts();
  std::sort(report_.group_reports.begin(), report_.group_reports.end(),
            [](const GroupReport& a, const GroupReport& b) { return a.prefix < b.prefix; });
  report_.interrupted = context_.stop.stop_requested();
  return std::move(report_);
}

}  // namespace s3c::archive
