// HTTP/1.1 framing over TCP (Boost.Beast). Reads Requests from connections, passes them to a Handler, and
// writes its Responses. Knows nothing of S3. One thread, the one that calls run().
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "sim/request.h"

namespace s3c::sim {

struct ServerOptions {
  std::string host = "127.0.0.1";        ///< an IP address
  std::uint16_t port = 0;                ///< 0 picks a free one
  std::chrono::milliseconds latency{0};  ///< added to every answer
};

class Server {
 public:
  /// Binds and listens. handler must outlive the server.
  /// Throws base::Error: invalid_argument (host is no address), transient (the port is in use).
  Server(const ServerOptions& options, Handler& handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  /// Serves until SIGTERM, SIGINT or stop().
  void run();
  /// Makes run() return. Any thread.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace s3c::sim
