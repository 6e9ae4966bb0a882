#include "http/direct_request.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "http/answer_head.h"

namespace s3c::http {
namespace {

/// libcurl writes these itself, or they change how the answer ends.
constexpr std::string_view kSpecial[] = {
    "Host",   "User-Agent", "Accept",  "Connection", "TE", "Content-Length", "Transfer-Encoding",
    "Expect", "Cookie",     "Referer", "Upgrade"};

bool is_plain_field(std::string_view name, std::string_view value) {
  if (!is_field_name(name) || !is_field_value(value)) return false;
  // libcurl leaves out a field of white space only.
  if (!value.empty() && value.find_first_not_of(" \t") == std::string::npos) return false;
  return std::none_of(std::begin(kSpecial), std::end(kSpecial),
                      [&](std::string_view special) { return equal_ignoring_case(name, special); });
}

/// A fragment isn't sent.
bool is_plain_url(std::string_view url) {
  return std::all_of(url.begin(), url.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

struct FreeText {
  void operator()(char* text) const { curl_free(text); }
};

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, FreeText> owner(text);
  return text;
}

}  // namespace

std::string_view origin_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::size_t path = url.find_first_of("/?", scheme + 3);
  if (path == std::string_view::npos || url[path] != '/') return {};
  return url.substr(0, path);
}

std::optional<std::string> host_of(const std::string& origin) {
  const bool tls = origin.starts_with("https://");
  if ((!tls && !origin.starts_with("http://")) || origin.find_first_of("@%\\") != std::string::npos)
    return std::nullopt;
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
  if (!url || curl_url_set(url.get(), CURLUPART_URL, origin.c_str(), 0) != CURLUE_OK) return std::nullopt;
  std::string host = part_of(url.get(), CURLUPART_HOST);
  const std::string port = part_of(url.get(), CURLUPART_PORT);
  if (host.empty()) return std::nullopt;
  if (!port.empty() && port != (tls ? "443" : "80")) host.append(":").append(port);
  return host;
}

bool is_ordinary(const Request& request) {
  if (request.method != "GET" || !request.body.empty() || request.at_most_once || request.direct ||
      request.slow_answer || request.time_limit.count() != 0 || !is_plain_url(request.url))
    return false;
  for (const auto& [name, value] : request.headers) {
    if (!is_plain_field(name, value)) return false;
  }
  return true;
}

void write_request(const Request& request, std::string_view host, std::string_view user_agent,
                   std::string& text) {
  text.assign("GET ").append(request.url, origin_of(request.url).size());
  text.append(" HTTP/1.1\r\nHost: ").append(host).append("\r\n");
  if (!user_agent.empty()) text.append("User-Agent: ").append(user_agent).append("\r\n");
  text.append("Accept: */*\r\n");
  for (const auto& [name, value] : request.headers)
    text.append(name).append(value.empty() ? ":" : ": ").append(value).append("\r\n");
  text.append("\r\n");
}

}  // namespace s3c::http
