// What the catalog commands have in common: they do one thing after the other to volumes that are named.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/options/reader.h"
#include "cli/session.h"

namespace s3c::cli {

/// The operands: keys of volumes. Throws UsageError when there are none. example: behind "s3compress".
std::vector<std::string> read_named_volumes(const Reader& reader, std::string_view example);

/// Calls work for each volume until Ctrl-C; what it returns or its error comes to counts, the worst of all.
/// An error is told, and the next volume has its turn. code_of: what an error of work comes to.
ExitCode for_each_named(const std::vector<std::string>& volumes, Session& session,
                        const std::function<ExitCode(const std::string& volume)>& work,
                        const std::function<ExitCode(const base::Error&)>& code_of);

}  // namespace s3c::cli
