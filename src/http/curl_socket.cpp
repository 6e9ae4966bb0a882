#include "http/curl_socket.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/error.h"

namespace s3c::http {
namespace {

using base::Error;
using base::ErrorKind;

/// moved: what send(2) or recv(2) returned. failure: the code when it went wrong.
CurlSocket::Moved outcome_of(ssize_t moved, CURLcode failure) {
  if (moved >= 0) return {CURLE_OK, static_cast<std::size_t>(moved)};
  return {errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? CURLE_AGAIN : failure, 0};
}

}  // namespace

CurlSocket::CurlSocket(CurlShared& shared, CURLSH* share, int epoll, std::uint32_t number)
    : epoll_(epoll), number_(number), easy_(shared), multi_(epoll, number) {
  CURL* easy = easy_.handle();
  if (curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L) != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, long{kMostReceived_bytes}) != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_SHARE, share) != CURLE_OK)
    throw Error(ErrorKind::internal, "libcurl can't only connect");
}

CurlSocket::~CurlSocket() {
  // A child process that was just started may still have the socket: closing it would not end its events.
  if (watched_ != 0) http::watch(epoll_, EPOLL_CTL_DEL, {number_, file_}, 0);
  // Closes the connection. An easy handle must leave its multi handle before either is freed.
  curl_multi_remove_handle(multi_.handle(), easy_.handle());
}

void CurlSocket::open() {
  check(curl_multi_add_handle(multi_.handle(), easy_.handle()));
  on_time();  // libcurl wants to begin at once
}

void CurlSocket::on_event(int file, std::uint32_t events) {
  multi_.on_event(file, events);
  look_for_end();
}

void CurlSocket::on_time() {
  multi_.on_time();
  look_for_end();
}

/// The easy handle stays in the multi handle: libcurl closes a connection whose handle leaves.
void CurlSocket::look_for_end() {
  int queued = 0;
  const CURLMsg* message = curl_multi_info_read(multi_.handle(), &queued);
  if (message == nullptr) return;
  failure_ = message->data.result;
  curl_socket_t file = CURL_SOCKET_BAD;
  if (failure_ == CURLE_OK) failure_ = curl_easy_getinfo(easy_.handle(), CURLINFO_ACTIVESOCKET, &file);
  if (failure_ == CURLE_OK && file == CURL_SOCKET_BAD) failure_ = CURLE_FAILED_INIT;
  state_ = failure_ == CURLE_OK ? State::open : State::failed;
  file_ = file;
  // The request that it was opened for is still under way.
  is_plain_ = easy_.exchange().request->url.starts_with("http://");
  if (state_ == State::open) watch(EPOLLIN);
}

void CurlSocket::watch(std::uint32_t events) {
  if (watched_ == events) return;
  // Whether libcurl has already dropped its own registration depends on its version.
  const EventTag tag{number_, file_};
  if (!http::watch(epoll_, EPOLL_CTL_MOD, tag, events) && !http::watch(epoll_, EPOLL_CTL_ADD, tag, events))
    throw Error(ErrorKind::internal, "a connection can't be watched (ulimit -n may be too low)");
  watched_ = events;
}

CurlSocket::Moved CurlSocket::send(std::string_view bytes) {
  if (is_plain_) return outcome_of(::send(file_, bytes.data(), bytes.size(), MSG_NOSIGNAL), CURLE_SEND_ERROR);
  Moved moved;
  moved.code = curl_easy_send(easy_.handle(), bytes.data(), bytes.size(), &moved.bytes);
  return moved;
}

CurlSocket::Moved CurlSocket::receive(char* buffer, std::size_t size) {
  if (is_plain_) return outcome_of(::recv(file_, buffer, size, 0), CURLE_RECV_ERROR);
  Moved moved;
  moved.code = curl_easy_recv(easy_.handle(), buffer, size, &moved.bytes);
  return moved;
}

}  // namespace s3c::http
