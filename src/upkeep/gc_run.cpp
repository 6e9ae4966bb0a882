#include "upkeep/gc_run.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/age_limit.h"
#include "base/ulid.h"
#include "catalog/catalog.h"
#include "s3/listing.h"
#include "s3/object_listing.h"
#include "upkeep/gc_crew.h"
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
      : options_(options),
        context_(context),
        catalog_(context.store, options.archive_bucket),
        tally_(options, context, base::AgeLimit(context.store.now(), options.min_age)),
        uploads_(options, context, tally_),
        records_(options, context, catalog_, uploads_, tally_) {}

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
  /// Returns when the crew has dealt with everything that find found.
  void search(const std::function<void(GcCrew&)>& find) {
    GcCrew crew(options_.threads, context_.stop);
    find(crew);
    crew.finish();
    uploads_.throw_abort_failure();
  }

  /// Take-back marks without their record: the remover was killed right before it removed the mark.
  void find_marks(GcCrew& crew) {
    each_object(catalog::kTakeBackFolder, [&](const s3::ObjectSummary& object) {
      const std::optional<catalog::ManifestName> name = catalog::parse_take_back_mark_key(object.key);
      if (!name) return true;
      const Garbage garbage{GarbageKind::mark, object.key,          "", tally_.age_of(object.last_modified),
                            object.size_bytes, "its record is gone"};
      return crew.take([this, garbage, name = *name] {
        tally_.attempt(garbage, [&](Garbage& mark) {
          if (records_.is_manifest_there(name)) return;
          if (!options_.dry_run) catalog_.remove_object(mark.key);
          tally_.note(&GcReport::removed, mark);
        });
      });
    });
  }

  /// visit returns false to end the listing.
  void each_object(std::string_view folder, const std::function<bool(const s3::ObjectSummary&)>& visit) {
    tally_.list([&] {
      s3::ObjectListing listing(context_.store, options_.archive_bucket, std::string(folder));
      for (; const s3::ObjectSummary* object = listing.peek(); listing.pop()) {
        if (context_.stop.stop_requested() || !visit(*object)) return;
      }
    });
  }

  /// kind: of the objects in folder. Each of them is named by an id.
  void find_copies(GcCrew& crew, GarbageKind kind, std::string_view folder, const char* why) {
    each_object(folder, [&](const s3::ObjectSummary& object) {
      const std::string id = object.key.substr(object.key.rfind('/') + 1, kUlidChars);
      if (!base::ulid_time(id)) return true;  // not one of our names
      if (uploads_.owns(object.key)) return true;
      if (!tally_.is_old_enough(object.last_modified)) return true;
      const Garbage garbage{kind, object.key, "", tally_.age_of(object.last_modified), object.size_bytes,
                            why};
      return crew.take([this, garbage] {
        tally_.attempt(garbage, [&](Garbage& copy) {
          if (!options_.dry_run) catalog_.remove_object(copy.key);
          tally_.note(&GcReport::removed, copy);
        });
      });
    });
  }

  const GcOptions& options_;
  const GcContext& context_;
  catalog::Catalog catalog_;
  GcTally tally_;
  GcUploads uploads_;
  GcRecords records_;
};

}  // namespace

GcReport run_gc(const GcOptions& options, const GcContext& context) {
  s3::check_bucket(context.store, options.archive_bucket, catalog::kCatalogPrefix);
  return GcRun(options, context).run();
}

}  // namespace s3c::upkeep
