// Settings of all connections over libcurl.
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <string>

#include "http/pace.h"

namespace s3c::http {

struct CurlOptions {
  std::string ca_bundle = {};  ///< PEM file with all trusted authorities; empty: the system's
  std::chrono::milliseconds connect_timeout{10'000};
  PaceRules pace = {};
  std::string user_agent = "s3compress";
  /// The largest number of exchanges at a time. A further send() waits until one has ended. At least 1.
  std::size_t max_connections = std::numeric_limits<std::size_t>::max();
};

}  // namespace s3c::http
