#include "support/bare_gets.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace s3c::bench {
namespace {

struct Server {
  bool tls = false;
  sockaddr_in address{};
  std::string host;
};

Server server_of(const std::string& url) {
  Server server;
  server.tls = url.starts_with("https://");
  const std::size_t begin = url.find("://") + 3;
  server.host = url.substr(begin, url.find('/', begin) - begin);
  const std::size_t colon = server.host.find(':');
  server.address.sin_family = AF_INET;
  if (colon == std::string::npos ||
      inet_pton(AF_INET, server.host.substr(0, colon).c_str(), &server.address.sin_addr) != 1)
    throw std::runtime_error("not an IPv4 address and a port: " + server.host);
  server.address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(server.host.substr(colon + 1))));
  return server;
}

std::string text_of(const http::Request& request, const Server& server) {
  std::string text = "GET " + request.url.substr(request.url.find('/', request.url.find("://") + 3)) +
                     " HTTP/1.1\r\nHost: " + server.host + "\r\n";
  for (const auto& [name, value] : request.headers)
    text.append(name).append(": ").append(value).append("\r\n");
  return text + "\r\n";
}

/// Blocks until it is open, and no more afterwards.
class Connection {
 public:
  Connection(const Server& server, SSL_CTX* context)
      : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&server.address), sizeof server.address) != 0)
      throw std::runtime_error("can't connect to " + server.host);
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (server.tls) {
      tls_.reset(SSL_new(context));
      SSL_set_fd(tls_.get(), socket_);
      if (SSL_connect(tls_.get()) != 1) throw std::runtime_error("no TLS with " + server.host);
    }
    fcntl(socket_, F_SETFL, fcntl(socket_, F_GETFL) | O_NONBLOCK);
  }
  ~Connection() { close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int file() const { return socket_; }

  void send(const std::string& text) {
    const auto size = static_cast<int>(text.size());
    const long sent =
        tls_ ? SSL_write(tls_.get(), text.data(), size) : ::send(socket_, text.data(), text.size(), 0);
    if (sent != size) throw std::runtime_error("a request was not sent at once");
    missing_ = 0;
    head_.clear();
  }

  /// Returns true when the answer has been read to its end.
  bool receive(std::array<char, 65536>& buffer) {
    for (;;) {
      const long count = tls_ ? SSL_read(tls_.get(), buffer.data(), static_cast<int>(buffer.size()))
                              : recv(socket_, buffer.data(), buffer.size(), 0);
      if (count <= 0) {
        const bool waits = tls_ ? SSL_get_error(tls_.get(), static_cast<int>(count)) == SSL_ERROR_WANT_READ
                                : count < 0 && errno == EAGAIN;
        if (waits) return false;
        throw std::runtime_error("the server closed a connection");
      }
      if (take({buffer.data(), static_cast<std::size_t>(count)})) return true;
    }
  }

 private:
  bool take(std::string_view bytes) {
    if (missing_ == 0) {
      if (!head_.empty()) bytes = head_.append(bytes);
      const std::size_t end = bytes.find("\r\n\r\n");
      if (end == std::string_view::npos) {
        if (head_.empty()) head_ = bytes;
        return false;
      }
      const std::size_t length = bytes.find("Content-Length: ");
      if (!bytes.starts_with("HTTP/1.1 200") || length > end)
        throw std::runtime_error("an answer is not 200");
      missing_ = std::strtoull(bytes.data() + length + 16, nullptr, 10);
      bytes.remove_prefix(end + 4);
    }
    missing_ -= bytes.size();
    return missing_ == 0;
  }

  struct FreeTls {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };

  const int socket_;
  std::unique_ptr<SSL, FreeTls> tls_;
  std::string head_;
  std::size_t missing_ = 0;
};

}  // namespace

void bare_gets(const std::vector<http::Request>& requests, int transfers, int count) {
  const Server server = server_of(requests.front().url);
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  std::vector<std::unique_ptr<Connection>> all;
  int started = 0;
  const auto start = [&](Connection& connection) {
    connection.send(text_of(requests[static_cast<std::size_t>(started++) % requests.size()], server));
  };
  for (int i = 0; i < transfers && started < count; ++i) {
    all.push_back(std::make_unique<Connection>(server, context.get()));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = all.back().get();
    epoll_ctl(epoll, EPOLL_CTL_ADD, all.back()->file(), &event);
    start(*all.back());
  }
  std::array<char, 65536> buffer;
  for (int done = 0; done < count;) {
    std::array<epoll_event, 128> events;
    const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (!connection.receive(buffer)) continue;
      ++done;
      if (started < count) start(connection);
    }
  }
  close(epoll);
}

}  // namespace s3c::bench
