// HTTP/1.1 on an open connection without libcurl's HTTP engine: one GET after the other. It makes only the
// exchanges that it can't get wrong; the rest is left to libcurl.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "http/answer_head.h"
#include "http/curl_socket.h"
#include "http/transport.h"

namespace s3c::http {

/// One thread at a time. Never has more than one request under way: no pipelining.
class DirectConnection {
 public:
  enum class Fate {
    under_way,
    ended,        ///< easy().end(code()) is its outcome
    for_libcurl,  ///< nothing of the answer was used: make the exchange again, with libcurl
  };

  /// See CurlSocket. origin: of all requests that this connection gets.
  DirectConnection(CurlShared& shared, CURLSH* share, int epoll, std::uint32_t number, std::string origin);

  /// Begins an exchange: the first one opens the connection. request and sink must live until it has ended.
  /// REQUIRES: is_ordinary(request), and none is under way. host: the value of Host.
  void begin(std::size_t slot, const Request& request, const BodySink& sink, std::string_view host,
             Pace::Time now);
  /// Goes on with it, after an event. buffer: only used during the call; of kMostReceived_bytes.
  void on_event(int file, std::uint32_t events, std::span<char> buffer);
  /// Goes on with opening the connection, if socket().timer() is due.
  void on_time();

  Fate fate() const { return fate_; }
  CURLcode code() const { return code_; }
  /// The answer has been read to its end, and the server keeps the connection open.
  bool is_kept() const { return is_kept_; }
  /// True when nothing more came after the last answer, so that the connection can take another request.
  /// REQUIRES: is_kept().
  bool is_quiet();

  CurlEasy& easy() { return socket_.easy(); }
  const CurlSocket& socket() const { return socket_; }
  const std::string& origin() const { return origin_; }
  std::uint32_t number() const { return number_; }
  /// The slot of the event loop that begin() was told.
  std::size_t slot() const { return slot_; }

 private:
  void after_opening();
  void send_rest();
  void receive(std::span<char> buffer);
  void take(std::string_view bytes);
  bool take_head(std::string_view& bytes);
  void take_body(std::string_view bytes);
  void end(Fate fate, CURLcode code);
  void broke(CURLcode code);

  const std::uint32_t number_;
  const std::string origin_;
  CurlShared& shared_;
  CurlSocket socket_;
  std::size_t slot_ = 0;
  std::string request_;
  std::string_view unsent_;  ///< the rest of request_
  std::string head_bytes_;   ///< a head that came in pieces
  AnswerHead head_;
  std::uint64_t missing_bytes_ = 0;  ///< of the body
  Fate fate_ = Fate::ended;
  CURLcode code_ = CURLE_OK;
  bool was_used_ = false;  ///< a request before this one was answered
  bool is_kept_ = false;
};

}  // namespace s3c::http
