// Which version of the program this is, and what it was built from and with. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace s3c::cli {

/// "0.1.0", or "0.1.0+5.gdceb739" five commits later. cmake/WriteBuildInfo.cmake lists all forms.
std::string_view version();
/// The day of the commit, "2026-11-29".
std::string_view version_date();
/// The text of --version: version, commit, build type, compiler, and the versions of the libraries.
std::string version_text();
/// How the program names itself to a store.
std::string user_agent();

}  // namespace s3c::cli
