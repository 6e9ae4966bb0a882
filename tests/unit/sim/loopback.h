// A simulator's server on a free port of 127.0.0.1, and bare sockets to talk to it: for what only the
// connection shows.
#pragma once

#include <chrono>
#include <string>
#include <thread>

#include "sim/server.h"
#include "sim_client.h"

namespace s3c::sim {

/// Serves a handler from a thread of its own until it is destroyed.
class Loopback {
 public:
  explicit Loopback(Handler& handler) : server_({}, handler), thread_([this] { server_.run(); }) {}
  ~Loopback() {
    server_.stop();
    thread_.join();
  }
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;
  std::uint16_t port() const { return server_.port(); }

 private:
  Server server_;
  std::thread thread_;
};

/// One connection of a client.
class Connection {
 public:
  explicit Connection(const Loopback& server);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// request: signed; goes out as HTTP/1.1.
  void send(const Request& request);

  /// How reading ended.
  enum class End { whole, closed, reset, open };
  struct Answer {
    End end = End::open;  ///< whole: a complete answer; open: nothing more within the time given
    std::string head;     ///< with its empty line, "" if it didn't come whole
    std::string body;
  };
  Answer read(std::chrono::milliseconds patience = std::chrono::seconds(20), bool is_head = false);

 private:
  int fd_;
};

}  // namespace s3c::sim
