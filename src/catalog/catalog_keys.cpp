#include "catalog/catalog_keys.h"

#include <fmt/format.h>

#include "base/ulid.h"

namespace s3c::catalog {
namespace {

constexpr std::string_view kManifestSuffix = ".json";
constexpr std::string_view kIndexSuffix = ".jsonl.gz";
constexpr std::string_view kMarkSuffix = ".json";
constexpr std::string_view kStagingSuffix = ".zip";

std::optional<ManifestName> parse_key(std::string_view folder, std::string_view suffix,
                                      std::string_view key) {
  if (!key.starts_with(folder) || !key.ends_with(suffix)) return std::nullopt;
  key.remove_prefix(folder.size());
  key.remove_suffix(suffix.size());
  const std::size_t slash = key.rfind('/');
  if (slash == std::string_view::npos || !base::ulid_time(key.substr(slash + 1))) return std::nullopt;
  return ManifestName{std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))};
}

}  // namespace

std::string manifest_key(std::string_view archive_key, std::string_view id) {
  return fmt::format("{}{}/{}{}", kManifestFolder, archive_key, id, kManifestSuffix);
}

std::string index_key(std::string_view archive_key, std::string_view id) {
  return fmt::format("{}{}/{}{}", kIndexFolder, archive_key, id, kIndexSuffix);
}

std::string commit_mark_key(std::string_view archive_key, std::string_view id) {
  return fmt::format("{}{}/{}{}", kCommitFolder, archive_key, id, kMarkSuffix);
}

std::string take_back_mark_key(std::string_view archive_key, std::string_view id) {
  return fmt::format("{}{}/{}{}", kTakeBackFolder, archive_key, id, kMarkSuffix);
}

std::string probe_key(std::string_view id) {
  return fmt::format("{}{}", kProbeFolder, id);
}

std::string staging_key(std::string_view archive_key, std::string_view id) {
  return fmt::format("{}{}/{}{}", kStagingFolder, archive_key, id, kStagingSuffix);
}

std::optional<ManifestName> parse_manifest_key(std::string_view key) {
  return parse_key(kManifestFolder, kManifestSuffix, key);
}

std::optional<ManifestName> parse_index_key(std::string_view key) {
  return parse_key(kIndexFolder, kIndexSuffix, key);
}

std::optional<ManifestName> parse_commit_mark_key(std::string_view key) {
  return parse_key(kCommitFolder, kMarkSuffix, key);
}

std::optional<ManifestName> parse_take_back_mark_key(std::string_view key) {
  return parse_key(kTakeBackFolder, kMarkSuffix, key);
}

std::optional<ManifestName> parse_staging_key(std::string_view key) {
  return parse_key(kStagingFolder, kStagingSuffix, key);
}

}  // namespace s3c::catalog
