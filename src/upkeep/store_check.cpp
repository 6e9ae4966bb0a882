#include "upkeep/store_check.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/ulid.h"
#include "catalog/catalog_keys.h"
#include "s3/error_mapping.h"
#include "s3/listing.h"
#include "upkeep/store_trials.h"

namespace s3c::upkeep {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::chrono::hours kLeftoverAge{1};

/// Whether every further request would meet the same error.
bool ends_the_check(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::no_bucket:
    case ErrorKind::access_denied:
    case ErrorKind::throttled:
    case ErrorKind::transient:
    case ErrorKind::internal:
      return true;
    default:
      return s3::is_about_the_caller(error.context().code);
  }
}

/// Runs the trials in one bucket, and adds what they find.
class BucketCheck {
 public:
  BucketCheck(s3::ObjectStore& store, const std::string& bucket, bool is_source, const std::stop_token& stop,
              StoreCheckReport& report)
      : store_(store, bucket), bucket_(bucket), is_source_(is_source), stop_(stop), report_(report) {}

  void run(const std::vector<Trial>& trials) {
    for (const Trial& trial : trials) {
      if (stop_.stop_requested()) report_.interrupted = true;
      if (ended_ || report_.interrupted) {
        add_unknown(trial, "not tried");
      } else {
        try_powers(trial);
      }
    }
  }

  void clean_up() {
    adopt_leftovers();
    for (LeftBehind& left : store_.clean_up()) report_.left.push_back(std::move(left));
  }

 private:
  /// After Ctrl-C there is no time for them, and after an error that ended the check no use.
  void adopt_leftovers() {
    if (ended_ || report_.interrupted) return;
    try {
      store_.adopt_leftovers(kLeftoverAge);
    } catch (const Error& error) {
      if (!stop_.stop_requested()) report_.failures.add(error);
    }
  }

  void try_powers(const Trial& trial) {
    // A new id for each trial: its keys can't meet a late request of the trial before.
    const TrialContext context{store_, bucket_, base::make_ulid(store_.now()), stop_};
    try {
      for (PowerFinding& finding : trial.run(context)) add(std::move(finding));
    } catch (const Error& error) {
      add_unknown(trial, error.what());
      if (stop_.stop_requested()) {
        report_.interrupted = true;
      } else {
        report_.failures.add(error);
        ended_ = ends_the_check(error);
      }
    }
  }

  void add_unknown(const Trial& trial, const std::string& why) {
    for (const s3::Power power : trial.powers) add({power, bucket_, PowerFinding::Found::unknown, why});
  }

  void add(PowerFinding finding) {
    finding.of_source = is_source_;
    report_.findings.push_back(std::move(finding));
  }

  ProbeOnlyStore store_;
  const std::string& bucket_;
  const bool is_source_;
  const std::stop_token stop_;
  StoreCheckReport& report_;
  bool ended_ = false;
};

}  // namespace

void validate(const StoreCheckOptions& options) {
  if (options.archive_bucket.empty())
    throw Error(ErrorKind::invalid_argument, "arch_bucket is missing: the bucket whose store is tried");
}

std::vector<s3::Power> StoreCheckReport::missing() const {
  std::vector<s3::Power> missing;
  std::vector<s3::Power> proofs;
  for (const PowerFinding& finding : findings) {
    if (finding.found != PowerFinding::Found::no) continue;
    const bool is_known = std::find(missing.begin(), missing.end(), finding.power) != missing.end();
    if (s3::text_of(finding.power).required && !is_known) missing.push_back(finding.power);
    if (finding.power == s3::Power::checksums || finding.power == s3::Power::upload_etags)
      proofs.push_back(finding.power);
  }
  // One of the two is enough to prove an archive.
  if (proofs.size() == 2) missing.insert(missing.end(), proofs.begin(), proofs.end());
  return missing;
}

StoreCheckReport check_store(const StoreCheckOptions& options, const StoreCheckContext& context) {
  // Two stores may each have a bucket of that name.
  const bool two_buckets = !options.bucket.empty() &&
                           (options.bucket != options.archive_bucket || &context.source != &context.archive);
  s3::check_bucket(context.archive, options.archive_bucket, catalog::kProbeFolder);
  if (two_buckets) s3::check_bucket(context.source, options.bucket, catalog::kProbeFolder);
  StoreCheckReport report;
  if (options.dry_run) return report;

  BucketCheck archive(context.archive, options.archive_bucket, false, context.stop, report);
  archive.run(common_trials());
  archive.run(archive_trials());
  if (!two_buckets) archive.run(source_trials());
  archive.clean_up();
  if (!two_buckets) return report;

  BucketCheck source(context.source, options.bucket, true, context.stop, report);
  source.run(common_trials());
  source.run(source_trials());
  source.clean_up();
  return report;
}

}  // namespace s3c::upkeep
