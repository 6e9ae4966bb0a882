// Many HTTP exchanges driven by one thread, with epoll. The loop makes ordinary GETs itself, on connections
// that libcurl opened; libcurl's multi interface makes all others.
#pragma once

#include <curl/curl.h>
#include <sys/epoll.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "http/curl_easy.h"
#include "http/direct_connections.h"
#include "http/epoll_multi.h"
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
  using Clock = EpollMulti::Clock;

  /// An exchange in flight, or an unused easy handle.
  struct Slot {
    std::unique_ptr<CurlEasy> easy;  ///< null: not needed so far
    Exchange exchange;
    DirectConnection* direct = nullptr;  ///< makes the exchange; null: libcurl does
    bool in_flight = false;

    CurlEasy& driven() { return direct != nullptr ? direct->easy() : *easy; }
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
  /// Begins the exchange in a free slot. Returns its outcome if it could not be begun.
  std::optional<Outcome> start(std::size_t slot, Exchange exchange);
  void start_with_libcurl(std::size_t slot);
  /// Waits until something happens and lets libcurl act on it.
  void turn();
  void act_on(const epoll_event& event);
  void collect(ExchangeSource& source);
  /// libcurl makes again what the loop itself could not. Returns the outcome if that could not be begun.
  std::optional<Outcome> hand_over(std::size_t slot);
  /// Ends the exchanges that don't move.
  void drop_idle(ExchangeSource& source);
  void cancel_all(ExchangeSource& source);
  Outcome end(std::size_t slot, CURLcode code);
  void set_free(std::size_t slot);
  int wait_ms() const;

  CurlShared& shared_;
  const std::size_t max_in_flight_;
  const std::stop_token stop_;
  const File epoll_;
  const File stopped_;  ///< readable once stop is requested
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<std::size_t> free_;  ///< a stack: the last used on top
  std::size_t in_flight_ = 0;
  Pace::Time waited_{};     ///< total time waited for sockets
  Pace::Time looked_at_{};  ///< waited_ when idle exchanges were last looked for
  EpollMulti multi_;
  DirectConnections direct_;
  std::vector<DirectConnection*> direct_ended_;  ///< collect() has not seen them yet
};

}  // namespace s3c::http
