// The keys of the catalog's objects: docs/design.md section 4. Pure functions, any thread.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace s3c::catalog {

/// No bucket can have this name, so it can't collide with "{bucket}/…".
inline constexpr std::string_view kCatalogPrefix = "s3compress_catalog/";
// Its folders.
inline constexpr std::string_view kManifestFolder = "s3compress_catalog/manifest/";
inline constexpr std::string_view kIndexFolder = "s3compress_catalog/index/";
inline constexpr std::string_view kCommitFolder = "s3compress_catalog/commit/";
/// Which layouts there are: layout_notes.h.
inline constexpr std::string_view kLayoutFolder = "s3compress_catalog/layouts/";
inline constexpr std::string_view kTakeBackFolder = "s3compress_catalog/take_back/";
inline constexpr std::string_view kProbeFolder = "s3compress_catalog/probe/";
inline constexpr std::string_view kStagingFolder = "s3compress_catalog/staging/";

std::string manifest_key(std::string_view archive_key, std::string_view id);
std::string index_key(std::string_view archive_key, std::string_view id);
/// Where the two marks of a volume lie: docs/ordering.md, "Marks".
std::string commit_mark_key(std::string_view archive_key, std::string_view id);
std::string take_back_mark_key(std::string_view archive_key, std::string_view id);
std::string probe_key(std::string_view id);
/// The key of a volume's copy while it is read back. It ends in an id and a suffix, as gc expects there.
std::string staging_key(std::string_view archive_key, std::string_view id);

/// One manifest found by listing.
struct ManifestName {
  std::string archive_key;
  std::string id;

  // NOLINTNEXTLINE(modernize-use-nullptr): the 0 that it means is no pointer
  auto operator<=>(const ManifestName&) const = default;
};

/// What the key of a manifest, an index, a mark or a staging copy says. nullopt: the object isn't in that
/// folder, or its name doesn't have our form.
std::optional<ManifestName> parse_manifest_key(std::string_view key);
std::optional<ManifestName> parse_index_key(std::string_view key);
std::optional<ManifestName> parse_commit_mark_key(std::string_view key);
std::optional<ManifestName> parse_take_back_mark_key(std::string_view key);
std::optional<ManifestName> parse_staging_key(std::string_view key);

}  // namespace s3c::catalog
