// The process's limit of open files.
#pragma once

namespace s3c::base {

/// Raises the soft limit to the hard one. The usual soft limit of 1,024 is there for programs that use
/// select(2); hundreds of connections need more. Where it can't be raised, a connection that can't be opened
/// says so itself. Any thread.
void raise_open_files_limit();

}  // namespace s3c::base
