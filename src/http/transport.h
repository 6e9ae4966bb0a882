// One HTTP exchange: a Request value in, a Response value out. s3/ reaches servers only through Transport, so
// that tests can put anything behind it. curl_transport.h is the real one; only the curl_* files know
// libcurl.
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

/// Header fields in the order sent or received. Names are compared without regard to case. All of them lie in one
/// text, so that a request costs two allocations instead of two for each of its fields.
class Headers {
 public:
  /// Valid until the next add() or clear().
  struct Field {
    std::string_view name, value;
  };
  class Iterator {
   public:
    Iterator(const Headers& headers, std::size_t index) : headers_(headers), index_(index) {}
    Field operator*() const { return {headers_.text(2 * index_), headers_.text(2 * index_ + 1)}; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    const Headers& headers_;
    std::size_t index_;
  };

  /// name and value mustn't be of a field of this object.
  void add(std::string_view name, std::string_view value);
  /// The first field of that name; nullopt if there is none.
  std::optional<std::string_view> find(std::string_view name) const;
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }
  std::size_t size() const { return ends_.size() / 2; }
  void reserve(std::size_t count, std::size_t bytes);
  void clear();
  bool operator==(const Headers&) const = default;

 private:
  std::string_view text(std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(text_).substr(begin, ends_[index] - begin);
  }

  std::string text_;                 ///< name, value, name, value, ...
  std::vector<std::uint32_t> ends_;  ///< where each of them ends in text_
};

struct Request {
  std::string method = {};     ///< "GET", "PUT", ...
  std::string url = {};        ///< absolute; the path is sent exactly as it is here, "/../" included
  Headers headers = {};        ///< the transport adds Host, Content-Length and User-Agent
  std::string_view body = {};  ///< lives until send() returns
  /// The server must not get this request twice, so the transport sends it on a new connection. On a kept one
  /// the HTTP library might send it again. If the request fails before its first byte was sent, the error
  /// carries kNotSent.
  bool at_most_once = false;
  /// The whole exchange must be over by then. 0: no limit but that of pace.h. If it isn't, the error carries
  /// kTimedOut.
  std::chrono::milliseconds time_limit{0};
  /// No proxy, whatever the environment says: for servers of this machine and its link.
  bool direct = false;
  /// The server may work for minutes before it answers, or take minutes to send its answer.
  bool slow_answer = false;
};

/// ErrorContext::code of a failed at_most_once request that certainly never reached the server.
inline constexpr std::string_view kNotSent = "NotSent";

/// ErrorContext::code of a request that wasn't over within its time_limit.
inline constexpr std::string_view kTimedOut = "TimedOut";

/// ErrorContext::code of a request that found no server: its host's name has no address (kHostNotFound), the proxy's
/// has none (kProxyNotFound), nothing answers at the address and port (kNotConnected) or at the proxy's
/// (kProxyNotConnected), TLS could not be set up (kNoTls), or the server's certificate isn't trusted
/// (kCertificateRefused).
inline constexpr std::string_view kHostNotFound = "HostNotFound";
inline constexpr std::string_view kProxyNotFound = "ProxyNotFound";
inline constexpr std::string_view kNotConnected = "NotConnected";
inline constexpr std::string_view kProxyNotConnected = "ProxyNotConnected";
inline constexpr std::string_view kNoTls = "NoTls";
inline constexpr std::string_view kCertificateRefused = "CertificateRefused";

struct Response {
  int status = 0;
  Headers headers = {};
  std::string body = {};  ///< empty for a 2xx answer whose body went to a sink
};

/// Takes the next bytes of a response body, in order. head has the status and the headers, so that a receiver
/// can check them before it takes bytes. Isn't called for an empty body. May throw: the exchange is dropped,
/// and send() rethrows the exception.
using BodySink = std::function<void(const Response& head, std::string_view bytes)>;

/// One exchange that send_many() makes.
struct Exchange {
  Request request = {};
  BodySink sink = {};
};

/// How an exchange ended: with the answer that send() would return, or with the exception that it would
/// throw.
using Outcome = std::variant<Response, std::exception_ptr>;

/// Gives send_many() the exchanges to make, and receives their outcomes. Only the thread that runs
/// send_many() calls it. An exception that it throws ends send_many(): exchanges in flight are dropped and
/// get no outcome.
class ExchangeSource {
 public:
  virtual ~ExchangeSource() = default;

  /// Waits for the next exchange. The exchange keeps slot, a number below max_in_flight, until it has ended.
  /// Returns nullopt at the end: no more exchanges will come. Called only while nothing is in flight.
  virtual std::optional<Exchange> next(std::size_t slot) = 0;
  /// As next(), but mustn't block. Returns nullopt if no exchange is ready now. Called only while others are
  /// in flight: after every outcome, and every 10 ms.
  virtual std::optional<Exchange> try_next(std::size_t slot) = 0;
  /// Receives the outcome of an exchange; called once for each. May block, but all other exchanges in flight
  /// wait meanwhile. slot is free afterwards.
  virtual void ended(std::size_t slot, Outcome outcome) = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;

  /// Sends request and waits for the whole answer. Any thread; blocks.
  /// sink: receives the body of a 2xx answer. With an empty function the body is kept in Response::body; it
  /// may be 8 MiB long. The body of any other answer is kept in Response::body, up to 1 MiB of it. The rest of
  /// a longer one is not read.
  /// Throws base::Error:
  /// - transient when there was no answer, when the answer broke off (connection, timeout, TLS, a body
  ///   shorter than its Content-Length), or when the exchange hardly moves (pace.h);
  /// - cancelled when stop was requested;
  /// - invalid_argument when the URL is invalid or the server's certificate isn't trusted (no retry helps);
  /// - corrupt when a body that is kept is longer than it may be.
  virtual Response send(const Request& request, const BodySink& sink, const std::stop_token& stop) = 0;

  /// Makes the exchanges that source gives, up to max_in_flight (at least 1) at a time, or fewer if there are
  /// fewer connections. The calling thread drives all of them. A small GET costs much less than by send(). It
  /// may reach the server a second time if its answer has an unusual form. Returns when source has no more.
  /// After a stop, exchanges in flight end as cancelled at once, and source is not asked for more. Any thread;
  /// blocks. Throws what source throws; base::Error internal when no event loop can be made (no file
  /// descriptors or libcurl handles left).
  virtual void send_many(ExchangeSource& source, std::size_t max_in_flight, const std::stop_token& stop) = 0;
};

}  // namespace s3c::http
