// One libcurl easy handle, used for one exchange after the other: the options that we set, and the meaning of
// its outcome. Its owner drives it: a thread that blocks (CurlTransport) or an event loop (CurlLoop).
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
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
  /// During a hurry (PaceRules::hurry) an exchange didn't move. From then on no exchange waits for these
  /// servers.
  std::atomic<bool> gave_up = false;
  /// How many exchanges ended on connections without libcurl's HTTP engine (direct_connection.h), and how many
  /// were made again with libcurl because of the form of their answer.
  std::atomic<std::uint64_t> answered_directly = 0;
  std::atomic<std::uint64_t> refused_directly = 0;
};

/// What those who receive an answer's bytes see of one exchange: libcurl's callbacks, or DirectConnection.
struct EasyExchange {
  const Request* request = nullptr;
  const BodySink* sink = nullptr;
  CurlAuthorities* authorities = nullptr;
  std::size_t sent_bytes = 0;
  std::uint64_t received_bytes = 0;  ///< of heads and body
  bool head_complete = false;
  Response response;
  bool cut = false;           ///< an error's body was longer than what is kept of it: the rest is not read
  std::exception_ptr thrown;  ///< kept until libcurl has returned: an exception can't cross C code

  bool successful() const { return response.status >= 200 && response.status < 300; }
  Pace::Answer answer() const {
    if (received_bytes == 0) return Pace::Answer::none;
    if (!head_complete || (successful() && !*sink)) return Pace::Answer::kept;
    return successful() ? Pace::Answer::streamed : Pace::Answer::error;
  }
  /// Takes bytes of the body, whose head is complete. Returns false if no more of them are wanted: cut or
  /// thrown says why.
  bool take_body(std::string_view bytes);
};

/// One thread at a time.
class CurlEasy {
 public:
  /// shared outlives it. Throws Error: internal when libcurl has no handle.
  explicit CurlEasy(CurlShared& shared);
  CurlEasy(const CurlEasy&) = delete;
  CurlEasy& operator=(const CurlEasy&) = delete;

  CURL* handle() const { return easy_.get(); }
  /// Prepares the handle for an exchange. request and sink must live until end(). now: on the driver's clock
  /// of waiting, see Pace.
  void begin(const Request& request, const BodySink& sink, Pace::Time now);
  /// As begin(), for a handle with CURLOPT_CONNECT_ONLY: opens the connection that this request needs.
  void begin_opening(const Request& request, const BodySink& sink, Pace::Time now);
  /// As begin(), for an exchange that libcurl doesn't make: the driver moves the bytes and fills exchange().
  void begin_direct(const Request& request, const BodySink& sink, Pace::Time now);
  EasyExchange& exchange() { return exchange_; }
  /// True when the driver must drop the exchange because it doesn't move. end() then throws the reason.
  bool must_drop(Pace::Time now);
  /// Returns or throws the exchange's outcome, as Transport::send() does.
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
  std::optional<base::Error> dropped_;  ///< the reason for must_drop()
  std::string header_text_;
  std::vector<std::size_t> header_starts_;
  std::vector<curl_slist> header_nodes_;
  std::unique_ptr<CURL, FreeEasy> easy_;
};

/// The error of an exchange that was stopped.
base::Error stopped(const Request& request);

struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using CurlMulti = std::unique_ptr<CURLM, FreeMulti>;

}  // namespace s3c::http
