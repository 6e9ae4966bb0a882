// The libraries below this room, as they are loaded.
#pragma once

#include <string>

namespace s3c::http {

/// "libcurl/7.88.1 OpenSSL/3.0.16 zlib/1.2.13 …": the shared libraries of this process, which may be newer than
/// those that it was built with. Any thread.
std::string library_versions();

}  // namespace s3c::http
