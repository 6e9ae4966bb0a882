// One libcurl easy handle, used for one exchange after the other: what is asked of libcurl, and what its
// outcome means. Whoever owns it drives it: a thread that blocks (CurlTransport) or an event loop (CurlLoop).
#pragma once

#include <curl/curl.h>

#include <exception>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "http/curl_transport.h"
#include "http/transport.h"

namespace s3c::http {

/// What libcurl's callbacks see of one exchange.
struct EasyExchange {
  const Request* request = nullptr;
  const BodySink* sink = nullptr;
  std::size_t sent_bytes = 0;
  bool head_complete = false;
  Response response;
  std::exception_ptr thrown;  ///< an exception can't cross C code: kept here until libcurl has returned

  bool successful() const { return response.status >= 200 && response.status < 300; }
};

/// One thread at a time.
class CurlEasy {
 public:
  /// Throws Error: internal when libcurl has no handle.
  explicit CurlEasy(const CurlOptions& options);
  CurlEasy(const CurlEasy&) = delete;
  CurlEasy& operator=(const CurlEasy&) = delete;

  CURL* handle() const { return easy_.get(); }
  /// Makes the handle ready to be driven. request and sink live until end().
  /// Throws Error: invalid_argument for a header that can't be sent.
  void begin(const Request& request, const BodySink& sink);
  /// The driven handle's outcome, as Transport::send() returns or throws it.
  Response end(CURLcode code, const std::stop_token& stop);

 private:
  curl_slist* header_list(const Request& request);
  base::Error failure(CURLcode code) const;

  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };

  char error_text_[CURL_ERROR_SIZE] = {};
  EasyExchange exchange_;
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
