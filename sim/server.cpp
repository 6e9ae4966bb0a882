#include "sim/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <csignal>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace s3c::sim {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
// The io_context's own executor type instead of the type-erased default: no allocation and no virtual call
// per operation.
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

constexpr std::uint32_t kMaxHeaderBytes = 64 * 1024;
constexpr std::uint64_t kMaxBodyBytes =
    (5ULL << 30) + (64ULL << 20);  // the largest part, with room for chunk framing
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

/// The Date header, formatted once a second.
class DateCache {
 public:
  const std::string& now() {
    const auto second = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (second != second_) {
      second_ = second;
      text_ = base::format_http_date(second);
    }
    return text_;
  }

 private:
  std::chrono::sys_seconds second_{};
  std::string text_;
};

std::string_view reason(int status) {
  const auto known = http::int_to_status(static_cast<unsigned>(status));
  const boost::beast::string_view text = http::obsolete_reason(known);
  return {text.data(), text.size()};
}

std::string_view to_std(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

/// A value may come from the request (a version id, response-content-type). It must not be able to start a
/// new header.
void append_value(std::string& head, std::string_view value) {
  const std::size_t start = head.size();
  head += value;
  std::replace_if(
      head.begin() + static_cast<std::ptrdiff_t>(start), head.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; }, ' ');
}

void append_number(std::string& head, std::uint64_t number) {
  const fmt::format_int text(number);
  head.append(text.data(), text.size());
}

/// The answer's head. 204 and 304 have neither a body nor a length.
std::string format_head(const Response& response, std::string_view date, bool keep_alive) {
  std::string head;
  head.reserve(512);
  const std::string* own_date = response.headers.find("Date");
  head += "HTTP/1.1 ";
  append_number(head, static_cast<std::uint64_t>(response.status));
  head += ' ';
  head += reason(response.status);
  head += "\r\nDate: ";
  head += own_date == nullptr ? date : std::string_view(*own_date);
  head += "\r\nServer: s3sim\r\n";
  for (const Header& field : response.headers) {
    if (&field.value == own_date) continue;
    head += field.name;
    head += ": ";
    append_value(head, field.value);
    head += "\r\n";
  }
  if (response.status != 204 && response.status != 304) {
    head += "Content-Length: ";
    append_number(head, response.head_size_bytes.value_or(response.body.size_bytes()));
    head += "\r\n";
  }
  if (!keep_alive) head += "Connection: close\r\n";
  head += "\r\n";
  return head;
}

Request to_request(http::request<http::string_body>& message) {
  Request request;
  request.method = to_std(message.method_string());
  std::string_view target = to_std(message.target());
  if (target.starts_with("http://")) {  // the absolute form that clients send to proxies
    const std::size_t slash = target.find('/', 7);
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  const std::size_t question = target.find('?');
  request.raw_path = target.substr(0, question);
  if (question != std::string_view::npos) request.raw_query = target.substr(question + 1);
  request.headers.reserve(16);
  for (const auto& field : message) {
    std::string name(to_std(field.name_string()));
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    request.headers.add(std::move(name), std::string(to_std(field.value())));
  }
  request.body = Payload(std::move(message.body()));
  return request;
}

class Session;

/// What all connections share.
struct World {
  Executor executor;
  Handler& handler;
  std::chrono::milliseconds latency;
  DateCache dates{};
  std::vector<std::shared_ptr<Session>> held{};  ///< connections whose answers are held
};

void run_later(const World& world, LaterEffect effect) {
  auto timer = std::make_shared<Timer>(world.executor);
  timer->expires_after(effect.after);
  timer->async_wait([timer, run = std::move(effect.run)](error_code error) {
    if (!error) run();
  });
}

/// One connection: reads a request, passes it to the handler, writes the answer, and repeats until either
/// side closes. The pending operation keeps the object alive.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Socket socket, World& world)
      : socket_(std::move(socket)), timer_(socket_.get_executor()), world_(world) {
    error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  }

  void start() { read_header(); }

 private:
  void read_header() {
    parser_.emplace();
    parser_->header_limit(kMaxHeaderBytes);
    parser_->body_limit(kMaxBodyBytes);
    http::async_read_header(socket_, buffer_, *parser_,
                            [self = shared_from_this()](error_code error, std::size_t) {
                              if (error) return self->fail(error);
                              self->on_header();
                            });
  }

  void on_header() {
    if (parser_->is_done()) return handle();
    const auto expect = parser_->get().find(http::field::expect);
    if (expect == parser_->get().end()) return read_body();
    asio::async_write(socket_, asio::buffer(kContinue),
                      [self = shared_from_this()](error_code error, std::size_t) {
                        if (!error) self->read_body();
                      });
  }

  void read_body() {
    http::async_read(socket_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
      if (error) return self->fail(error);
      self->handle();
    });
  }

  void handle() {
    keep_alive_ = parser_->keep_alive();
    response_ = world_.handler.handle(to_request(parser_->get()));
    if (response_.later) run_later(world_, std::move(*response_.later));
    if (response_.releases_held) world_.held.clear();  // these were the last references: the sessions close
    if (response_.delivery.how == Delivery::How::held) {
      world_.held.push_back(shared_from_this());
      return;
    }
    after(world_.latency + response_.delay, &Session::write);
  }

  void after(std::chrono::milliseconds delay, void (Session::*next)()) {
    if (delay == std::chrono::milliseconds(0)) return (this->*next)();
    timer_.expires_after(delay);
    timer_.async_wait([self = shared_from_this(), next](error_code error) {
      if (!error) (self.get()->*next)();
    });
  }

  void write() {
    const Delivery& delivery = response_.delivery;
    if (delivery.how == Delivery::How::nothing) return after(delivery.silence, &Session::close);
    head_ = format_head(response_, world_.dates.now(), keep_alive_);
    if (delivery.how == Delivery::How::cut) response_.body = response_.body.range(0, delivery.body_bytes);
    buffers_.clear();
    buffers_.emplace_back(asio::buffer(head_));
    if (!response_.head_size_bytes) {
      for (const Slice& slice : response_.body.slices()) {
        buffers_.push_back(asio::buffer(slice.view().data(), slice.size_bytes));
      }
    }
    asio::async_write(socket_, buffers_, [self = shared_from_this()](error_code error, std::size_t) {
      if (!error) self->written();
    });
  }

  void written() {
    if (response_.delivery.how == Delivery::How::cut) {
      return after(response_.delivery.silence, &Session::close);
    }
    response_ = {};  // releases the object's bytes
    if (keep_alive_) return read_header();
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }

  void close() {
    error_code ignored;
    if (response_.delivery.reset) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    socket_.close(ignored);
  }

  /// Data that isn't HTTP gets a 400, and the connection is closed. A closed or broken connection gets no
  /// answer.
  void fail(const error_code& error) {
    if (error == http::error::end_of_stream ||
        error.category() != make_error_code(http::error::bad_method).category()) {
      return;
    }
    keep_alive_ = false;
    response_ = {};
    response_.status = 400;
    response_.headers.add("Content-Type", "text/plain");
    response_.body = Payload("not a request s3sim can read: " + error.message() + "\n");
    write();
  }

  Socket socket_;
  Timer timer_;
  World& world_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  bool keep_alive_ = true;
  Response response_;
  std::string head_;
  std::vector<asio::const_buffer> buffers_;
};

}  // namespace

class Server::Impl {
 public:
  Impl(const ServerOptions& options, Handler& handler)
      : context_(1),
        acceptor_(context_),
        retry_(context_),
        signals_(context_, SIGINT, SIGTERM),
        world_{context_.get_executor(), handler, options.latency} {
    error_code error;
    const asio::ip::address address = asio::ip::make_address(options.host, error);
    if (error)
      throw base::Error(base::ErrorKind::invalid_argument, "'" + options.host + "' is not an IP address");
    const asio::ip::tcp::endpoint endpoint(address, options.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      throw base::Error(base::ErrorKind::transient, fmt::format("cannot listen on {}:{}: {}", options.host,
                                                                options.port, error.message()));
    }
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  void run() {
    signals_.async_wait([this](error_code, int) { context_.stop(); });
    accept();
    context_.run();
  }

  void stop() { context_.stop(); }

 private:
  void accept() {
    acceptor_.async_accept([this](error_code error, Socket socket) {
      if (!error) std::make_shared<Session>(std::move(socket), world_)->start();
      if (error == asio::error::operation_aborted) return;
      if (!error) return accept();
      // Most likely there are no file descriptors left: trying again at once would only use the CPU.
      retry_.expires_after(std::chrono::milliseconds(10));
      retry_.async_wait([this](error_code) { accept(); });
    });
  }

  asio::io_context context_;
  Acceptor acceptor_;
  Timer retry_;
  asio::basic_signal_set<Executor> signals_;
  World world_;
};

Server::Server(const ServerOptions& options, Handler& handler)
    : impl_(std::make_unique<Impl>(options, handler)) {}
Server::~Server() = default;
std::uint16_t Server::port() const {
  return impl_->port();
}
void Server::run() {
  impl_->run();
}
void Server::stop() {
  impl_->stop();
}

}  // namespace s3c::sim
