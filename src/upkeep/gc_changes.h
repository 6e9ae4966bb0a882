// The changes that gc makes in an archive bucket. A dry run foresees them.
#pragma once

#include <string>
#include <variant>

#include "catalog/abort_probe.h"
#include "catalog/catalog.h"
#include "catalog/take_back.h"
#include "index/manifest.h"
#include "s3/object_store.h"
#include "upkeep/gc_tally.h"

namespace s3c::upkeep {

/// Any thread. Each call throws the store's errors.
class GcChanges {
 public:
  using TakeBackOutcome = std::variant<catalog::CommittedVolume, catalog::TakenBack, catalog::LostArchive>;

  virtual ~GcChanges() = default;
  /// Aborts the manifest's upload and removes the record, if catalog::take_back() finds that it may. Throws
  /// what that throws.
  virtual TakeBackOutcome take_back(const index::Manifest& manifest) = 0;
  virtual void abort(const s3::MultipartUpload& upload) = 0;
  /// Catalog::remove_lone_index().
  virtual bool remove_lone_index(const catalog::ManifestName& name) = 0;
  /// Removes one object of the catalog: Catalog::remove_object().
  virtual void remove_object(const std::string& key) = 0;
};

/// Makes the changes. Asks the store before the first abort (catalog::AbortProbe), and throws what that
/// throws. Such an error also ends the run: GcTally::throw_abort_failure().
class GcRemover final : public GcChanges {
 public:
  /// All arguments outlive it.
  GcRemover(s3::ObjectStore& store, catalog::Catalog& catalog, catalog::AbortProbe& abort_probe,
            GcTally& tally)
      : store_(store), catalog_(catalog), abort_probe_(abort_probe), tally_(tally) {}

  TakeBackOutcome take_back(const index::Manifest& manifest) override;
  void abort(const s3::MultipartUpload& upload) override;
  bool remove_lone_index(const catalog::ManifestName& name) override {
    return catalog_.remove_lone_index(name);
  }
  void remove_object(const std::string& key) override { catalog_.remove_object(key); }

 private:
  void expect_harmless_aborts();

  s3::ObjectStore& store_;
  catalog::Catalog& catalog_;
  catalog::AbortProbe& abort_probe_;
  GcTally& tally_;
};

/// Changes nothing. Looks where a change would have to look, and predicts what it would find.
class GcForesight final : public GcChanges {
 public:
  /// All arguments outlive it.
  GcForesight(s3::ObjectStore& store, catalog::Catalog& catalog) : store_(store), catalog_(catalog) {}

  TakeBackOutcome take_back(const index::Manifest& manifest) override;
  void abort(const s3::MultipartUpload& /*upload*/) override {}
  bool remove_lone_index(const catalog::ManifestName& name) override {
    return !catalog_.has_commit_mark(name);
  }
  void remove_object(const std::string& /*key*/) override {}

 private:
  s3::ObjectStore& store_;
  catalog::Catalog& catalog_;
};

}  // namespace s3c::upkeep
