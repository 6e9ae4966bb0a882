#include "http/curl_transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <csignal>

#include "base/error.h"
#include "http/curl_easy.h"
#include "http/curl_loop.h"

namespace s3c::http {

using base::Error;
using base::ErrorKind;

/// An easy handle in a multi handle of its own. The multi handle's wake-up lets a stop end a blocked transfer
/// at once, and its cache keeps the connection. It costs no more than curl_easy_perform(), which creates the
/// same pair internally.
class CurlTransport::Connection {
 public:
  explicit Connection(CurlShared& shared) : easy_(shared), multi_(curl_multi_init()) {
    if (!multi_) throw Error(ErrorKind::internal, "libcurl can't make a handle");
  }

  Response send(const Request& request, const BodySink& sink, const std::stop_token& stop) {
    easy_.begin(request, sink, waited_);
    const CURLcode code = perform(stop);
    return easy_.end(code, stop);
  }

 private:
  CURLcode perform(const std::stop_token& stop) {
    CURLM* multi = multi_.get();
    if (curl_multi_add_handle(multi, easy_.handle()) != CURLM_OK) return CURLE_FAILED_INIT;
    struct Remove {
      CURLM* multi;
      CURL* easy;
      ~Remove() { curl_multi_remove_handle(multi, easy); }
    } const remove{multi, easy_.handle()};
    const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });

    for (;;) {
      int running = 0;
      if (curl_multi_perform(multi, &running) != CURLM_OK) return CURLE_FAILED_INIT;
      if (running == 0) break;
      if (stop.stop_requested() || easy_.must_drop(waited_)) return CURLE_ABORTED_BY_CALLBACK;
      const auto start = std::chrono::steady_clock::now();
      if (curl_multi_poll(multi, nullptr, 0, kLongestWait_ms, nullptr) != CURLM_OK) return CURLE_FAILED_INIT;
      waited_ += std::chrono::steady_clock::now() - start;
    }
    int queued = 0;
    const CURLMsg* message = curl_multi_info_read(multi, &queued);
    return message != nullptr ? message->data.result : CURLE_FAILED_INIT;
  }

  /// How often an exchange that doesn't move is checked.
  static constexpr int kLongestWait_ms = 500;

  CurlEasy easy_;
  CurlMulti multi_;
  Pace::Time waited_{};
};

std::size_t connections_within(std::uint64_t open_files) {
  constexpr std::uint64_t kEach = 4;
  constexpr std::uint64_t kOthers = 16;
  return static_cast<std::size_t>(
      std::max<std::uint64_t>(1, (open_files - std::min(open_files, kOthers)) / kEach));
}

CurlGlobal::CurlGlobal() {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    throw Error(ErrorKind::internal, "libcurl can't start");
  struct sigaction now {};
  if (sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) std::signal(SIGPIPE, SIG_IGN);
}

CurlGlobal::~CurlGlobal() {
  curl_global_cleanup();
}

CurlTransport::CurlTransport(const CurlGlobal&, CurlOptions options)
    : shared_(std::make_unique<CurlShared>(std::move(options))) {}
CurlTransport::~CurlTransport() = default;

std::unique_ptr<CurlTransport::Connection> CurlTransport::check_out() {
  base::MutexLock lock(mutex_);
  while (checked_out_ >= shared_->options.max_connections) returned_.wait(mutex_);
  std::unique_ptr<Connection> connection;
  if (idle_.empty()) {
    connection = std::make_unique<Connection>(*shared_);
  } else {
    connection = std::move(idle_.back());
    idle_.pop_back();
  }
  ++checked_out_;
  return connection;
}

void CurlTransport::check_in(std::unique_ptr<Connection> connection) {
  base::MutexLock lock(mutex_);
  idle_.push_back(std::move(connection));
  --checked_out_;
  returned_.notify_one();
}

Response CurlTransport::send(const Request& request, const BodySink& sink, const std::stop_token& stop) {
  if (stop.stop_requested()) throw stopped(request);
  auto connection = check_out();
  struct CheckIn {  // also after an exception: the handle stays good, libcurl closes the broken connection
                    // itself
    CurlTransport& transport;
    std::unique_ptr<Connection>& connection;
    ~CheckIn() { transport.check_in(std::move(connection)); }
  } const check_in_again{*this, connection};
  return connection->send(request, sink, stop);
}

CurlTransport::DirectCounts CurlTransport::direct_counts() const {
  return {.answered = shared_->answered_directly, .refused = shared_->refused_directly};
}

std::size_t CurlTransport::reserve(std::size_t count) {
  base::MutexLock lock(mutex_);
  const std::size_t open = checked_out_ + idle_.size();
  const std::size_t reserved = std::min(
      count, (shared_->options.max_connections - std::min(open, shared_->options.max_connections)) / 2);
  checked_out_ += reserved;
  return reserved;
}

void CurlTransport::give_back(std::size_t reserved) {
  base::MutexLock lock(mutex_);
  checked_out_ -= reserved;
  returned_.notify_all();
}

void CurlTransport::send_many(ExchangeSource& source, std::size_t max_in_flight,
                              const std::stop_token& stop) {
  struct Reserved {
    CurlTransport& transport;
    const std::size_t count;
    ~Reserved() { transport.give_back(count); }
  } const reserved{*this, reserve(max_in_flight)};
  CurlLoop(*shared_, std::max<std::size_t>(1, reserved.count), stop).run(source);
}

}  // namespace s3c::http
