// Which volumes a reading command is about: those of one archive bucket, of one source bucket's groups, of
// some days. Values, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalog/layout.h"
#include "index/manifest.h"

namespace s3c::catalog {

/// As the command line says it, and as archive was told when it made the volumes.
struct CatalogScope {
  std::string archive_bucket;
  std::string bucket;  ///< source bucket; empty: every volume that the catalog names
  std::string prefix = "sources";
  Layout layout = Layout::parse(kDefaultLayout);
  ArchiveName archive_name = ArchiveName::parse(kDefaultArchiveName);
  DateRange dates;
  /// The prefix was asked for: volumes whose keys don't lie below it are left out, though their names may be
  /// the same. Archives of the original program, whose keys have no folders, are left out too.
  bool only_prefix = false;

  /// What the names of all its volumes start with; may be empty.
  std::string name_prefix() const;
  /// Whether a volume of that name can belong to it. An empty bucket takes every name; the dates of those are
  /// in their manifests.
  bool may_hold(std::string_view archive_key) const;
  /// Whether a volume of that record belongs to it.
  bool holds(const index::Manifest& manifest) const;
  /// The stem of the volumes that a key would be archived in; nullopt when the layout doesn't tell, or
  /// without a bucket.
  std::optional<std::string> stem_of_key(std::string_view key) const;
};

/// Throws base::Error (invalid_argument) naming the option when something is missing or can't work.
void validate(const CatalogScope& scope);

}  // namespace s3c::catalog
