// One HTTP exchange, as a value in and a value out. s3/ speaks to servers only through Transport, so that
// tests can put anything behind it; curl_transport.h is the real one and the only place that knows libcurl.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace s3c::http {

/// True when two ASCII texts are equal but for the case of their letters (header names, schemes, host names).
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// Header fields in the order sent or received. Names are compared without regard to case.
class Headers {
 public:
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// The first field of that name; nullopt if there is none.
  std::optional<std::string_view> find(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }
  void reserve(std::size_t count) { fields_.reserve(count); }
  void clear() { fields_.clear(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct Request {
  std::string method = {};  ///< "GET", "PUT", ...
  std::string url = {};  ///< absolute; the path goes on the wire as it is here ("/../" is not squeezed out)
  Headers headers = {};  ///< Host, Content-Length and User-Agent are the transport's
  std::string_view body = {};  ///< lives until send() returns
  /// The server must not get this request twice. It goes over a connection of its own (on a kept one that
  /// died meanwhile it could be lost, or be repeated by the HTTP library), and a failure before its first
  /// byte left carries kNotSent.
  bool at_most_once = false;
};

/// ErrorContext::code of a failed at_most_once request that certainly never reached the server.
inline constexpr std::string_view kNotSent = "NotSent";

struct Response {
  int status = 0;
  Headers headers = {};
  std::string body = {};  ///< empty for a 2xx answer whose body went to a sink
};

/// Takes the next bytes of a response body, in order; head has the status and the headers, so that a receiver
/// can look before it takes. Isn't called for an empty body. May throw: the exchange is dropped and send()
/// throws it on.
using BodySink = std::function<void(const Response& head, std::string_view bytes)>;

class Transport {
 public:
  virtual ~Transport() = default;

  /// Sends request and waits for the whole answer. Any thread; blocks.
  /// sink: where the body of a 2xx answer goes; without one (an empty function) it is kept in Response::body,
  /// and may be 64 MiB long.
  /// The body of any other answer is kept in Response::body, up to 1 MiB of it. Throws base::Error: transient
  /// when there was no answer or it broke off (connection, timeout, TLS, a body shorter than its
  /// Content-Length), cancelled when stop was requested, invalid_argument when the URL can't be one or the
  /// server's certificate isn't trusted (which no retry mends), corrupt when a body that is kept is longer
  /// than it may be.
  virtual Response send(const Request& request, const BodySink& sink, const std::stop_token& stop) = 0;
};

}  // namespace s3c::http
