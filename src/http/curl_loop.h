// Many HTTP exchanges driven by one thread, with libcurl's multi interface and epoll.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "http/curl_easy.h"
#include "http/transport.h"

namespace s3c::http {

/// Made, used and destroyed by one thread. Connections are reused by later exchanges, and are closed when the
/// loop is destroyed.
class CurlLoop {
 public:
  /// shared outlives the loop. Throws Error: internal when libcurl or the system has no handle left.
  CurlLoop(CurlShared& shared, std::size_t max_in_flight, std::stop_token stop);
  ~CurlLoop();
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  /// Transport::send_many().
  void run(ExchangeSource& source);

 private:
  using Clock = std::chrono::steady_clock;

  /// An exchange in flight, or an unused easy handle.
  struct Slot {
    explicit Slot(CurlShared& shared) : easy(shared) {}
    CurlEasy easy;
    Exchange exchange;
    bool in_flight = false;
  };

  /// A file descriptor that is closed on destruction.
  class File {
   public:
    explicit File(int descriptor);
    ~File();
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int get() const { return descriptor_; }

   private:
    const int descriptor_;
  };

  void start_more(ExchangeSource& source);
  /// Begins the exchange in a free slot. Returns its outcome if it has already ended.
  std::optional<Outcome> start(std::size_t slot, Exchange exchange);
  /// Waits until something happens and lets libcurl act on it.
  void turn();
  void collect(ExchangeSource& source);
  /// Ends the exchanges that don't move.
  void drop_idle(ExchangeSource& source);
  void cancel_all(ExchangeSource& source);
  Outcome end(std::size_t slot, CURLcode code);
  int wait_ms() const;

  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* user, void* known);
  static int on_timer(CURLM* multi, long timeout_ms, void* user);

  CurlShared& shared_;
  const std::size_t max_in_flight_;
  const std::stop_token stop_;
  const File epoll_;
  const File stopped_;  ///< readable once stop is requested
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<std::size_t> free_;  ///< a stack: the last used on top
  std::size_t in_flight_ = 0;
  Pace::Time waited_{};                     ///< total time waited for sockets
  Pace::Time looked_at_{};                  ///< waited_ when idle exchanges were last looked for
  std::optional<Clock::time_point> timer_;  ///< libcurl wants to be called by then
  CurlMulti multi_;
};

}  // namespace s3c::http
