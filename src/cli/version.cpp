#include "cli/version.h"

#include <fmt/format.h>

#include "cli/build_info.h"
#include "http/library_versions.h"

namespace s3c::cli {

std::string_view version() {
  return build::kVersion;
}

std::string_view version_date() {
  return build::kDate;
}

std::string version_text() {
  return fmt::format(
      "s3compress {}\n"
      "commit {} of {}\n"
      "{} build, {}\n"
      "built with {}\n"
      "runs with {}\n",
      build::kVersion, build::kCommit, build::kDate, build::kBuildType, build::kCompiler, build::kLibraries,
      http::library_versions());
}

std::string user_agent() {
  return fmt::format("s3compress/{}", build::kVersion);
}

}  // namespace s3c::cli
