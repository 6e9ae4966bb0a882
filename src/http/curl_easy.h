// One libcurl easy handle, used for one exchange after the other: what is asked of libcurl, and what its
// outcome means. Whoever owns it drives it: a thread that blocks (CurlTransport) or an event loop (CurlLoop).
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "http/curl_authorities.h"
#include "http/curl_options.h"
#include "http/pace.h"
#include "http/transport.h"

namespace s3c::http {

/// What all connections of a transport share. Any thread.
struct CurlShared {
  explicit CurlShared(CurlOptions with) : options(std::move(with)), authorities(options.ca_bundle) {}

  const CurlOptions options;
  CurlAuthorities authorities;
  /// In a hurry (PaceRules::hurry) an exchange didn't move: nobody waits for these servers any more.
  std::atomic<bool> gave_up = false;
};

/// What libcurl's callbacks see of one exchange.
struct EasyExchange {
  const Request* request = nullptr;
  const BodySink* sink = nullptr;
  CurlAuthorities* authorities = nullptr;
  std::size_t sent_bytes = 0;
  std::uint64_t received_bytes = 0;  ///< of heads and body
  bool head_complete = false;
  Response response;
  std::exception_ptr thrown;  ///< an exception can't cross C code: kept here until libcurl has returned

  bool successful() const { return response.status >= 200 && response.status < 300; }
};

/// One thread at a time.
class CurlEasy {
 public:
  /// shared outlives it. Throws Error: internal when libcurl has no handle.
  explicit CurlEasy(CurlShared& shared);
  CurlEasy(const CurlEasy&) = delete;
  CurlEasy& operator=(const CurlEasy&) = delete;

  CURL* handle() const { return easy_.get(); }
  /// Makes the handle ready to be driven. request and sink live until end(). now: by the driver's clock of
  /// waiting, see Pace.
  /// Throws Error: invalid_argument for a header that can't be sent, cancelled after CurlShared::gave_up.
  void begin(const Request& request, const BodySink& sink, Pace::Time now);
  /// Whether the driver must drop the exchange because it doesn't move; end() tells why.
  bool must_drop(Pace::Time now);
  /// The driven handle's outcome, as Transport::send() returns or throws it.
  Response end(CURLcode code, const std::stop_token& stop);

 private:
  curl_slist* header_list(const Request& request);
  base::ErrorContext context() const;
  base::Error failure(CURLcode code) const;

  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };

  char error_text_[CURL_ERROR_SIZE] = {};
  CurlShared& shared_;
  EasyExchange exchange_;
  Pace pace_;
  std::optional<base::Error> dropped_;  ///< why must_drop() said so
  std::string header_text_;
  std::vector<std::size_t> header_starts_;
  std::vector<curl_slist> header_nodes_;
  std::unique_ptr<CURL, FreeEasy> easy_;
};

/// What an exchange that was stopped throws.
base::Error stopped(const Request& request);

struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using CurlMulti = std::unique_ptr<CURLM, FreeMulti>;

}  // namespace s3c::http
