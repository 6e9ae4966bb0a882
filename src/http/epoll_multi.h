// A libcurl multi handle whose sockets and timer are those of an event loop with epoll.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <cstdint>
#include <optional>

#include "http/curl_easy.h"

namespace s3c::http {

/// epoll_event::data::u64 of all that a loop watches: whose event it is, and of which file.
struct EventTag {
  std::uint32_t number = 0;
  int file = -1;

  static EventTag of(std::uint64_t data) {
    return {static_cast<std::uint32_t>(data >> 32), static_cast<int>(data & 0xffff'ffff)};
  }
  std::uint64_t data() const { return std::uint64_t{number} << 32 | static_cast<std::uint32_t>(file); }
};

/// epoll_ctl(). Returns false if it fails.
bool watch(int epoll, int operation, EventTag tag, std::uint32_t events);

/// One thread at a time: the loop's.
class EpollMulti {
 public:
  using Clock = std::chrono::steady_clock;

  /// Its sockets are registered with epoll, which outlives it; their events' tags carry number.
  /// Throws Error: internal when libcurl has no handle.
  EpollMulti(int epoll, std::uint32_t number);
  EpollMulti(const EpollMulti&) = delete;
  EpollMulti& operator=(const EpollMulti&) = delete;

  CURLM* handle() const { return multi_.get(); }
  /// Lets libcurl act on an event of its socket. Throws Error: internal when it can't.
  void on_event(int file, std::uint32_t events);
  /// Lets libcurl act if timer() is due. Throws Error: internal when it can't.
  void on_time();
  /// The time by which libcurl wants on_time() to be called; nullopt: not needed.
  std::optional<Clock::time_point> timer() const { return timer_; }

 private:
  static int on_socket(CURL* easy, curl_socket_t file, int what, void* user, void* known);
  static int on_timer(CURLM* multi, long timeout_ms, void* user);

  const int epoll_;
  const std::uint32_t number_;
  std::optional<Clock::time_point> timer_;
  CurlMulti multi_;
};

/// Throws Error: internal unless code is good.
void check(CURLMcode code);

}  // namespace s3c::http
