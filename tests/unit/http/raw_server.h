// A server of the tests' own: sockets on loopback that play back raw bytes.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "tests/unit/http/server_tls.h"

namespace s3c::http::test {

/// What the server does with one connection: the raw answers to its requests, one after the other; then it
/// closes.
struct Script {
  std::vector<std::string> answers;
  bool then_hang = false;  ///< keep the connection open until the client goes
  bool drips = false;      ///< send byte by byte
  bool parts = false;      ///< send the head of an answer first; over TLS that makes a record of its own
  bool is_hasty = false;   ///< answer before a request has come
  bool tunnels = false;    ///< be a proxy first: grant a CONNECT, and be the server behind it
};

/// Serves the scripted connections in the order they come, each on a thread of its own. With tls, which outlives it,
/// over TLS.
class RawServer {
 public:
  explicit RawServer(std::vector<Script> connections, const ServerTls* tls = nullptr)
      : connections_(std::move(connections)), tls_(tls) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 16), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~RawServer() {
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (const int peer : peers_) shutdown(peer, SHUT_RDWR);
    for (std::thread& thread : threads_) thread.join();
    for (const int peer : peers_) close(peer);
    close(listener_);
  }

  std::string url(const std::string& path) const {
    return (tls_ != nullptr ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_) + path;
  }
  /// Of the server as a proxy.
  std::string proxy_url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// The requests so far as they came, heads and bodies. One is noted before it is answered.
  std::vector<std::string> requests() {
    base::MutexLock lock(mutex_);
    return requests_;
  }
  int accepted() const { return accepted_; }

 private:
  void accept_all() {
    for (const Script& script : connections_) {
      const int peer = accept(listener_, nullptr, nullptr);
      if (peer < 0) return;
      ++accepted_;
      peers_.push_back(peer);
      threads_.emplace_back([this, peer, &script] { serve(peer, script); });
    }
  }

  void serve(int socket, const Script& script) {
    Peer peer(socket);
    if (script.tunnels) {
      note(read_request(peer));
      peer.send("HTTP/1.1 200 Connection established\r\n\r\n");
    }
    if (tls_ == nullptr || peer.accept_tls(*tls_)) answer(peer, script);
    shutdown(socket, SHUT_RDWR);
  }

  void answer(Peer& peer, const Script& script) {
    for (const std::string& answer : script.answers) {
      std::string request = script.is_hasty ? "-" : read_request(peer);
      if (request.empty()) break;
      note(std::move(request));
      const std::size_t head = script.parts ? answer.find("\r\n\r\n") + 4 : 0;
      peer.send(answer.substr(0, head));
      if (!script.drips) peer.send(answer.substr(head));
      for (std::size_t i = 0; script.drips && i < answer.size(); ++i) peer.send(answer.substr(i, 1));
    }
    if (script.then_hang) {
      char byte = 0;
      while (peer.receive(&byte, 1) > 0) {
      }
    }
  }

  void note(std::string request) {
    base::MutexLock lock(mutex_);
    requests_.push_back(std::move(request));
  }

  static std::string read_request(Peer& peer) {
    std::string request;
    std::size_t wanted = std::string::npos;
    while (request.size() < wanted) {
      char buffer[4096];
      const long count = peer.receive(buffer, sizeof buffer);
      if (count <= 0) return "";
      request.append(buffer, static_cast<std::size_t>(count));
      const std::size_t end = request.find("\r\n\r\n");
      if (wanted == std::string::npos && end != std::string::npos) {
        const std::size_t length = request.find("Content-Length: ");
        wanted = end + 4 + (length < end ? std::strtoul(request.c_str() + length + 16, nullptr, 10) : 0);
      }
    }
    return request;
  }

  const std::vector<Script> connections_;
  const ServerTls* const tls_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> accepted_ = 0;
  std::vector<int> peers_;  // the acceptor's until it is joined
  std::vector<std::thread> threads_;
  base::Mutex mutex_;
  std::vector<std::string> requests_ S3C_GUARDED_BY(mutex_);
  std::thread acceptor_;
};

inline std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\nETag: \"e\"\r\n\r\n" +
         body;
}

/// A proxy of the machine's must not see a test's requests.
inline void ignore_proxies() {
  for (const char* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                           "no_proxy", "NO_PROXY"})
    unsetenv(name);
}

}  // namespace s3c::http::test
