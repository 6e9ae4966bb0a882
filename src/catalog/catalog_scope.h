// Which volumes a reading command covers: those of one archive bucket, of one source bucket's groups, of some
// days. Values, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalog/layout.h"
#include "catalog/shard.h"
#include "index/manifest.h"

namespace s3c::catalog {

/// The values of the command line. They must be those with which archive made the volumes.
struct CatalogScope {
  std::string archive_bucket;
  std::string bucket;  ///< source bucket; empty: every volume in the catalog
  Prefixes prefixes = {"sources"};
  Layout layout = Layout::parse(kDefaultLayout);
  ArchiveName archive_name = ArchiveName::parse(kDefaultArchiveName);
  DateRange dates;
  /// The user asked for the prefixes. Then volumes whose keys don't lie below one are skipped, even if their
  /// names are the same. Archives of the original program are skipped too: their keys have no folders.
  bool only_prefix = false;
  /// Only the volumes of these groups. Listings skip the volumes of the other groups, and tell that there are some.
  Shard shard;

  /// The names of all its volumes start with this; may be empty.
  std::string name_prefix() const;
  /// Whether a volume of that name can belong to the scope. Without a bucket every name can: then only the
  /// manifests show the dates.
  /// What an archive's name says; nullopt: no volume of the scope can have it. REQUIRES: the scope has a bucket.
  std::optional<ArchiveName::Volume> volume_of(std::string_view archive_key) const;
  bool may_hold(std::string_view archive_key) const;
  /// The name of the group that a volume belongs to. With a bucket it is what archive deals groups out by. Without
  /// one it is the volume's name without ".zip" and without the number of a further volume.
  std::string group_of(std::string_view archive_key) const;
  /// Whether the volume is one of this task's groups.
  bool is_in_shard(std::string_view archive_key) const;
  /// Whether the volume of that manifest belongs to the scope.
  bool holds(const index::Manifest& manifest) const;
  /// What is wrong with a manifest that says another source bucket or date than the name of its archive does, on
  /// one line; nullopt: nothing. Such a manifest would be taken for one that isn't in scope, and its members would
  /// not be missed. What a manifest calls its other fields doesn't matter: the keys tell what belongs together, and
  /// two layouts may give a field different names. Without a bucket nothing is known of names. REQUIRES:
  /// may_hold(manifest.archive_key).
  std::optional<std::string> contradiction_in(const index::Manifest& manifest) const;
  /// The stem of the volumes that a key would be archived in. nullopt: the layout doesn't fit the key, or the
  /// scope has no bucket.
  std::optional<std::string> stem_of_key(std::string_view key) const;
};

/// Throws base::Error (invalid_argument) naming the option when a value is missing or can't work.
void validate(const CatalogScope& scope);

}  // namespace s3c::catalog
