// Sends metrics to a Prometheus Pushgateway: --metrics-push.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cli/options/watch_flags.h"

namespace s3c::cli {

struct PushTarget {
  std::string url;            ///< without user and password
  std::string authorization;  ///< of Basic authentication; empty: none
};

/// One thread at a time.
class MetricsPush {
 public:
  /// url: as --metrics-push takes it; user:password@ in it becomes Basic authentication. Without a path the
  /// subject's own place in the gateway is appended. ca_bundle: empty: the system's. Makes no request.
  MetricsPush(std::string_view url, const WatchSubject& subject, const std::string& ca_bundle);
  ~MetricsPush();
  MetricsPush(const MetricsPush&) = delete;
  MetricsPush& operator=(const MetricsPush&) = delete;

  /// POST: the gateway keeps what the text doesn't name, such as the time of the last success. Takes a few seconds
  /// at most. Returns what went wrong, without the URL's password; empty: nothing.
  [[nodiscard]] std::string push(std::string_view text);
  /// Where it is pushed to, without the password.
  std::string place() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace s3c::cli
