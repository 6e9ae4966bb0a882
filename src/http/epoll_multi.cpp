#include "http/epoll_multi.h"

#include <sys/epoll.h>

#include <string>

#include "base/error.h"

namespace s3c::http {
namespace {

using base::Error;
using base::ErrorKind;

template <typename Value>
void set_option(CURLM* multi, CURLMoption option, Value value) {
  check(curl_multi_setopt(multi, option, value));
}

}  // namespace

bool watch(int epoll, int operation, EventTag tag, std::uint32_t events) {
  epoll_event event{};
  event.data.u64 = tag.data();
  event.events = events;
  return epoll_ctl(epoll, operation, tag.file, &event) == 0;
}

void check(CURLMcode code) {
  if (code != CURLM_OK)
    throw Error(ErrorKind::internal, std::string("libcurl's event loop: ") + curl_multi_strerror(code));
}

EpollMulti::EpollMulti(int epoll, std::uint32_t number)
    : epoll_(epoll), number_(number), multi_(curl_multi_init()) {
  if (!multi_) throw Error(ErrorKind::internal, "libcurl can't make a handle");
  set_option(multi_.get(), CURLMOPT_SOCKETFUNCTION, &on_socket);
  set_option(multi_.get(), CURLMOPT_SOCKETDATA, static_cast<void*>(this));
  set_option(multi_.get(), CURLMOPT_TIMERFUNCTION, &on_timer);
  set_option(multi_.get(), CURLMOPT_TIMERDATA, static_cast<void*>(this));
}

void EpollMulti::on_event(int file, std::uint32_t events) {
  const int what = ((events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                   ((events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                   ((events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
  int running = 0;
  check(curl_multi_socket_action(multi_.get(), file, what, &running));
}

void EpollMulti::on_time() {
  if (!timer_ || Clock::now() < *timer_) return;
  timer_.reset();
  int running = 0;
  check(curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running));
}

int EpollMulti::on_socket(CURL*, curl_socket_t file, int what, void* user, void* known) {
  const auto& self = *static_cast<EpollMulti*>(user);
  const EventTag tag{self.number_, file};
  if (what == CURL_POLL_REMOVE) {
    watch(self.epoll_, EPOLL_CTL_DEL, tag, 0);  // fails for a closed socket, which epoll has already dropped
    return 0;
  }
  const std::uint32_t events =
      ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0U) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U);
  if (!watch(self.epoll_, known != nullptr ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, tag, events)) return -1;
  curl_multi_assign(self.multi_.get(), file, user);
  return 0;
}

int EpollMulti::on_timer(CURLM*, long timeout_ms, void* user) {
  auto& self = *static_cast<EpollMulti*>(user);
  self.timer_.reset();
  if (timeout_ms >= 0) self.timer_ = Clock::now() + std::chrono::milliseconds(timeout_ms);
  return 0;
}

}  // namespace s3c::http
