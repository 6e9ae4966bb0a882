// What is planned: what the archive run would be asked to do, as far as it changes the costs.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "base/prices.h"
#include "base/progress.h"
#include "base/temp_file.h"
#include "catalog/layout.h"
#include "catalog/volume_size.h"
#include "s3/object_store.h"
#include "source/row_input.h"
#include "source/selection.h"

namespace s3c::plan {

class SplitPlace;

/// How the source's store deletes an object only if it is the one that was archived.
enum class Deletes {
  find_out,    ///< the run's first delete tries it
  in_batches,  ///< DeleteObjects takes a condition for each key, as S3 does
  one_by_one,  ///< only DeleteObject takes one
  after_looks  ///< neither does: each twenty objects are listed again right before
};

struct PlanOptions {
  source::Selection selection;
  std::optional<source::RowInput> rows;  ///< where the objects come from, if not from listings
  /// Where the objects of groups by time are sorted, and each manifest of a split lies until it is written.
  std::string temp_directory = base::default_temp_directory();
  std::string archive_bucket;
  catalog::Layout layout = catalog::Layout::parse(catalog::kDefaultLayout);
  catalog::ArchiveName archive_name = catalog::ArchiveName::parse(catalog::kDefaultArchiveName);
  std::string storage_class = "GLACIER";  ///< of the archives
  catalog::VolumeLimits limits{1'000'000, std::uint64_t{50} << 30};
  int level = 6;  ///< libdeflate's, 0 to 12
  int delete_batch = 1000;
  bool readback = false;
  bool keep_sources = false;
  bool without_tags = false;
  bool recheck_attributes = false;
  bool delete_versions = false;
  std::uint64_t memory_bytes = std::uint64_t{192} << 20;
  std::uint64_t parts_in_flight = 4;
  /// Of the archive's store; nullopt: the run finds it out.
  std::optional<bool> conditional_complete, additional_checksums;
  Deletes deletes = Deletes::find_out;
  std::uint64_t sample = 0;  ///< members to read and compress; 0: a ratio is assumed
  int open_groups = 16;      ///< groups that are read at once
  std::uint32_t split = 0;   ///< tasks whose manifests are written; 0: none are
  base::Prices const* prices = &base::list_prices();
};

/// How far a plan is, for the display.
struct PlanCounts {
  std::uint64_t groups = 0;
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
  std::uint64_t sampled = 0;
  std::uint64_t manifests = 0;  ///< written for tasks
};
using PlanProgress = base::Progress<PlanCounts>;

/// All of it outlives the plan. Planning reads and changes nothing; it adds the manifests of a split to split_place.
struct PlanContext {
  s3::ObjectStore& source;   ///< has the source bucket
  s3::ObjectStore& archive;  ///< has the archive bucket; may be the same
  PlanProgress& progress;
  std::stop_token stop;
  SplitPlace* split_place = nullptr;  ///< REQUIRES: set if options.split isn't 0
};

}  // namespace s3c::plan
