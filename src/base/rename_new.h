// A file gets a name only if nothing has that name. Any thread.
#pragma once

#include <string>

namespace s3c::base {

/// As renameat(2), but a file that has the new name is never replaced. Returns 0, or -1 and errno: EEXIST when there
/// is one; EINVAL where the file system doesn't have this call. Source: renameat2(2), RENAME_NOREPLACE.
int rename_to_new(int from_directory, const std::string& from, int to_directory, const std::string& to);

}  // namespace s3c::base
