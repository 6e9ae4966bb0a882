#include "cli/output/scope_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/encoding.h"

namespace s3c::cli {

std::string scope_text(const catalog::CatalogScope& scope, const std::string& volume) {
  std::string text = fmt::format("archive bucket \"{}\"", base::printable(scope.archive_bucket));
  if (!volume.empty()) text += fmt::format(", volume {}", base::printable(volume));
  if (!scope.bucket.empty()) {
    text += fmt::format(", volumes of source bucket \"{}\" named {}", base::printable(scope.bucket),
                        base::printable(scope.archive_name.text()));
  }
  if (scope.only_prefix)
    text += fmt::format(", keys under \"{}/\"",
                        base::printable(fmt::to_string(fmt::join(scope.prefixes, "/\" or \""))));
  if (const std::string dates = scope.dates.text(); !dates.empty()) text += ", " + dates;
  if (!scope.shard.is_whole()) text += fmt::format(", shard {}", scope.shard.text());
  return text;
}

}  // namespace s3c::cli
