// Files of some lines that people or other programs wrote: tokens. Any thread.
#pragma once

#include <optional>
#include <string>

namespace s3c::aws {

/// The whole file. nullopt: it isn't there, can't be read, is no regular file, or is longer than 1 MiB.
std::optional<std::string> read_small_file(const std::string& path);

}  // namespace s3c::aws
