// Files that are read whole, as settings.
#pragma once

#include <optional>
#include <string>

namespace s3c::base {

/// Why a file is not read: "it is a pipe, not a file". A pipe without a writer would be waited for for
/// ever, and a device may never end. nullopt: it is a regular file or /dev/null, or it can't be looked at
/// (opening it tells why). Any thread.
std::optional<std::string> why_no_plain_file(const std::string& path);

/// The bytes of the file. Throws base::Error (invalid_argument): the message says why it can't be read, the resource
/// is the path. Any thread.
std::string read_plain_file(const std::string& path);

}  // namespace s3c::base
