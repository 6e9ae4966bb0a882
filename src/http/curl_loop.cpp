#include "http/curl_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.h"

namespace s3c::http {
namespace {

using base::Error;
using base::ErrorKind;
using std::chrono::milliseconds;

/// How often a source that had nothing is asked again while slots are free. A hundred times per second costs
/// nothing, and new work waits no longer than a fast store takes to answer.
constexpr milliseconds kAskAgain(10);
/// The longest wait; libcurl's timer usually ends it earlier. No behaviour depends on this value.
constexpr milliseconds kLongestWait(500);
/// How often the loop looks for exchanges that don't move.
constexpr milliseconds kLookForIdle(250);

Error system_error(const char* what) {
  return {ErrorKind::internal,
          std::string(what) + ": " + std::generic_category().message(errno) + " (ulimit -n may be too low)"};
}

void check(CURLMcode code) {
  if (code != CURLM_OK)
    throw Error(ErrorKind::internal, std::string("libcurl's event loop: ") + curl_multi_strerror(code));
}

template <typename Value>
void set_option(CURLM* multi, CURLMoption option, Value value) {
  check(curl_multi_setopt(multi, option, value));
}

bool watch(int epoll, int operation, int file, std::uint32_t events) {
  epoll_event event{};
  event.data.fd = file;
  event.events = events;
  return epoll_ctl(epoll, operation, file, &event) == 0;
}

}  // namespace

CurlLoop::File::File(int descriptor) : descriptor_(descriptor) {
  if (descriptor_ < 0) throw system_error("an event loop can't be made");
}

CurlLoop::File::~File() {
  close(descriptor_);
}

CurlLoop::CurlLoop(CurlShared& shared, std::size_t max_in_flight, std::stop_token stop)
    : shared_(shared),
      max_in_flight_(max_in_flight),
      stop_(std::move(stop)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      stopped_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      multi_(curl_multi_init()) {
  if (!multi_) throw Error(ErrorKind::internal, "libcurl can't make a handle");
  if (!watch(epoll_.get(), EPOLL_CTL_ADD, stopped_.get(), EPOLLIN))
    throw system_error("an event loop can't be made");
  CURLM* multi = multi_.get();
  set_option(multi, CURLMOPT_SOCKETFUNCTION, &on_socket);
  set_option(multi, CURLMOPT_SOCKETDATA, static_cast<void*>(this));
  set_option(multi, CURLMOPT_TIMERFUNCTION, &on_timer);
  set_option(multi, CURLMOPT_TIMERDATA, static_cast<void*>(this));
  set_option(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(max_in_flight_));
}

CurlLoop::~CurlLoop() {
  // Easy handles must leave their multi handle before either is freed.
  for (const auto& slot : slots_) {
    if (slot->in_flight) curl_multi_remove_handle(multi_.get(), slot->easy.handle());
  }
}

void CurlLoop::run(ExchangeSource& source) {
  const std::stop_callback wake(stop_, [this] {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(stopped_.get(), &one, sizeof one);
  });
  for (;;) {
    if (stop_.stop_requested()) return cancel_all(source);
    start_more(source);
    if (in_flight_ == 0) {
      if (stop_.stop_requested()) continue;
      return;
    }
    turn();
    collect(source);
    drop_idle(source);
  }
}

void CurlLoop::start_more(ExchangeSource& source) {
  while (in_flight_ < max_in_flight_ && !stop_.stop_requested()) {
    if (free_.empty()) {
      slots_.push_back(std::make_unique<Slot>(shared_));
      free_.push_back(slots_.size() - 1);
    }
    const std::size_t slot = free_.back();
    std::optional<Exchange> exchange = in_flight_ == 0 ? source.next(slot) : source.try_next(slot);
    if (!exchange) return;
    if (std::optional<Outcome> ended = start(slot, *std::move(exchange)))
      source.ended(slot, *std::move(ended));
  }
}

std::optional<Outcome> CurlLoop::start(std::size_t index, Exchange exchange) {
  Slot& slot = *slots_[index];
  slot.exchange = std::move(exchange);
  try {
    slot.easy.begin(slot.exchange.request, slot.exchange.sink, waited_);
    const auto user =
        reinterpret_cast<void*>(index);  // NOLINT(performance-no-int-to-ptr): libcurl returns it
    if (curl_easy_setopt(slot.easy.handle(), CURLOPT_PRIVATE, user) != CURLE_OK)
      throw Error(ErrorKind::internal, "libcurl refuses a pointer");
    check(curl_multi_add_handle(multi_.get(), slot.easy.handle()));
  } catch (...) {
    return std::current_exception();
  }
  slot.in_flight = true;
  ++in_flight_;
  free_.pop_back();
  return std::nullopt;
}

int CurlLoop::wait_ms() const {
  milliseconds wait = in_flight_ < max_in_flight_ ? kAskAgain : kLongestWait;
  if (timer_) wait = std::min(wait, std::chrono::ceil<milliseconds>(*timer_ - Clock::now()));
  return std::max(0, static_cast<int>(wait.count()));
}

void CurlLoop::turn() {
  std::array<epoll_event, 128> events;
  const Clock::time_point start = Clock::now();
  const int ready = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait_ms());
  if (ready < 0 && errno != EINTR) throw system_error("waiting for sockets failed");
  waited_ += Clock::now() - start;
  int running = 0;
  for (int i = 0; i < ready; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.fd == stopped_.get()) return;
    const int what = ((event.events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                     ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                     ((event.events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
    check(curl_multi_socket_action(multi_.get(), event.data.fd, what, &running));
  }
  if (timer_ && Clock::now() >= *timer_) {
    timer_.reset();
    check(curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running));
  }
}

void CurlLoop::collect(ExchangeSource& source) {
  int queued = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &queued)) {
    const CURLcode code = message->data.result;  // removing the handle frees the message
    void* user = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &user);
    const auto slot = reinterpret_cast<std::size_t>(user);
    source.ended(slot, end(slot, code));
  }
}

void CurlLoop::drop_idle(ExchangeSource& source) {
  if (waited_ - looked_at_ < kLookForIdle) return;
  looked_at_ = waited_;
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot]->in_flight && slots_[slot]->easy.must_drop(waited_))
      source.ended(slot, end(slot, CURLE_ABORTED_BY_CALLBACK));
  }
}

void CurlLoop::cancel_all(ExchangeSource& source) {
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot]->in_flight) source.ended(slot, end(slot, CURLE_ABORTED_BY_CALLBACK));
  }
}

Outcome CurlLoop::end(std::size_t index, CURLcode code) {
  Slot& slot = *slots_[index];
  curl_multi_remove_handle(multi_.get(), slot.easy.handle());
  slot.in_flight = false;
  --in_flight_;
  free_.push_back(index);
  try {
    return slot.easy.end(code, stop_);
  } catch (...) {
    return std::current_exception();
  }
}

int CurlLoop::on_socket(CURL*, curl_socket_t socket, int what, void* user, void* known) {
  const auto& loop = *static_cast<CurlLoop*>(user);
  const int epoll = loop.epoll_.get();
  if (what == CURL_POLL_REMOVE) {
    watch(epoll, EPOLL_CTL_DEL, socket, 0);  // fails for a closed socket, which epoll has already dropped
    return 0;
  }
  const std::uint32_t events =
      ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0U) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U);
  if (!watch(epoll, known != nullptr ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, events)) return -1;
  curl_multi_assign(loop.multi_.get(), socket, user);
  return 0;
}

int CurlLoop::on_timer(CURLM*, long timeout_ms, void* user) {
  auto& loop = *static_cast<CurlLoop*>(user);
  loop.timer_.reset();
  if (timeout_ms >= 0) loop.timer_ = Clock::now() + milliseconds(timeout_ms);
  return 0;
}

}  // namespace s3c::http
