#include "upkeep/gc_run.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/age_limit.h"
#include "base/ulid.h"
#include "catalog/abort_probe.h"
#include "catalog/catalog.h"
#include "s3/listing.h"
#include "s3/object_listing.h"
#include "upkeep/gc_changes.h"
#include "upkeep/gc_crew.h"
#include "upkeep/gc_execution.h"
#include "upkeep/gc_records.h"
#include "upkeep/gc_tally.h"
#include "upkeep/gc_uploads.h"

namespace s3c::upkeep {
namespace {

constexpr std::size_t kUlidChars = 26;

class GcRun {
 public:
  /// REQUIRES: the store has answered a request, so that its time is known.
  GcRun(const GcOptions& options, const GcContext& context)
      : context_(context),
        threads_(options.threads),
        catalog_(context.store, options.archive_bucket),
        tally_(options, context, base::AgeLimit(context.store.now(), options.min_age)),
        abort_probe_(context.store, options.archive_bucket,
                     "no unfinished upload was aborted, and no record that has one was removed",
                     context.stop),
        changes_(make_changes(options.dry_run)),
        execution_(context, catalog_, *changes_, tally_),
        records_(context, catalog_, execution_, tally_),
        uploads_(options, context, abort_probe_, execution_, tally_) {}

  GcReport run() {
    // All records before any upload. Once the upload of a record was aborted, nobody can tell any more
    // whether it was unfinished.
    search([this](GcCrew& crew) { records_.find(crew); });
    search([this](GcCrew& crew) {
      uploads_.find(crew);
      find_marks(crew);
      find_copies(crew, GarbageKind::probe, catalog::kProbeFolder, "a store probe left it");
      find_copies(crew, GarbageKind::staging, catalog::kStagingFolder, "a verification left it");
    });
    return tally_.finish();
  }

 private:
  std::unique_ptr<GcChanges> make_changes(bool dry_run) {
    if (dry_run) return std::make_unique<GcForesight>(context_.store, catalog_);
    return std::make_unique<GcRemover>(context_.store, catalog_, abort_probe_, tally_);
  }

  /// Returns when the crew has dealt with everything that find found.
  void search(const std::function<void(GcCrew&)>& find) {
    GcCrew crew(threads_, context_.stop);
    find(crew);
    crew.finish();
    tally_.throw_abort_failure();
  }

  void find_marks(GcCrew& crew) {
    each_object(catalog::kTakeBackFolder, [&](const s3::ObjectSummary& object) {
      const std::optional<catalog::ManifestName> name = catalog::parse_take_back_mark_key(object.key);
      if (!name) return true;
      return take(crew, TakeBackMark{garbage_of(object, GarbageKind::mark, "its record is gone"), *name});
    });
  }

  /// kind: of the objects in folder. Each of them is named by an id.
  void find_copies(GcCrew& crew, GarbageKind kind, std::string_view folder, const char* why) {
    each_object(folder, [&](const s3::ObjectSummary& object) {
      const std::string id = object.key.substr(object.key.rfind('/') + 1, kUlidChars);
      if (!base::ulid_time(id)) return true;  // not one of our names
      if (abort_probe_.owns(object.key)) return true;
      if (!tally_.is_old_enough(object.last_modified)) return true;
      return take(crew, OldCopy{garbage_of(object, kind, why)});
    });
  }

  /// visit returns false to end the listing.
  void each_object(std::string_view folder, const std::function<bool(const s3::ObjectSummary&)>& visit) {
    tally_.list([&] {
      s3::ObjectListing listing(context_.store, catalog_.bucket(), std::string(folder));
      for (; const s3::ObjectSummary* object = listing.peek(); listing.pop()) {
        if (context_.stop.stop_requested() || !visit(*object)) return;
      }
    });
  }

  Garbage garbage_of(const s3::ObjectSummary& object, GarbageKind kind, const char* why) const {
    return {kind, object.key, "", tally_.age_of(object.last_modified), object.size_bytes, why};
  }

  /// False: the crew takes no more.
  bool take(GcCrew& crew, GcCandidate candidate) {
    return crew.take([this, candidate = std::move(candidate)] { execution_.carry_out(candidate); });
  }

  const GcContext& context_;
  const int threads_;
  catalog::Catalog catalog_;
  GcTally tally_;
  catalog::AbortProbe abort_probe_;
  const std::unique_ptr<GcChanges> changes_;
  GcExecution execution_;
  GcRecords records_;
  GcUploads uploads_;
};

}  // namespace

GcReport run_gc(const GcOptions& options, const GcContext& context) {
  s3::check_bucket(context.store, options.archive_bucket, catalog::kCatalogPrefix);
  return GcRun(options, context).run();
}

}  // namespace s3c::upkeep
