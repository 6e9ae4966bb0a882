// One HTTP exchange, as a value in and a value out. s3/ speaks to servers only through Transport, so that
// tests can put anything behind it; curl_transport.h is the real one, and only the curl_* files know libcurl.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
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
  /// The server may work for minutes before it answers, or send its answer drop by drop meanwhile.
  bool slow_answer = false;
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

/// What send_many() is asked for.
struct Exchange {
  Request request = {};
  BodySink sink = {};
};

/// How an exchange ended: with the answer send() returns, or with what it throws.
using Outcome = std::variant<Response, std::exception_ptr>;

/// Where send_many() takes its exchanges from and brings their outcomes; called by its thread only. What
/// either throws ends send_many(): exchanges in flight are dropped then, without an outcome.
class ExchangeSource {
 public:
  virtual ~ExchangeSource() = default;

  /// The next exchange, which has slot, a number below max_in_flight, until it has ended. nullopt: none now
  /// or, if may_wait (which is said while nothing is in flight), none any more. Without may_wait it mustn't
  /// block; it is then asked again after every outcome, and every 10 ms.
  virtual std::optional<Exchange> next(std::size_t slot, bool may_wait) = 0;
  /// Once for each exchange. May block, at the cost of all the others in flight; slot is free afterwards.
  virtual void ended(std::size_t slot, Outcome outcome) = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;

  /// Sends request and waits for the whole answer. Any thread; blocks.
  /// sink: where the body of a 2xx answer goes; without one (an empty function) it is kept in Response::body,
  /// and may be 8 MiB long.
  /// The body of any other answer is kept in Response::body, up to 1 MiB of it. Throws base::Error: transient
  /// when there was no answer or it broke off (connection, timeout, TLS, a body shorter than its
  /// Content-Length) or all but stands still (pace.h), cancelled when stop was requested, invalid_argument
  /// when the URL can't be one or the server's certificate isn't trusted (which no retry mends), corrupt when
  /// a body that is kept is longer than it may be.
  virtual Response send(const Request& request, const BodySink& sink, const std::stop_token& stop) = 0;

  /// Makes the exchanges that source gives, up to max_in_flight (at least 1) at a time or as many as there
  /// are connections for, all driven by the calling thread: for small answers that is a third cheaper than a
  /// thread that waits for each. Returns when source has no more. Stop: those in flight end as cancelled at
  /// once, source is not asked for more. Any thread; blocks. Throws what source throws; base::Error internal
  /// when the system has nothing left to wait with.
  virtual void send_many(ExchangeSource& source, std::size_t max_in_flight, const std::stop_token& stop) = 0;
};

}  // namespace s3c::http
