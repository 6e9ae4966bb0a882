// Files of some lines that people or other programs wrote: tokens. Any thread.
#pragma once

#include <optional>
#include <string>

namespace s3c::aws {

struct SmallFile {
  std::optional<std::string> text = {};  ///< the whole file; nullopt: it can't be read
  std::string why_not = {};              ///< why it can't: "No such file or directory"
};

/// Reads a file. It can't be read if it isn't there, is no regular file, or is longer than 1 MiB.
SmallFile read_small_file(const std::string& path);

}  // namespace s3c::aws
