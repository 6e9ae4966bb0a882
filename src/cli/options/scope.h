// The flags that say on which buckets, names and days a command works.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "catalog/catalog_scope.h"
#include "cli/options/reader.h"

namespace s3c::cli {

inline constexpr std::string_view kBuckets = "Buckets";
inline constexpr std::string_view kWhichVolumes = "Which volumes";
inline constexpr std::string_view kSpeedAndMemory = "Speed and memory";

/// Where the archives are.
Flag archive_bucket_flag();
/// How keys and archives are named: --prefix, --layout, --group-by and --archive-name, as they were given to archive.
std::vector<Flag> naming_flags(std::string_view group);
/// --years, --from and --until.
std::vector<Flag> date_flags(std::string_view group);
/// Which volumes: the two buckets, the names, the days. For every command that reads archives.
std::vector<Flag> scope_flags();

/// help: says what runs at the same time.
constexpr Flag threads_flag(std::string_view help, std::string_view fallback) {
  return {.name = "threads",
          .value = "COUNT",
          .group = kSpeedAndMemory,
          .help = help,
          .fallback = fallback,
          .range = {1, base::kMaxThreads}};
}

/// help: says what the memory is for.
constexpr Flag memory_flag(std::string_view help) {
  return {.name = "memory", .value = "SIZE", .group = kSpeedAndMemory, .help = help, .fallback = "192MiB"};
}

/// help: says what the flag does.
constexpr Flag toggle_flag(std::string_view name, std::string_view group, std::string_view help) {
  return {.name = name, .kind = FlagKind::toggle, .group = group, .help = help};
}

/// --garbage-age: the age of what killed runs left, never of a source object. group: heading in help. help:
/// says what must be that old. old_name: the flag's former name in this command.
constexpr Flag garbage_age_flag(std::string_view group, std::string_view help, std::string_view old_name) {
  return {.name = "garbage-age",
          .value = "AGE",
          .group = group,
          .help = help,
          .fallback = "7d",
          .aliases = {old_name},
          .has_strict_aliases = old_name == "min-age"};  // of archive it is the age of objects
}

/// The prefixes without a "/" at their ends, each once. People copy "sources/" from elsewhere, and it can only
/// mean "sources".
catalog::Prefixes read_prefixes(const Reader& reader);
/// If --layout comes from one place and --group-by from another, the stronger place counts. Throws UsageError when
/// one place has both.
void read_names(const Reader& reader, catalog::Layout& layout, catalog::ArchiveName& archive_name);
/// If --years comes from one place and --from or --until from another, the stronger place counts and the
/// other flags are ignored. Throws UsageError when one place has both.
catalog::DateRange read_dates(Reader& reader);
/// Throws UsageError when names that need --bucket were given on the command line and bucket is empty. Names
/// from the environment or the file may be meant for archive, so they are accepted.
void require_bucket_for_names(const Reader& reader, const std::string& bucket);
/// Throws UsageError.
catalog::CatalogScope read_scope(Reader& reader);

}  // namespace s3c::cli
