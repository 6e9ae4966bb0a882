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
/// The number in the tags of events that are not of a DirectConnection.
constexpr std::uint32_t kLibcurl = 0;
/// How often the loop looks for exchanges that don't move.
constexpr milliseconds kLookForIdle(250);

Error system_error(const char* what) {
  return {ErrorKind::internal,
          std::string(what) + ": " + std::generic_category().message(errno) + " (ulimit -n may be too low)"};
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
      multi_(epoll_.get(), kLibcurl),
      direct_(shared, epoll_.get(), max_in_flight) {
  if (!watch(epoll_.get(), EPOLL_CTL_ADD, {kLibcurl, stopped_.get()}, EPOLLIN))
    throw system_error("an event loop can't be made");
  check(curl_multi_setopt(multi_.handle(), CURLMOPT_MAXCONNECTS, static_cast<long>(max_in_flight_)));
}

CurlLoop::~CurlLoop() {
  // Easy handles must leave their multi handle before either is freed.
  for (const auto& slot : slots_) {
    if (slot->easy) curl_multi_remove_handle(multi_.handle(), slot->easy->handle());
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
      slots_.push_back(std::make_unique<Slot>());
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
    if (direct_.take(slot.exchange.request)) {
      slot.direct = &direct_.begin(index, slot.exchange.request, slot.exchange.sink, waited_);
      if (slot.direct->fate() != DirectConnection::Fate::under_way) direct_ended_.push_back(slot.direct);
    } else {
      start_with_libcurl(index);
    }
  } catch (...) {
    return std::current_exception();
  }
  slot.in_flight = true;
  ++in_flight_;
  free_.pop_back();
  return std::nullopt;
}

void CurlLoop::start_with_libcurl(std::size_t index) {
  Slot& slot = *slots_[index];
  if (!slot.easy) slot.easy = std::make_unique<CurlEasy>(shared_);
  slot.easy->begin(slot.exchange.request, slot.exchange.sink, waited_);
  const auto user = reinterpret_cast<void*>(index);  // NOLINT(performance-no-int-to-ptr): libcurl returns it
  if (curl_easy_setopt(slot.easy->handle(), CURLOPT_PRIVATE, user) != CURLE_OK)
    throw Error(ErrorKind::internal, "libcurl refuses a pointer");
  check(curl_multi_add_handle(multi_.handle(), slot.easy->handle()));
}

int CurlLoop::wait_ms() const {
  if (!direct_ended_.empty()) return 0;
  milliseconds wait = in_flight_ < max_in_flight_ ? kAskAgain : kLongestWait;
  for (const auto& timer : {multi_.timer(), direct_.timer()})
    if (timer) wait = std::min(wait, std::chrono::ceil<milliseconds>(*timer - Clock::now()));
  return std::max(0, static_cast<int>(wait.count()));
}

void CurlLoop::turn() {
  std::array<epoll_event, 128> events;
  const Clock::time_point start = Clock::now();
  const int ready = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait_ms());
  if (ready < 0 && errno != EINTR) throw system_error("waiting for sockets failed");
  waited_ += Clock::now() - start;
  for (int i = 0; i < ready; ++i) {
    if (stop_.stop_requested()) return;
    act_on(events[static_cast<std::size_t>(i)]);
  }
  direct_.on_time(direct_ended_);
  multi_.on_time();
}

void CurlLoop::act_on(const epoll_event& event) {
  const EventTag tag = EventTag::of(event.data.u64);
  if (tag.number != kLibcurl) {
    if (DirectConnection* ended = direct_.on_event(tag, event.events)) direct_ended_.push_back(ended);
  } else if (tag.file != stopped_.get()) {
    multi_.on_event(tag.file, event.events);
  }
}

void CurlLoop::collect(ExchangeSource& source) {
  int queued = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.handle(), &queued)) {
    const CURLcode code = message->data.result;  // removing the handle frees the message
    void* user = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &user);
    const auto slot = reinterpret_cast<std::size_t>(user);
    source.ended(slot, end(slot, code));
  }
  for (const DirectConnection* connection : std::exchange(direct_ended_, {})) {
    const std::size_t slot = connection->slot();
    if (connection->fate() == DirectConnection::Fate::for_libcurl) {
      if (std::optional<Outcome> ended = hand_over(slot)) source.ended(slot, *std::move(ended));
    } else {
      source.ended(slot, end(slot, connection->code()));
    }
  }
}

std::optional<Outcome> CurlLoop::hand_over(std::size_t index) {
  Slot& slot = *slots_[index];
  direct_.release(*std::exchange(slot.direct, nullptr));
  try {
    start_with_libcurl(index);
    return std::nullopt;
  } catch (...) {
    set_free(index);
    return std::current_exception();
  }
}

void CurlLoop::drop_idle(ExchangeSource& source) {
  if (waited_ - looked_at_ < kLookForIdle) return;
  looked_at_ = waited_;
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot]->in_flight && slots_[slot]->driven().must_drop(waited_))
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
  if (slot.direct == nullptr) curl_multi_remove_handle(multi_.handle(), slot.easy->handle());
  Outcome outcome;
  try {
    outcome = slot.driven().end(code, stop_);
  } catch (...) {
    outcome = std::current_exception();
  }
  if (slot.direct != nullptr) direct_.release(*std::exchange(slot.direct, nullptr));
  set_free(index);
  return outcome;
}

void CurlLoop::set_free(std::size_t index) {
  slots_[index]->in_flight = false;
  --in_flight_;
  free_.push_back(index);
}

}  // namespace s3c::http
