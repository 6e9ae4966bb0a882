#include "http/curl_transport.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstring>
#include <exception>

#include "base/encoding.h"
#include "base/error.h"

namespace s3c::http {
namespace {

using base::Error;
using base::ErrorKind;

/// An error document is a few hundred bytes; more than this is somebody else's web page.
constexpr std::size_t kMaxErrorBody_bytes = 1 << 20;
/// How much a server can make us hold of one answer, and what is reserved on the word of a Content-Length at
/// most. All that is kept whole is smaller: a page of a listing has some 4 MB, an index block 17 MB, a
/// manifest 1 KB for 4,096 members; objects above 4 MiB go to a sink.
constexpr std::size_t kMaxBody_bytes = 64 << 20;

template <typename Value>
void set_option(CURL* easy, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  if (code != CURLE_OK) {
    throw Error(ErrorKind::internal, fmt::format("libcurl refuses option {}: {}", static_cast<int>(option),
                                                 curl_easy_strerror(code)));
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() &&
         (text.back() == ' ' || text.back() == '\t' || text.back() == '\r' || text.back() == '\n')) {
    text.remove_suffix(1);
  }
  return text;
}

std::size_t content_length(const Headers& headers) {
  const std::string_view text = headers.find("Content-Length").value_or("0");
  std::size_t length = 0;
  std::from_chars(text.data(), text.data() + text.size(), length);
  return length;
}

/// What libcurl's callbacks see of one exchange.
struct Exchange {
  const Request* request = nullptr;
  const BodySink* sink = nullptr;
  std::size_t sent_bytes = 0;
  bool head_complete = false;
  Response response;
  std::exception_ptr thrown;  // an exception can't cross C code: kept here until libcurl has returned

  bool successful() const { return response.status >= 200 && response.status < 300; }
};

/// One call per header line; a status line begins a new head (after "100 Continue").
std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::string_view line(data, size);
  try {
    if (line.starts_with("HTTP/")) {
      exchange.head_complete = false;
      exchange.response.headers.clear();
      exchange.response.headers.reserve(16);
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
      exchange.response.headers.add(std::string(trimmed(line.substr(0, colon))),
                                    std::string(trimmed(line.substr(colon + 1))));
    }
    return size;
  } catch (...) {
    exchange.thrown = std::current_exception();
    return 0;
  }
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::string_view bytes(data, size);
  try {
    Response& response = exchange.response;
    if (exchange.successful() && *exchange.sink) {
      (*exchange.sink)(response, bytes);
      return size;
    }
    if (exchange.successful()) {
      if (response.body.empty())
        response.body.reserve(std::min(content_length(response.headers), kMaxBody_bytes));
      if (bytes.size() > kMaxBody_bytes - response.body.size())
        throw Error(ErrorKind::corrupt, fmt::format("the answer is larger than {} bytes", kMaxBody_bytes));
      response.body.append(bytes);
    } else {
      response.body.append(
          bytes.substr(0, kMaxErrorBody_bytes - std::min(kMaxErrorBody_bytes, response.body.size())));
    }
    return size;
  } catch (...) {
    exchange.thrown = std::current_exception();
    return 0;
  }
}

std::size_t on_read(char* buffer, std::size_t, std::size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::string_view rest = exchange.request->body.substr(exchange.sent_bytes);
  const std::size_t count = std::min(size, rest.size());
  std::memcpy(buffer, rest.data(), count);
  exchange.sent_bytes += count;
  return count;
}

/// libcurl wants to rewind when it found a kept connection dead after it had sent on it, to send everything
/// again. Whether that is safe is not its to decide: the retry policy of s3/ does, and counts it.
int on_seek(void*, curl_off_t, int) {
  return CURL_SEEKFUNC_FAIL;
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

}  // namespace

/// An easy handle in a multi handle of its own: the multi's wake-up lets a stop end a blocked transfer at
/// once, and its cache keeps the connection. Costs no more than curl_easy_perform(), which makes the same
/// pair inside.
class CurlTransport::Connection {
 public:
  explicit Connection(const CurlOptions& options) : easy_(curl_easy_init()), multi_(curl_multi_init()) {
    if (!easy_ || !multi_) throw Error(ErrorKind::internal, "libcurl can't make a handle");
    CURL* easy = easy_.get();
    set_option(easy, CURLOPT_ERRORBUFFER, error_text_);
    set_option(easy, CURLOPT_NOSIGNAL, 1L);
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
    set_option(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    set_option(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_timeout.count()));
    set_option(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
    if (!options.ca_bundle.empty()) set_option(easy, CURLOPT_CAINFO, options.ca_bundle.c_str());
    set_option(easy, CURLOPT_HEADERFUNCTION, &on_header);
    set_option(easy, CURLOPT_HEADERDATA, static_cast<void*>(&exchange_));
    set_option(easy, CURLOPT_WRITEFUNCTION, &on_body);
    set_option(easy, CURLOPT_WRITEDATA, static_cast<void*>(&exchange_));
    set_option(easy, CURLOPT_READFUNCTION, &on_read);
    set_option(easy, CURLOPT_READDATA, static_cast<void*>(&exchange_));
    set_option(easy, CURLOPT_SEEKFUNCTION, &on_seek);
    set_option(easy, CURLOPT_SEEKDATA, static_cast<void*>(&exchange_));
  }

  Response send(const Request& request, const BodySink& sink, const std::stop_token& stop) {
    exchange_ = Exchange{};
    exchange_.request = &request;
    exchange_.sink = &sink;
    error_text_[0] = '\0';
    prepare(request);
    const CURLcode code = perform(stop);
    if (exchange_.thrown) std::rethrow_exception(exchange_.thrown);
    if (stop.stop_requested() && code != CURLE_OK) {
      throw Error(ErrorKind::cancelled, "stopped",
                  {.operation = request.method, .resource = base::printable(request.url)});
    }
    if (code != CURLE_OK) throw failure(request, code);
    // libcurl takes a connection that closes inside the head for an answer without a body.
    if (!exchange_.head_complete) throw failure(request, CURLE_PARTIAL_FILE);
    return std::move(exchange_.response);
  }

 private:
  void prepare(const Request& request) {
    CURL* easy = easy_.get();
    set_option(easy, CURLOPT_URL, request.url.c_str());
    set_option(easy, CURLOPT_FRESH_CONNECT, request.at_most_once ? 1L : 0L);
    // HTTPGET first: it undoes the NOBODY and UPLOAD of the request before.
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

  /// libcurl only reads the list, so its nodes can lie in a vector and its texts in one string, both kept
  /// from request to request: no allocation for a header.
  curl_slist* header_list(const Request& request) {
    header_text_.clear();
    header_nodes_.clear();
    std::vector<std::size_t>& starts = header_starts_;
    starts.clear();
    for (const auto& [name, value] : request.headers.fields()) {
      if (name.find_first_of("\r\n:") != std::string::npos ||
          value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
        throw Error(ErrorKind::invalid_argument, "a header field can't hold a line break or a NUL",
                    {.operation = request.method, .resource = base::printable(name + ": " + value)});
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

  CURLcode perform(const std::stop_token& stop) {
    CURLM* multi = multi_.get();
    if (curl_multi_add_handle(multi, easy_.get()) != CURLM_OK) return CURLE_FAILED_INIT;
    struct Remove {
      CURLM* multi;
      CURL* easy;
      ~Remove() { curl_multi_remove_handle(multi, easy); }
    } const remove{multi, easy_.get()};
    const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });

    for (;;) {
      int running = 0;
      if (curl_multi_perform(multi, &running) != CURLM_OK) return CURLE_FAILED_INIT;
      if (running == 0) break;
      if (stop.stop_requested()) return CURLE_ABORTED_BY_CALLBACK;
      if (curl_multi_poll(multi, nullptr, 0, 1000, nullptr) != CURLM_OK) return CURLE_FAILED_INIT;
    }
    int queued = 0;
    const CURLMsg* message = curl_multi_info_read(multi, &queued);
    return message != nullptr ? message->data.result : CURLE_FAILED_INIT;
  }

  Error failure(const Request& request, CURLcode code) const {
    base::ErrorContext context{.operation = request.method, .resource = base::printable(request.url)};
    context.resource.resize(std::min(context.resource.size(), context.resource.find('?')));
    if (code == CURLE_SEND_FAIL_REWIND) {
      return {ErrorKind::transient, "the connection broke before an answer came", std::move(context)};
    }
    long sent_bytes = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &sent_bytes);
    if (request.at_most_once && sent_bytes == 0) context.code = kNotSent;
    // This code also means an answer that is no HTTP at all.
    if (code == CURLE_UNSUPPORTED_PROTOCOL && sent_bytes > 0) code = CURLE_WEIRD_SERVER_REPLY;
    const std::string_view detail = error_text_[0] != '\0' ? error_text_ : curl_easy_strerror(code);
    return {kind_of(code), base::printable(detail), std::move(context)};
  }

  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct FreeMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  char error_text_[CURL_ERROR_SIZE] = {};
  Exchange exchange_;
  std::string header_text_;
  std::vector<std::size_t> header_starts_;
  std::vector<curl_slist> header_nodes_;
  std::unique_ptr<CURL, FreeEasy> easy_;
  std::unique_ptr<CURLM, FreeMulti> multi_;
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

CurlTransport::CurlTransport(const CurlGlobal&, CurlOptions options) : options_(std::move(options)) {}
CurlTransport::~CurlTransport() = default;

std::unique_ptr<CurlTransport::Connection> CurlTransport::check_out() {
  base::MutexLock lock(mutex_);
  while (checked_out_ >= options_.max_connections) returned_.wait(mutex_);
  std::unique_ptr<Connection> connection;
  if (idle_.empty()) {
    connection = std::make_unique<Connection>(options_);
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
  if (stop.stop_requested()) {
    throw Error(ErrorKind::cancelled, "stopped",
                {.operation = request.method, .resource = base::printable(request.url)});
  }
  auto connection = check_out();
  struct CheckIn {  // also after an exception: the handle stays good, libcurl closes the broken connection
                    // itself
    CurlTransport& transport;
    std::unique_ptr<Connection>& connection;
    ~CheckIn() { transport.check_in(std::move(connection)); }
  } const check_in_again{*this, connection};
  return connection->send(request, sink, stop);
}

}  // namespace s3c::http
