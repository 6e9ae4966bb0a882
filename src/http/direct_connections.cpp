#include "http/direct_connections.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/error.h"
#include "http/direct_request.h"

namespace s3c::http {
namespace {

using base::Error;
using base::ErrorKind;

/// An unused connection isn't used again after that time, as in libcurl: a firewall may have forgotten it.
constexpr std::chrono::seconds kLongestKept(118);
/// A refused answer costs a second request. Where more than one in eight is refused, libcurl makes them all.
constexpr std::uint64_t kAnsweredForEachRefused = 8;
constexpr std::uint64_t kRefusedAtFirst = 8;
/// Each connection takes three files, and one of libcurl's loop takes one. Where files are as few as these
/// connections, libcurl makes all exchanges.
constexpr std::size_t kFewConnections = 64;

/// libcurl would send http:// requests to it in another form.
bool has_http_proxy() {
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return true;
  }
  return false;
}

}  // namespace

DirectConnections::DirectConnections(CurlShared& shared, int epoll, std::size_t most)
    : shared_(shared),
      epoll_(epoll),
      most_(most),
      has_files_(shared.options.max_connections > kFewConnections),
      has_http_proxy_(has_http_proxy()),
      share_(curl_share_init()),
      buffer_(CurlSocket::kMostReceived_bytes) {
  // The loop's connections resolve a name once, and continue each other's TLS sessions.
  for (const curl_lock_data what : {CURL_LOCK_DATA_DNS, CURL_LOCK_DATA_SSL_SESSION}) {
    if (!share_ || curl_share_setopt(share_.get(), CURLSHOPT_SHARE, what) != CURLSHE_OK)
      throw Error(ErrorKind::internal, "libcurl can't make a handle");
  }
}

bool DirectConnections::take(const Request& request) {
  if (!has_files_) return false;
  if (shared_.refused_directly.load(std::memory_order_relaxed) >
      kRefusedAtFirst + shared_.answered_directly.load(std::memory_order_relaxed) / kAnsweredForEachRefused)
    return false;
  const std::string_view origin = origin_of(request.url);
  if (origin != origin_) {
    origin_ = origin;
    const bool to_proxy = has_http_proxy_ && origin.starts_with("http:");
    host_ = to_proxy ? std::nullopt : host_of(origin_);
  }
  return host_ && is_ordinary(request);
}

DirectConnection& DirectConnections::begin(std::size_t slot, const Request& request, const BodySink& sink,
                                           Pace::Time now) {
  DirectConnection* kept = take_kept();
  DirectConnection& connection = kept != nullptr ? *kept : add();
  try {
    connection.begin(slot, request, sink, *host_, now);
  } catch (...) {
    close(connection);
    throw;
  }
  if (connection.socket().state() == CurlSocket::State::opening) opening_.push_back(&connection);
  return connection;
}

/// The kept connection that was used last, if there is one to origin_.
DirectConnection* DirectConnections::take_kept() {
  while (!kept_.empty()) {
    const auto last = std::find_if(kept_.rbegin(), kept_.rend(),
                                   [this](const Kept& kept) { return kept.connection->origin() == origin_; });
    if (last == kept_.rend()) return nullptr;
    DirectConnection* connection = last->connection;
    const bool fresh = Clock::now() - last->since < kLongestKept;
    kept_.erase(std::next(last).base());
    if (fresh && connection->is_quiet()) return connection;
    close(*connection);
  }
  return nullptr;
}

DirectConnection& DirectConnections::add() {
  auto place = std::find(all_.begin(), all_.end(), nullptr);
  if (place == all_.end()) {
    if (all_.size() == most_ && !kept_.empty()) {
      const DirectConnection* oldest = kept_.front().connection;
      kept_.erase(kept_.begin());
      close(*oldest);
      return add();
    }
    place = all_.insert(all_.end(), nullptr);
  }
  const auto number = static_cast<std::uint32_t>(place - all_.begin()) + 1;
  *place = std::make_unique<DirectConnection>(shared_, share_.get(), epoll_, number, origin_);
  return **place;
}

void DirectConnections::release(DirectConnection& connection) {
  std::erase(opening_, &connection);
  if (!connection.is_kept()) return close(connection);
  kept_.push_back({&connection, Clock::now()});
}

void DirectConnections::close(const DirectConnection& connection) {
  all_[connection.number() - 1].reset();
}

DirectConnection* DirectConnections::on_event(EventTag tag, std::uint32_t events) {
  DirectConnection* connection = all_[tag.number - 1].get();
  if (connection == nullptr) return nullptr;  // closed because of an earlier event
  if (connection->fate() != DirectConnection::Fate::under_way) {
    // A kept one: the server has closed it, or has sent what nobody asked for.
    const auto kept = std::find_if(kept_.begin(), kept_.end(),
                                   [&](const Kept& other) { return other.connection == connection; });
    if (kept != kept_.end()) {
      kept_.erase(kept);
      close(*connection);
    }
    return nullptr;
  }
  connection->on_event(tag.file, events, buffer_);
  return connection->fate() == DirectConnection::Fate::under_way ? nullptr : connection;
}

void DirectConnections::on_time(std::vector<DirectConnection*>& ended) {
  std::erase_if(opening_, [](const DirectConnection* connection) {
    return connection->socket().state() != CurlSocket::State::opening;
  });
  for (DirectConnection* connection : opening_) {
    connection->on_time();
    if (connection->fate() != DirectConnection::Fate::under_way) ended.push_back(connection);
  }
}

std::optional<DirectConnections::Clock::time_point> DirectConnections::timer() const {
  std::optional<Clock::time_point> first;
  for (const DirectConnection* connection : opening_) {
    const auto timer = connection->socket().timer();
    if (timer && (!first || *timer < *first)) first = timer;
  }
  return first;
}

}  // namespace s3c::http
