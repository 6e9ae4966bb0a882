#include "catalog/catalog_scope.h"

#include <fmt/format.h>

#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "catalog/catalog.h"

namespace s3c::catalog {
namespace {

/// What all volumes of a group have in common, if no template tells: "b/20180401" of "b/20180401-2.zip".
std::string_view without_number(std::string_view archive_key) {
  const std::string_view stem = archive_key.substr(0, archive_key.rfind('-'));
  if (ArchiveName::volume_number(stem, archive_key)) return stem;
  return archive_key.ends_with(".zip") ? archive_key.substr(0, archive_key.size() - 4) : archive_key;
}

}  // namespace

std::string CatalogScope::name_prefix() const {
  return bucket.empty() ? std::string() : archive_name.fixed_prefix(bucket, prefixes);
}

std::optional<ArchiveName::Volume> CatalogScope::volume_of(std::string_view archive_key) const {
  return archive_name.volume_of(bucket, prefixes, archive_key);
}

bool CatalogScope::may_hold(std::string_view archive_key) const {
  if (archive_key.starts_with(kCatalogPrefix)) return false;
  if (bucket.empty()) return true;
  const std::optional<ArchiveName::Volume> volume = volume_of(archive_key);
  return volume && dates.may_contain_group(date_of(volume->fields));
}

std::string CatalogScope::group_of(std::string_view archive_key) const {
  if (!bucket.empty()) {
    if (auto volume = volume_of(archive_key)) return std::move(volume->stem);
  }
  return std::string(without_number(archive_key));
}

bool CatalogScope::is_in_shard(std::string_view archive_key) const {
  return shard.is_whole() || shard.owns(group_of(archive_key));
}

bool CatalogScope::holds(const index::Manifest& manifest) const {
  if (!bucket.empty() && manifest.source_bucket != bucket) return false;
  // All keys of a volume belong to one group, so the first key is enough.
  if (only_prefix && prefix_of_key(layout, prefixes, manifest.first_key) == nullptr) return false;
  // The name tells the days where the scope can read it. The manifest has the fields of the layout with which it was
  // made, and this one may call them otherwise.
  const auto volume = bucket.empty() ? std::nullopt : volume_of(manifest.archive_key);
  return dates.may_contain_group(date_of(volume ? volume->fields : manifest.group));
}

std::optional<std::string> CatalogScope::contradiction_in(const index::Manifest& manifest) const {
  if (bucket.empty()) return std::nullopt;
  const auto volume = volume_of(manifest.archive_key);
  if (!volume) return std::nullopt;
  if (archive_name.names_bucket() && manifest.source_bucket != bucket) {
    return fmt::format("its manifest says that it holds objects of bucket \"{}\", but its name is of \"{}\"",
                       base::printable(manifest.source_bucket), base::printable(bucket));
  }
  if (const auto other = other_date_in(manifest.group, volume->fields)) {
    return fmt::format(
        "its manifest says {} {}, but its name says {} in the archive_name that was given. It was archived with another "
        "layout and archive_name, or its manifest was changed",
        other->field, base::printable(other->said), base::printable(other->expected));
  }
  return std::nullopt;
}

std::optional<std::string> CatalogScope::stem_of_key(std::string_view key) const {
  if (bucket.empty()) return std::nullopt;
  const std::string* const prefix = prefix_of_key(layout, prefixes, key);
  if (prefix == nullptr) return std::nullopt;
  const std::optional<Fields> fields = layout.fields_of_key(*prefix, key);
  if (!fields) return std::nullopt;
  return archive_name.stem(bucket, *prefix, *fields);
}

void validate(const CatalogScope& scope) {
  if (scope.archive_bucket.empty()) {
    throw base::Error(base::ErrorKind::invalid_argument,
                      "arch_bucket is missing: the bucket that the archives are in");
  }
  validate_names(scope.bucket, scope.prefixes, scope.layout, scope.archive_name);
  if (!scope.bucket.empty() && scope.dates.is_limited() && !scope.layout.has_date()) {
    throw base::Error(
        base::ErrorKind::invalid_argument,
        fmt::format("layout \"{}\" has no {{yyyy}}: nothing tells which of its groups are of {}",
                    scope.layout.text(), scope.dates.text()));
  }
}

}  // namespace s3c::catalog
