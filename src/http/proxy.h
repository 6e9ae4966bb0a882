// The proxy that the environment names for a URL, as libcurl chooses it. libcurl's own words about a proxy may hold
// its password, so they are not used where it can't read the setting. Any thread, as long as nobody changes the
// environment.
#pragma once

#include <string>
#include <string_view>

namespace s3c::http {

/// A variable of the environment, and the proxy's URL in it. Both empty: there is none.
struct ProxySetting {
  std::string_view variable;
  std::string_view url;  ///< may hold a password
};

/// NO_PROXY isn't looked at: the proxy may not be used for this host.
ProxySetting proxy_for(std::string_view url);

/// Whether libcurl can read the proxy's URL: a host, a port that can be, and a scheme that it knows.
bool is_readable(const ProxySetting& proxy);

/// Whether detail, libcurl's words about a failed connection, name the proxy's host and port. libcurl 7.88 has no
/// other way to tell whether it used a proxy.
bool is_named_in(std::string_view detail, const ProxySetting& proxy);

}  // namespace s3c::http
