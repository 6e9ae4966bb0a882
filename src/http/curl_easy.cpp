#include "http/curl_easy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/encoding.h"
#include "base/text.h"
#include "http/proxy.h"

namespace s3c::http {
namespace {

using base::Error;
using base::ErrorKind;

/// An error document has a few hundred bytes. A larger body is a web page, of a proxy for example.
constexpr std::size_t kMaxErrorBody_bytes = 1 << 20;
/// The limit of a body that is kept here, and of the memory reserved because of a Content-Length. Such a body
/// is XML. The largest is a page of a listing: 1,000 keys of 1 KiB, three bytes for each byte of a key, and
/// some 600 bytes for each object's other fields: 4 MB. Bodies of objects go to a sink.
constexpr std::size_t kMaxBody_bytes = 8 << 20;

template <typename Value>
void set_option(CURL* easy, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  if (code != CURLE_OK) {
    throw Error(ErrorKind::internal, fmt::format("libcurl refuses option {}: {}", static_cast<int>(option),
                                                 curl_easy_strerror(code)));
  }
}

/// A header's name or value, or a whole line, without what surrounds it on the wire.
std::string_view trimmed(std::string_view text) {
  return base::trim(text, " \t\r\n");
}

std::size_t content_length(const Headers& headers) {
  const std::string_view text = headers.find("Content-Length").value_or("0");
  std::size_t length = 0;
  std::from_chars(text.data(), text.data() + text.size(), length);
  return length;
}

/// Called for each header line. A status line begins a new head (after "100 Continue").
std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) {
  auto& exchange = *static_cast<EasyExchange*>(user);
  exchange.received_bytes += size;
  const std::string_view line(data, size);
  try {
    if (line.starts_with("HTTP/")) {
      exchange.head_complete = false;
      exchange.response.headers.clear();
      exchange.response.headers.reserve(16, 1024);
      const std::size_t space = line.find(' ');
      exchange.response.status = 0;
      if (space != std::string_view::npos) {
        const std::string_view code = line.substr(space + 1);
        std::from_chars(code.data(), code.data() + code.size(), exchange.response.status);
      }
      return size;
    }
    if (trimmed(line).empty()) exchange.head_complete = true;
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) {
      exchange.response.headers.add(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
    }
    return size;
  } catch (...) {
    exchange.thrown = std::current_exception();
    return 0;
  }
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
  auto& exchange = *static_cast<EasyExchange*>(user);
  exchange.received_bytes += size;
  if (exchange.take_body({data, size})) return size;
  return exchange.cut ? CURL_WRITEFUNC_ERROR : 0;
}

std::size_t on_read(char* buffer, std::size_t, std::size_t size, void* user) {
  auto& exchange = *static_cast<EasyExchange*>(user);
  const std::string_view rest = exchange.request->body.substr(exchange.sent_bytes);
  const std::size_t count = std::min(size, rest.size());
  std::memcpy(buffer, rest.data(), count);
  exchange.sent_bytes += count;
  return count;
}

/// libcurl wants to rewind and send everything again when a kept connection proves dead after it has sent on
/// it. We refuse: only the retry policy of s3/ decides whether sending again is safe, and counts it.
int on_seek(void*, curl_off_t, int) {
  return CURL_SEEKFUNC_FAIL;
}

/// libcurl makes a TLS context for each connection.
CURLcode on_tls_context(CURL*, void* context, void* user) {
  auto& exchange = *static_cast<EasyExchange*>(user);
  try {
    exchange.authorities->install(static_cast<ssl_ctx_st*>(context));
    return CURLE_OK;
  } catch (...) {
    exchange.thrown = std::current_exception();
    return CURLE_SSL_CACERT_BADFILE;
  }
}

ErrorKind kind_of(CURLcode code) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return ErrorKind::invalid_argument;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
    case CURLE_BAD_FUNCTION_ARGUMENT:
      return ErrorKind::internal;
    default:
      return ErrorKind::transient;
  }
}

/// ErrorContext::code of a request that found no server; empty: it found one.
std::string_view code_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return kHostNotFound;
    case CURLE_COULDNT_RESOLVE_PROXY:
      return kProxyNotFound;
    case CURLE_COULDNT_CONNECT:
      return kNotConnected;
    case CURLE_SSL_CONNECT_ERROR:
      return kNoTls;
    case CURLE_PEER_FAILED_VERIFICATION:
      return kCertificateRefused;
    default:
      return {};
  }
}

/// The codes with which libcurl refuses a proxy's URL.
bool tells_of_proxy(CURLcode code) {
  return code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_COULDNT_CONNECT ||
         code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
}

}  // namespace

bool EasyExchange::take_body(std::string_view bytes) {
  try {
    if (successful() && *sink) {
      (*sink)(response, bytes);
      return true;
    }
    if (successful()) {
      if (response.body.empty())
        response.body.reserve(std::min(content_length(response.headers), kMaxBody_bytes));
      if (bytes.size() > kMaxBody_bytes - response.body.size())
        throw Error(ErrorKind::corrupt, fmt::format("the answer is larger than {} bytes", kMaxBody_bytes));
      response.body.append(bytes);
    } else {
      response.body.append(bytes.substr(0, kMaxErrorBody_bytes - response.body.size()));
      cut = response.body.size() == kMaxErrorBody_bytes;
    }
    return !cut;
  } catch (...) {
    thrown = std::current_exception();
    return false;
  }
}

CurlEasy::CurlEasy(CurlShared& shared) : shared_(shared), easy_(curl_easy_init()) {
  if (!easy_) throw Error(ErrorKind::internal, "libcurl can't make a handle");
  CURL* easy = easy_.get();
  const CurlOptions& options = shared_.options;
  set_option(easy, CURLOPT_ERRORBUFFER, error_text_);
  set_option(easy, CURLOPT_NOSIGNAL, 1L);
  // Dropping an exchange during a name lookup doesn't wait for the lookup to end.
  set_option(easy, CURLOPT_QUICK_EXIT, 1L);
  set_option(easy, CURLOPT_TCP_NODELAY, 1L);
  set_option(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set_option(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set_option(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set_option(easy, CURLOPT_PATH_AS_IS, 1L);
  set_option(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set_option(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set_option(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set_option(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  set_option(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  set_option(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  // libcurl itself reads no authorities: on_tls_context() installs those that were read once.
  for (const CURLoption place : {CURLOPT_CAINFO, CURLOPT_CAPATH, CURLOPT_PROXY_CAINFO, CURLOPT_PROXY_CAPATH})
    set_option(easy, place, static_cast<const char*>(nullptr));
  set_option(easy, CURLOPT_SSL_CTX_FUNCTION, &on_tls_context);
  set_option(easy, CURLOPT_SSL_CTX_DATA, static_cast<void*>(&exchange_));
  set_option(easy, CURLOPT_HEADERFUNCTION, &on_header);
  set_option(easy, CURLOPT_HEADERDATA, static_cast<void*>(&exchange_));
  set_option(easy, CURLOPT_WRITEFUNCTION, &on_body);
  set_option(easy, CURLOPT_WRITEDATA, static_cast<void*>(&exchange_));
  set_option(easy, CURLOPT_READFUNCTION, &on_read);
  set_option(easy, CURLOPT_READDATA, static_cast<void*>(&exchange_));
  set_option(easy, CURLOPT_SEEKFUNCTION, &on_seek);
  set_option(easy, CURLOPT_SEEKDATA, static_cast<void*>(&exchange_));
}

void CurlEasy::begin_direct(const Request& request, const BodySink& sink, Pace::Time now) {
  if (shared_.gave_up) throw stopped(request);
  exchange_ = EasyExchange{};
  exchange_.authorities = &shared_.authorities;
  exchange_.request = &request;
  exchange_.sink = &sink;
  error_text_[0] = '\0';
  dropped_.reset();
  pace_.begin(shared_.options.pace, request.slow_answer, now);
}

void CurlEasy::begin_opening(const Request& request, const BodySink& sink, Pace::Time now) {
  begin_direct(request, sink, now);
  CURL* easy = easy_.get();
  set_option(easy, CURLOPT_URL, request.url.c_str());
  set_option(easy, CURLOPT_FRESH_CONNECT, request.at_most_once ? 1L : 0L);
  set_option(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.time_limit.count()));
  set_option(easy, CURLOPT_PROXY, request.direct ? "" : static_cast<const char*>(nullptr));
}

void CurlEasy::begin(const Request& request, const BodySink& sink, Pace::Time now) {
  begin_opening(request, sink, now);
  CURL* easy = easy_.get();
  // HTTPGET first: it resets NOBODY and UPLOAD of the previous request.
  set_option(easy, CURLOPT_HTTPGET, 1L);
  if (request.method == "PUT" || request.method == "POST") {
    set_option(easy, CURLOPT_UPLOAD, 1L);
    set_option(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  } else if (request.method == "HEAD") {
    set_option(easy, CURLOPT_NOBODY, 1L);
  }
  set_option(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  set_option(easy, CURLOPT_HTTPHEADER, header_list(request));
}

bool CurlEasy::must_drop(Pace::Time now) {
  const std::size_t sent_bytes = exchange_.sent_bytes;
  const bool is_sending = sent_bytes != 0 && sent_bytes < exchange_.request->body.size();
  dropped_ = pace_.check({.moved_bytes = sent_bytes + exchange_.received_bytes,
                          .body_under_way = is_sending || exchange_.received_bytes != 0,
                          .answer = exchange_.answer()},
                         now);
  if (dropped_ && dropped_->kind() == ErrorKind::cancelled) shared_.gave_up = true;
  return dropped_.has_value();
}

Response CurlEasy::end(CURLcode code, const std::stop_token& stop) {
  if (exchange_.thrown) std::rethrow_exception(std::exchange(exchange_.thrown, nullptr));
  const Request& request = *exchange_.request;
  if (exchange_.cut) return std::move(exchange_.response);
  if (dropped_) throw Error(dropped_->kind(), dropped_->message(), context());
  if (stop.stop_requested() && code != CURLE_OK) throw stopped(request);
  if (code != CURLE_OK) throw failure(code);
  // If the connection closes inside the head, libcurl reports an answer without a body.
  if (!exchange_.head_complete) throw failure(CURLE_PARTIAL_FILE);
  return std::move(exchange_.response);
}

/// libcurl only reads the list. So its nodes lie in a vector and its texts in one string, and both are reused
/// for each request: no header needs an allocation.
curl_slist* CurlEasy::header_list(const Request& request) {
  header_text_.clear();
  header_nodes_.clear();
  std::vector<std::size_t>& starts = header_starts_;
  starts.clear();
  for (const auto& [name, value] : request.headers) {
    if (name.find_first_of("\r\n:") != std::string::npos ||
        value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      throw Error(ErrorKind::invalid_argument, "a header field can't hold a line break or a NUL",
                  // Without the value: it may be a secret.
                  {.operation = request.method, .resource = base::printable(name)});
    }
    starts.push_back(header_text_.size());
    // "Name;" is libcurl's way to send a header without a value.
    header_text_.append(name).append(value.empty() ? ";" : ": ").append(value).push_back('\0');
  }
  starts.push_back(header_text_.size());
  header_text_.append("Expect:").push_back('\0');  // waiting for "100 Continue" costs a round trip per part
  header_nodes_.resize(starts.size());
  for (std::size_t i = 0; i < starts.size(); ++i) {
    header_nodes_[i].data = header_text_.data() + starts[i];
    header_nodes_[i].next = i + 1 < starts.size() ? &header_nodes_[i + 1] : nullptr;
  }
  return header_nodes_.data();
}

base::ErrorContext CurlEasy::context() const {
  const Request& request = *exchange_.request;
  base::ErrorContext context{.operation = request.method, .resource = base::printable(request.url)};
  context.resource.resize(std::min(context.resource.size(), context.resource.find('?')));
  return context;
}

Error CurlEasy::failure(CURLcode code) const {
  const Request& request = *exchange_.request;
  base::ErrorContext context = this->context();
  if (code == CURLE_SEND_FAIL_REWIND) {
    return {ErrorKind::transient, "the connection broke before an answer came", std::move(context)};
  }
  context.code = code_of(code);
  long sent_bytes = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &sent_bytes);
  if (request.at_most_once && sent_bytes == 0) context.code = kNotSent;
  if (code == CURLE_OPERATION_TIMEDOUT && request.time_limit.count() != 0) context.code = kTimedOut;
  // libcurl also uses this code for an answer that isn't HTTP.
  if (code == CURLE_UNSUPPORTED_PROTOCOL && sent_bytes > 0) code = CURLE_WEIRD_SERVER_REPLY;
  const std::string_view detail = error_text_[0] != '\0' ? error_text_ : curl_easy_strerror(code);
  std::string message = base::printable(detail);
  const ProxySetting proxy = request.direct ? ProxySetting() : proxy_for(request.url);
  if (!proxy.url.empty() && tells_of_proxy(code) && !is_readable(proxy)) {
    context.code.clear();
    // libcurl's words hold the password.
    return {
        ErrorKind::invalid_argument,
        fmt::format(
            "the proxy in {} can't be read as a URL: it needs a host, a port of at most 65535 and one of the "
            "schemes http, https, socks4, socks4a, socks5 and socks5h; \"/\", \"#\", \"?\", \"@\" and blanks in "
            "its password are written as %2F, %23, %3F, %40 and %20",
            proxy.variable),
        std::move(context)};
  }
  if (code == CURLE_COULDNT_CONNECT && !proxy.url.empty() && is_named_in(message, proxy)) {
    context.code = kProxyNotConnected;
    message = fmt::format("the proxy of {} doesn't answer: {}", proxy.variable, message);
  }
  return {kind_of(code), std::move(message), std::move(context)};
}

Error stopped(const Request& request) {
  return {ErrorKind::cancelled,
          "stopped",
          {.operation = request.method, .resource = base::printable(request.url)}};
}

}  // namespace s3c::http
