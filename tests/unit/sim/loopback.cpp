#include "loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <stdexcept>

namespace s3c::sim {
namespace {

std::size_t content_length(const std::string& head) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const std::size_t at = head.find(kName);
  std::size_t length = 0;
  if (at != std::string::npos)
    std::from_chars(head.data() + at + kName.size(), head.data() + head.size(), length);
  return length;
}

}  // namespace

Connection::Connection(const Loopback& server) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    throw std::runtime_error("cannot connect to the simulator");
  }
}

Connection::~Connection() {
  ::close(fd_);
}

void Connection::send(const Request& request) {
  std::string message = request.method + ' ' + request.raw_path;
  if (!request.raw_query.empty()) message += '?' + request.raw_query;
  message += " HTTP/1.1\r\n";
  for (const Header& field : request.headers) message += field.name + ": " + field.value + "\r\n";
  message += "\r\n" + request.body.to_string();
  if (::send(fd_, message.data(), message.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(message.size())) {
    throw std::runtime_error("cannot send to the simulator");
  }
}

Connection::Answer Connection::read(std::chrono::milliseconds patience, bool is_head) {
  Answer answer;
  std::string bytes;
  for (;;) {
    if (const std::size_t end = bytes.find("\r\n\r\n"); end != std::string::npos) {
      answer.head = bytes.substr(0, end + 4);
      answer.body = bytes.substr(end + 4);
      if (is_head || answer.body.size() >= content_length(answer.head)) {
        answer.end = End::whole;
        return answer;
      }
    }
    pollfd ready{fd_, POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(patience.count())) == 0) return answer;
    char buffer[4096];
    const ssize_t size = ::recv(fd_, buffer, sizeof(buffer), 0);
    if (size <= 0) {
      answer.end = size < 0 && errno == ECONNRESET ? End::reset : End::closed;
      return answer;
    }
    bytes.append(buffer, static_cast<std::size_t>(size));
  }
}

}  // namespace s3c::sim
