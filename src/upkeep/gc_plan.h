// What gc plans: the things that it takes for garbage, as listings and records show them. A candidate may
// not be removed yet: GcExecution looks once more right before each removal, as docs/ordering.md demands.
//
// gc plans one thing at a time, and carries each plan out at once. A plan of the whole bucket would grow with
// the garbage, and its looks could be hours old when the removals come.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "catalog/catalog.h"
#include "index/manifest.h"
#include "s3/types.h"
#include "upkeep/gc_report.h"

namespace s3c::upkeep {

/// A manifest whose archive didn't carry its id. No upload of its volume that is younger than
/// min_age was listed.
struct UncommittedRecord {
  Garbage garbage;  ///< the manifest
  index::Manifest manifest;
  std::optional<Garbage> index_garbage;       ///< the index, which goes with its manifest
  std::optional<s3::MultipartUpload> upload;  ///< that the manifest names, if the store listed it
};

/// An index without a manifest and without a commit mark.
struct LoneIndex {
  Garbage garbage;
  catalog::ManifestName name;
  /// The uploads to its archive's name that are old enough. One of them may be that of its volume.
  std::vector<s3::MultipartUpload> uploads;
  bool in_the_making = false;  ///< another upload to that name is younger: the index stays
};

/// A commit mark without a manifest. It is reported as damage, and never removed: it is the last trace of a
/// volume.
struct LoneCommitMark {
  Garbage garbage;
  catalog::ManifestName name;
};

/// A take-back mark. It is garbage if its manifest is gone: its remover was killed right before it removed
/// the mark.
struct TakeBackMark {
  Garbage garbage;
  catalog::ManifestName name;
};

/// An unfinished upload of ours that is old enough.
struct OldUpload {
  Garbage garbage;
  s3::MultipartUpload upload;
};

/// The object of a store probe or the copy of a verification, old enough. Only the run that made it reads it.
struct OldCopy {
  Garbage garbage;
};

using GcCandidate =
    std::variant<UncommittedRecord, LoneIndex, LoneCommitMark, TakeBackMark, OldUpload, OldCopy>;

}  // namespace s3c::upkeep
