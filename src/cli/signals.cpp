#include "cli/signals.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <semaphore>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "cli/exit_code.h"

namespace s3c::cli {
namespace {

sigset_t stopping_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

SignalWatch::SignalWatch(std::function<void()> on_first, std::function<void()> on_second)
    : on_first_(std::move(on_first)), on_second_(std::move(on_second)) {
  const sigset_t set = stopping_signals();
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC);
  wake_ = ::eventfd(0, EFD_CLOEXEC);
  if (signals_ < 0 || wake_ < 0) {
    const int error = errno;
    if (signals_ >= 0) ::close(signals_);
    throw base::Error(base::ErrorKind::internal, std::generic_category().message(error),
                      {.operation = "watch for signals"});
  }
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::thread([this] { watch(); });
}

SignalWatch::~SignalWatch() {
  const std::uint64_t one = 1;
  // A write to an eventfd takes all eight bytes, or fails for good.
  while (::write(wake_, &one, sizeof one) < 0 && errno == EINTR) {
  }
  thread_.join();
  ::close(signals_);
  ::close(wake_);
  const sigset_t set = stopping_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void SignalWatch::leave() const {
  constexpr std::chrono::milliseconds kMoment{200};
  if (on_second_) {
    const auto done = std::make_shared<std::binary_semaphore>(0);
    try {
      std::thread([work = on_second_, done] {
        work();
        done->release();
      }).detach();
      static_cast<void>(done->try_acquire_for(kMoment));
    } catch (const std::system_error&) {
      // There is no thread left for it: leave without.
    }
  }
  // Not exit(): destructors would wait for threads that are in the middle of a request.
  ::_exit(static_cast<int>(ExitCode::interrupted));
}

void SignalWatch::watch() {
  std::array<pollfd, 2> waiting = {{{signals_, POLLIN, 0}, {wake_, POLLIN, 0}}};
  while (true) {
    if (::poll(waiting.data(), waiting.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    if ((waiting[1].revents & POLLIN) != 0) return;
    signalfd_siginfo received = {};
    if (::read(signals_, &received, sizeof received) != static_cast<ssize_t>(sizeof received)) continue;
    if (stop_.stop_requested()) leave();
    stop_.request_stop();
    on_first_();
  }
}

}  // namespace s3c::cli
