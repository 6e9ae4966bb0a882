// The connections on which an event loop speaks HTTP itself: which requests they take, and which are kept.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/curl_easy.h"
#include "http/direct_connection.h"
#include "http/transport.h"

namespace s3c::http {

/// One thread at a time: the event loop's.
class DirectConnections {
 public:
  using Clock = EpollMulti::Clock;

  /// shared outlives it. epoll: the loop's. most: the largest number of connections at a time.
  /// Throws Error: internal when libcurl has no handle.
  DirectConnections(CurlShared& shared, int epoll, std::size_t most);

  /// True when this request may be made here, and false when libcurl must make it.
  bool take(const Request& request);
  /// Begins an exchange on a kept connection, or else on a new one. The result is valid until release().
  /// REQUIRES: take(request), and fewer than `most` exchanges under way.
  DirectConnection& begin(std::size_t slot, const Request& request, const BodySink& sink, Pace::Time now);
  /// Its exchange has ended: keeps the connection or closes it.
  void release(DirectConnection& connection);
  /// Acts on an event that epoll reported. Returns the connection if its exchange has ended by that.
  DirectConnection* on_event(EventTag tag, std::uint32_t events);
  /// Goes on with opening those whose time has come. Adds to ended those whose exchange ended by that.
  void on_time(std::vector<DirectConnection*>& ended);
  /// The time by which on_time() must be called; nullopt: not needed.
  std::optional<Clock::time_point> timer() const;

 private:
  struct FreeShare {
    void operator()(CURLSH* share) const { curl_share_cleanup(share); }
  };

  DirectConnection* take_kept();
  DirectConnection& add();
  void close(const DirectConnection& connection);

  /// A connection that waits for its next request.
  struct Kept {
    DirectConnection* connection = nullptr;
    Clock::time_point since;
  };

  CurlShared& shared_;
  const int epoll_;
  const std::size_t most_;
  const bool has_files_;
  const bool has_http_proxy_;
  std::string origin_;               ///< of the request that take() saw last
  std::optional<std::string> host_;  ///< the Host of origin_; nullopt: libcurl makes its requests
  std::unique_ptr<CURLSH, FreeShare> share_;
  std::vector<std::unique_ptr<DirectConnection>> all_;  ///< by number, less one; null: a free number
  std::vector<Kept> kept_;                              ///< a stack: the last used on top
  std::vector<DirectConnection*> opening_;
  std::vector<char> buffer_;
};

}  // namespace s3c::http
