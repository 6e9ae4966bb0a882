// What the catalog commands have in common: the user names volumes, and the command works on them one after
// the other.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/options/reader.h"
#include "cli/session.h"

namespace s3c::cli {

/// The operands: keys of volumes. Throws UsageError when there are none. example: what the hint shows after
/// "s3compress".
std::vector<std::string> read_named_volumes(const Reader& reader, std::string_view example);

/// Calls work for each volume until Ctrl-C. An error of work is printed, and the next volume follows. Returns
/// the worst (exit_code.h) of the codes that work returned and of code_of(error) for its errors; interrupted
/// if Ctrl-C left volumes undone.
ExitCode for_each_named(const std::vector<std::string>& volumes, Session& session,
                        const std::function<ExitCode(const std::string& volume)>& work,
                        const std::function<ExitCode(const base::Error&)>& code_of);

}  // namespace s3c::cli
