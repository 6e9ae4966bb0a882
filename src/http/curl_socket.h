// A connection that libcurl opens (CURLOPT_CONNECT_ONLY: names, addresses, proxy tunnel, TLS, time limit) and
// on which its owner then sends and receives the bytes itself.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <string_view>

#include "http/curl_easy.h"
#include "http/epoll_multi.h"

namespace s3c::http {

/// One thread at a time: that of the event loop whose epoll it is registered with.
///
/// It has a multi handle of its own. In a shared one libcurl takes a connection that we read from for an idle
/// one: when it opens another connection, it closes those that have bytes to read or were opened two minutes
/// ago.
class CurlSocket {
 public:
  enum class State { opening, open, failed };

  /// The most that one receive() brings. Not less than a TLS record: what is left of one stays in OpenSSL, where
  /// no event tells of it.
  static constexpr std::size_t kMostReceived_bytes = 64 << 10;

  /// What a call moved. code: CURLE_OK; CURLE_AGAIN when nothing can be moved now; or what went wrong.
  struct Moved {
    CURLcode code = CURLE_OK;
    std::size_t bytes = 0;
  };

  /// shared and share outlive it. number: above 0; the tags of its events carry it.
  CurlSocket(CurlShared& shared, CURLSH* share, int epoll, std::uint32_t number);
  ~CurlSocket();
  CurlSocket(const CurlSocket&) = delete;
  CurlSocket& operator=(const CurlSocket&) = delete;

  /// Begins to open the connection that easy().begin_opening() described. Once.
  void open();
  /// Goes on with opening it: after an event, and when timer() is due.
  void on_event(int file, std::uint32_t events);
  void on_time();
  std::optional<EpollMulti::Clock::time_point> timer() const { return multi_.timer(); }
  State state() const { return state_; }
  /// Why it failed, for CurlEasy::end().
  CURLcode failure() const { return failure_; }

  /// The next three REQUIRE: state() is open.
  Moved send(std::string_view bytes);
  /// Moved::bytes of 0 with CURLE_OK: the server has closed the connection.
  Moved receive(char* buffer, std::size_t size);
  /// Which events are reported from now on: EPOLLIN or EPOLLOUT. At first EPOLLIN.
  /// Throws Error: internal when the system can't.
  void watch(std::uint32_t events);

  CurlEasy& easy() { return easy_; }

 private:
  void look_for_end();

  const int epoll_;
  const std::uint32_t number_;
  State state_ = State::opening;
  CURLcode failure_ = CURLE_OK;
  int file_ = -1;
  /// Without TLS, so that the bytes need no libcurl: its handles, some KiB each, would be read from memory for each
  /// request.
  bool is_plain_ = false;
  std::uint32_t watched_ = 0;
  CurlEasy easy_;
  EpollMulti multi_;
};

}  // namespace s3c::http
