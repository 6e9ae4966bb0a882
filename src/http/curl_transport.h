// HTTP over libcurl: the real Transport. libcurl opens all connections, and speaks HTTP on them but for the
// ordinary GETs of send_many() (direct_connection.h). Connections are kept alive and reused, last used first,
// so that few stay open when few are needed. TLS certificates are always verified. Redirects are never
// followed: in S3 they mean "another region", which needs another signature. libcurl takes proxies from the
// environment (HTTPS_PROXY, NO_PROXY, ...).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "http/curl_options.h"
#include "http/transport.h"

namespace s3c::http {

/// libcurl's process-wide state. Make one in main() before any thread starts, and let it outlive every
/// transport. It also makes the process ignore SIGPIPE if no handler is set: OpenSSL writes to sockets that
/// the server may have closed.
class CurlGlobal {
 public:
  /// Throws Error: internal when libcurl can't start.
  CurlGlobal();
  ~CurlGlobal();
  CurlGlobal(const CurlGlobal&) = delete;
  CurlGlobal& operator=(const CurlGlobal&) = delete;
};

/// How many connections fit into a limit of open files. Each connection uses its socket, two files that wake
/// it and, while it is being opened, one or two more. Some files are kept for everything else.
std::size_t connections_within(std::uint64_t open_files);

struct CurlShared;

class CurlTransport final : public Transport {
 public:
  /// global: proves that one exists; it isn't used otherwise.
  CurlTransport(const CurlGlobal& global, CurlOptions options);
  /// REQUIRES: no send() or send_many() is running.
  ~CurlTransport() override;

  Response send(const Request& request, const BodySink& sink, const std::stop_token& stop) override
      S3C_EXCLUDES(mutex_);
  /// Opens connections of its own and closes them when it returns. It takes at most half of the connections
  /// that max_connections has left, so that send() always finds one. It always takes at least one.
  void send_many(ExchangeSource& source, std::size_t max_in_flight, const std::stop_token& stop) override
      S3C_EXCLUDES(mutex_);

  /// How many exchanges of send_many() ended without libcurl's HTTP engine, and how many were made again with it
  /// because of the form of their answer.
  struct DirectCounts {
    std::uint64_t answered = 0;
    std::uint64_t refused = 0;
  };
  DirectCounts direct_counts() const;

 private:
  class Connection;

  std::unique_ptr<Connection> check_out() S3C_EXCLUDES(mutex_);
  void check_in(std::unique_ptr<Connection> connection) S3C_EXCLUDES(mutex_);
  /// Takes up to count connections away from send(), without opening them. Returns how many.
  std::size_t reserve(std::size_t count) S3C_EXCLUDES(mutex_);
  void give_back(std::size_t reserved) S3C_EXCLUDES(mutex_);

  const std::unique_ptr<CurlShared> shared_;
  base::Mutex mutex_;
  base::CondVar returned_;
  std::vector<std::unique_ptr<Connection>> idle_ S3C_GUARDED_BY(mutex_);  // a stack: the last used on top
  std::size_t checked_out_ S3C_GUARDED_BY(mutex_) = 0;                    // reserved ones included
};

}  // namespace s3c::http
