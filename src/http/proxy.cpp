#include "http/proxy.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include "http/transport.h"

namespace s3c::http {
namespace {

struct FreeProxyText {
  void operator()(char* text) const { curl_free(text); }
};
struct FreeProxyUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

/// Source: libcurl, CURLOPT_PROXY.
constexpr std::array<std::string_view, 6> kProxySchemes = {"http",    "https",  "socks4",
                                                           "socks4a", "socks5", "socks5h"};

}  // namespace

ProxySetting proxy_for(std::string_view url) {
  const bool tls = url.starts_with("https:");
  // libcurl doesn't read HTTP_PROXY; main() copies it into http_proxy, if that is safe.
  for (const char* variable :
       {tls ? "https_proxy" : "http_proxy", tls ? "HTTPS_PROXY" : "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) {
    const char* const value = std::getenv(variable);
    if (value != nullptr && *value != '\0') return {variable, value};
  }
  return {};
}

bool is_readable(const ProxySetting& proxy) {
  const std::unique_ptr<CURLU, FreeProxyUrl> url(curl_url());
  const std::string text(proxy.url);
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(),
                           CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME) != CURLUE_OK)
    return false;
  char* scheme = nullptr;
  if (curl_url_get(url.get(), CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK) return false;
  const std::unique_ptr<char, FreeProxyText> owner(scheme);
  return std::any_of(kProxySchemes.begin(), kProxySchemes.end(),
                     [scheme](std::string_view known) { return equal_ignoring_case(known, scheme); });
}

bool is_named_in(std::string_view detail, const ProxySetting& proxy) {
  std::string_view rest = proxy.url;
  if (const std::size_t scheme = rest.find("://"); scheme != std::string_view::npos)
    rest.remove_prefix(scheme + 3);
  rest = rest.substr(0, rest.find('/'));
  if (const std::size_t user = rest.rfind('@'); user != std::string_view::npos) rest.remove_prefix(user + 1);
  const std::size_t colon = rest.rfind(':');
  std::string_view host = rest.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string port = colon == std::string_view::npos ? "" : std::string(rest.substr(colon + 1)) + " ";
  return detail.find(fmt::format(" to {} port {}", host, port)) != std::string_view::npos;
}

}  // namespace s3c::http
