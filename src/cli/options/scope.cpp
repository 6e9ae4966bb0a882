#include "cli/options/scope.h"

#include <algorithm>
#include <utility>

#include "cli/options/values.h"

namespace s3c::cli {
namespace {

/// --years and --from/--until exclude each other if they come from the same place: throws UsageError. If they
/// come from two places, the flags of the weaker place are forgotten.
void settle_dates(Reader& reader) {
  const std::optional<Source> years = reader.source("years");
  std::optional<Source> days = reader.source("from");
  if (!days || (reader.source("until") && *reader.source("until") < *days)) days = reader.source("until");
  if (!years || !days) return;
  if (*years == *days) {
    throw UsageError("--years and --from/--until exclude each other",
                     "give either the years or the first and last day");
  }
  if (*years < *days) {
    reader.forget("from");
    reader.forget("until");
  } else {
    reader.forget("years");
  }
}

/// Whether --group-by counts, and not --layout.
bool is_grouped_by_time(const Reader& reader) {
  const std::optional<Source> group_by = reader.source("group-by");
  const std::optional<Source> layout = reader.source("layout");
  if (!group_by || !layout) return group_by.has_value();
  if (*group_by == *layout) {
    throw UsageError(
        "--group-by and --layout exclude each other",
        "either the keys tell the group (--layout), or the time of the last change (--group-by)");
  }
  return *group_by < *layout;
}

catalog::DateRange years_of(const Reader& reader, const Setting& years) {
  try {
    return catalog::DateRange::years(parse_years(years.values));
  } catch (const base::Error& error) {
    std::string given;
    for (const std::string& value : years.values) given += (given.empty() ? "" : ",") + value;
    throw UsageError(fmt::format("{} \"{}\" {}", years.origin, base::printable(given), error.message()),
                     reader.help_for("years"));
  }
}

}  // namespace

Flag archive_bucket_flag() {
  return {.name = "arch-bucket",
          .value = "BUCKET",
          .group = kBuckets,
          .help = "where the archives are (required); --arch_bucket is the same flag"};
}

std::vector<Flag> naming_flags(std::string_view group) {
  return {
      {.name = "prefix",
       .value = "PREFIX",
       .kind = FlagKind::list,
       .group = group,
       .help = "as it was given to archive; only with --bucket",
       .fallback = "sources"},
      {.name = "layout",
       .value = "TEMPLATE",
       .group = group,
       .help = "as it was given to archive; only with --bucket",
       .fallback = catalog::kDefaultLayout},
      {.name = "group-by",
       .value = "WHAT",
       .group = group,
       .help = "as it was given to archive: last-modified:day, :month or :hour; only with --bucket",
       .otherwise = "--layout tells"},
      {.name = "archive-name",
       .value = "TEMPLATE",
       .group = group,
       .help = "as it was given to archive; only with --bucket",
       .fallback = catalog::kDefaultArchiveName},
  };
}

std::vector<Flag> date_flags(std::string_view group) {
  return {
      {.name = "years",
       .value = "YEARS",
       .kind = FlagKind::list,
       .group = group,
       .help = "only these years: 2018 or 2016,2017"},
      {.name = "from",
       .value = "DATE",
       .group = group,
       .help = "only from this day on: 2018-04-01; not with --years"},
      {.name = "until",
       .value = "DATE",
       .group = group,
       .help = "only up to this day, included; not with --years",
       .aliases = {"to"}},
  };
}

std::vector<Flag> scope_flags() {
  return joined({{archive_bucket_flag(),
                  {.name = "bucket",
                   .value = "BUCKET",
                   .group = kBuckets,
                   .help = "source bucket of the archives; without it, every volume is in scope"}},
                 naming_flags(kWhichVolumes),
                 date_flags(kWhichVolumes)});
}

catalog::Prefixes read_prefixes(const Reader& reader) {
  std::vector<std::string> given = reader.list("prefix");
  if (given.empty()) given.push_back(reader.text("prefix"));
  catalog::Prefixes prefixes;
  for (std::string& prefix : given) {
    if (prefix.size() > 1 && prefix.ends_with('/')) prefix.pop_back();
    if (std::find(prefixes.begin(), prefixes.end(), prefix) == prefixes.end())
      prefixes.push_back(std::move(prefix));
  }
  return prefixes;
}

void read_names(const Reader& reader, catalog::Layout& layout, catalog::ArchiveName& archive_name) {
  if (is_grouped_by_time(reader)) {
    reader.with("group-by", [&](const std::string& text) {
      const catalog::Period period = catalog::parse_group_by(text);
      layout = catalog::Layout::by_last_modified(period);
      archive_name = catalog::ArchiveName::parse(catalog::default_archive_name(period));
    });
    if (reader.find("archive-name") == nullptr) return;
  } else {
    reader.with_quoted("layout", [&](const std::string& text) { layout = catalog::Layout::parse(text); });
  }
  reader.with_quoted("archive-name",
                     [&](const std::string& text) { archive_name = catalog::ArchiveName::parse(text); });
}

catalog::DateRange read_dates(Reader& reader) {
  settle_dates(reader);
  if (const Setting* years = reader.find("years")) return years_of(reader, *years);
  std::optional<std::string> first;
  std::optional<std::string> last;
  // Each day is parsed alone first, so that a message names the right flag. After that only the order of the
  // two days can be wrong.
  reader.with_quoted("from", [&](const std::string& text) {
    catalog::DateRange::between(text, std::nullopt);
    first = text;
  });
  reader.with_quoted("until", [&](const std::string& text) {
    catalog::DateRange::between(std::nullopt, text);
    last = text;
  });
  if (!first && !last) return {};
  try {
    return catalog::DateRange::between(first, last);
  } catch (const base::Error& error) {
    throw UsageError(fmt::format("--from and --until: {}", error.message()),
                     "the first day comes first, both are included");
  }
}

void require_bucket_for_names(const Reader& reader, const std::string& bucket) {
  for (const char* name : {"prefix", "layout", "group-by", "archive-name"}) {
    if (bucket.empty() && reader.source(name) == Source::command_line) {
      throw UsageError(fmt::format("--{} needs --bucket", name),
                       "only the archives of one source bucket have such names");
    }
  }
}

catalog::CatalogScope read_scope(Reader& reader) {
  catalog::CatalogScope scope;
  scope.archive_bucket = reader.bucket("arch-bucket");
  scope.bucket = reader.bucket("bucket");
  scope.prefixes = read_prefixes(reader);
  scope.only_prefix = reader.find("prefix") != nullptr;
  read_names(reader, scope.layout, scope.archive_name);
  scope.dates = read_dates(reader);
  require_bucket_for_names(reader, scope.bucket);
  return scope;
}

}  // namespace s3c::cli
