// SIGINT, SIGTERM and SIGHUP (the terminal or the ssh connection is gone). The first signal asks the run to
// finish what is in flight. The second one ends the process at once; the commit protocol makes that safe at
// any moment (docs/ordering.md).
#pragma once

#include <functional>
#include <stop_token>
#include <thread>

namespace s3c::cli {

/// What to print when the first signal comes.
inline constexpr const char* kFinishing = "finishing what is in flight; press Ctrl-C again to leave now";

class SignalWatch {
 public:
  /// Blocks the signals in the calling thread, and so in every thread that it starts afterwards. A thread of
  /// its own waits for the signals and calls on_first. Before the second one ends the process it calls
  /// on_second, and waits a moment for it, but no longer: the terminal may be stopped. REQUIRES: no other
  /// thread has started. Throws base::Error: internal when the process is out of descriptors.
  explicit SignalWatch(std::function<void()> on_first, std::function<void()> on_second = {});
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  /// Stopped by the first signal.
  std::stop_token stop_token() const { return stop_.get_token(); }

 private:
  void watch();
  [[noreturn]] void leave() const;

  const std::function<void()> on_first_;
  const std::function<void()> on_second_;
  std::stop_source stop_;
  int signals_ = -1;  // signalfd
  int wake_ = -1;     // eventfd that ends the thread
  std::thread thread_;
};

}  // namespace s3c::cli
