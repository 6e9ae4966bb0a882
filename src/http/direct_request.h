// The text of a request that the event loop sends itself: the same bytes as libcurl would send.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "http/transport.h"

namespace s3c::http {

/// The part of an absolute URL before its path: "https://host:port". Empty when there is none.
std::string_view origin_of(std::string_view url);

/// The value of Host for an origin, as libcurl would send it. Returns nullopt for an origin that is better
/// left to libcurl: another scheme, a user's name in it, a host that libcurl would have to translate.
std::optional<std::string> host_of(const std::string& origin);

/// True for a request that is nothing special: a GET without a body, limits and fields that libcurl would
/// treat in another way than to send them.
bool is_ordinary(const Request& request);

/// Replaces text by the request. REQUIRES: is_ordinary(request), and host is its origin's.
void write_request(const Request& request, std::string_view host, std::string_view user_agent,
                   std::string& text);

}  // namespace s3c::http
