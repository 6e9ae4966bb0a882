#include "support/curl_gets.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

namespace s3c::bench {
namespace {

std::size_t drop_body(char*, std::size_t size, std::size_t count, void* received_bytes) {
  *static_cast<std::size_t*>(received_bytes) += size * count;
  return size * count;
}

class Transfer {
 public:
  Transfer() : easy_(curl_easy_init()) {
    curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &drop_body);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, static_cast<void*>(&received_bytes_));
    curl_easy_setopt(easy_, CURLOPT_PRIVATE, static_cast<void*>(this));
  }
  ~Transfer() {
    curl_easy_cleanup(easy_);
    curl_slist_free_all(headers_);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* easy() { return easy_; }

  void prepare(const http::Request& request) {
    curl_slist* headers = nullptr;
    for (const auto& [name, value] : request.headers)
      headers = curl_slist_append(headers, fmt::format("{}: {}", name, value).c_str());
    curl_easy_setopt(easy_, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers);
    curl_slist_free_all(headers_);
    headers_ = headers;
  }

  void check(CURLcode code) {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK || status != 200)
      throw std::runtime_error(fmt::format("GET: {}, status {}", curl_easy_strerror(code), status));
  }

 private:
  CURL* easy_;
  curl_slist* headers_ = nullptr;
  std::size_t received_bytes_ = 0;
};

class EventLoop {
 public:
  EventLoop() : multi_(curl_multi_init()), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, static_cast<void*>(this));
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, static_cast<void*>(this));
  }
  ~EventLoop() {
    curl_multi_cleanup(multi_);
    close(epoll_);
  }
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  CURLM* multi() { return multi_; }

  /// Waits for something to happen and lets libcurl act on it.
  void turn() {
    std::array<epoll_event, 256> events;
    const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_ms());
    int running = 0;
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      const int what = ((event.events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                       ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                       ((event.events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
      curl_multi_socket_action(multi_, event.data.fd, what, &running);
    }
    if (timer_set_ && Clock::now() >= timer_) {
      timer_set_ = false;
      curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
    }
  }

 private:
  using Clock = std::chrono::steady_clock;

  int wait_ms() const {
    if (!timer_set_) return 1000;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(timer_ - Clock::now()).count();
    return left < 0 ? 0 : static_cast<int>(left);
  }

  static int on_socket(CURL*, curl_socket_t socket, int what, void* user, void* known) {
    auto& loop = *static_cast<EventLoop*>(user);
    if (what == CURL_POLL_REMOVE) {
      epoll_ctl(loop.epoll_, EPOLL_CTL_DEL, socket, nullptr);
      return 0;
    }
    epoll_event event{};
    event.data.fd = socket;
    event.events =
        ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0U) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U);
    epoll_ctl(loop.epoll_, known != nullptr ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
    curl_multi_assign(loop.multi_, socket, &loop);
    return 0;
  }

  static int on_timer(CURLM*, long timeout_ms, void* user) {
    auto& loop = *static_cast<EventLoop*>(user);
    loop.timer_set_ = timeout_ms >= 0;
    loop.timer_ = Clock::now() + std::chrono::milliseconds(timeout_ms);
    return 0;
  }

  CURLM* multi_;
  int epoll_;
  bool timer_set_ = false;
  Clock::time_point timer_;
};

const http::Request& nth(const std::vector<http::Request>& requests, int n) {
  return requests[static_cast<std::size_t>(n) % requests.size()];
}

}  // namespace

void easy_gets(const std::vector<http::Request>& requests, int first, int step, int count) {
  Transfer transfer;
  for (int i = 0; i < count; ++i) {
    transfer.prepare(nth(requests, first + i * step));
    transfer.check(curl_easy_perform(transfer.easy()));
  }
}

void event_loop_gets(const std::vector<http::Request>& requests, int transfers, int count) {
  std::vector<std::unique_ptr<Transfer>> all;  // outlives the loop's multi handle, which must let go of them
  EventLoop loop;
  curl_multi_setopt(loop.multi(), CURLMOPT_MAXCONNECTS, static_cast<long>(transfers));
  int started = 0;
  int done = 0;
  const auto start = [&](Transfer& transfer) {
    transfer.prepare(nth(requests, started++));
    curl_multi_add_handle(loop.multi(), transfer.easy());
  };
  for (int i = 0; i < transfers && started < count; ++i) {
    all.push_back(std::make_unique<Transfer>());
    start(*all.back());
  }
  while (done < count) {
    loop.turn();
    int queued = 0;
    while (const CURLMsg* message = curl_multi_info_read(loop.multi(), &queued)) {
      CURL* easy = message->easy_handle;
      const CURLcode code = message->data.result;
      void* owner = nullptr;
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
      auto& transfer = *static_cast<Transfer*>(owner);
      curl_multi_remove_handle(loop.multi(), easy);
      transfer.check(code);
      ++done;
      if (started < count) start(transfer);
    }
  }
}

}  // namespace s3c::bench
