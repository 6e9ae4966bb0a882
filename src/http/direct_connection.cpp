#include "http/direct_connection.h"

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "http/direct_request.h"

namespace s3c::http {
namespace {

/// After so many pieces of a body, the loop's other exchanges get their turn. epoll tells of the rest again.
constexpr int kMostReads = 16;

}  // namespace

DirectConnection::DirectConnection(CurlShared& shared, CURLSH* share, int epoll, std::uint32_t number,
                                   std::string origin)
    : number_(number), origin_(std::move(origin)), shared_(shared), socket_(shared, share, epoll, number) {}

void DirectConnection::begin(std::size_t slot, const Request& request, const BodySink& sink,
                             std::string_view host, Pace::Time now) {
  slot_ = slot;
  was_used_ = socket_.state() == CurlSocket::State::open;
  if (was_used_) {
    easy().begin_direct(request, sink, now);
  } else {
    easy().begin_opening(request, sink, now);
  }
  write_request(request, host, shared_.options.user_agent, request_);
  unsent_ = request_;
  head_bytes_.clear();
  fate_ = Fate::under_way;
  code_ = CURLE_OK;
  is_kept_ = false;
  if (!was_used_) socket_.open();
  after_opening();
}

void DirectConnection::after_opening() {
  if (socket_.state() == CurlSocket::State::failed) end(Fate::ended, socket_.failure());
  if (socket_.state() == CurlSocket::State::open) send_rest();
}

void DirectConnection::on_event(int file, std::uint32_t events, std::span<char> buffer) {
  if (socket_.state() == CurlSocket::State::opening) {
    socket_.on_event(file, events);
    return after_opening();
  }
  if (!unsent_.empty()) return send_rest();
  receive(buffer);
}

void DirectConnection::on_time() {
  socket_.on_time();
  after_opening();
}

void DirectConnection::send_rest() {
  while (!unsent_.empty()) {
    const CurlSocket::Moved sent = socket_.send(unsent_);
    if (sent.code == CURLE_AGAIN) return socket_.watch(EPOLLOUT);
    if (sent.code != CURLE_OK) return broke(sent.code);
    unsent_.remove_prefix(sent.bytes);
  }
  socket_.watch(EPOLLIN);
}

void DirectConnection::receive(std::span<char> buffer) {
  for (int i = 0; i < kMostReads && fate_ == Fate::under_way; ++i) {
    const CurlSocket::Moved got = socket_.receive(buffer.data(), buffer.size());
    if (got.code == CURLE_AGAIN) return;
    if (got.code != CURLE_OK) return broke(got.code);
    if (got.bytes == 0)
      return broke(easy().exchange().received_bytes == 0 ? CURLE_GOT_NOTHING : CURLE_PARTIAL_FILE);
    take({buffer.data(), got.bytes});
  }
}

void DirectConnection::take(std::string_view bytes) {
  EasyExchange& exchange = easy().exchange();
  exchange.received_bytes += bytes.size();
  if (!exchange.head_complete) {
    if (!head_bytes_.empty()) bytes = head_bytes_.append(bytes);
    if (!take_head(bytes)) return;
  }
  take_body(bytes);
}

/// Removes the head from bytes. Returns false when no body follows yet or ever.
bool DirectConnection::take_head(std::string_view& bytes) {
  switch (read_answer_head(bytes, head_)) {
    case HeadProgress::refused:
      shared_.refused_directly.fetch_add(1, std::memory_order_relaxed);
      end(Fate::for_libcurl, CURLE_OK);
      return false;
    case HeadProgress::incomplete:
      if (head_bytes_.empty()) head_bytes_ = bytes;
      return false;
    case HeadProgress::complete:
      break;
  }
  EasyExchange& exchange = easy().exchange();
  exchange.head_complete = true;
  exchange.response.status = head_.status;
  exchange.response.headers.reserve(head_.fields.size(), head_.size_bytes);
  for (const auto& [name, value] : head_.fields) exchange.response.headers.add(name, value);
  missing_bytes_ = head_.content_length;
  bytes.remove_prefix(head_.size_bytes);
  return true;
}

void DirectConnection::take_body(std::string_view bytes) {
  const std::string_view body = bytes.substr(0, std::min<std::uint64_t>(missing_bytes_, bytes.size()));
  missing_bytes_ -= body.size();
  if (!body.empty() && !easy().exchange().take_body(body)) return end(Fate::ended, CURLE_WRITE_ERROR);
  if (missing_bytes_ != 0) return;
  // Bytes beyond the body belong to no answer of ours: nothing that follows them could be trusted.
  is_kept_ = !head_.closes && body.size() == bytes.size();
  shared_.answered_directly.fetch_add(1, std::memory_order_relaxed);
  end(Fate::ended, CURLE_OK);
}

void DirectConnection::end(Fate fate, CURLcode code) {
  fate_ = fate;
  code_ = code;
}

/// A server may close a kept connection while a request is on its way. libcurl would then send the request
/// again on a new connection, too. Any other failure is the outcome.
void DirectConnection::broke(CURLcode code) {
  if (was_used_ && easy().exchange().received_bytes == 0) return end(Fate::for_libcurl, CURLE_OK);
  // That is how libcurl says that it doesn't have the connection any more.
  end(Fate::ended, code == CURLE_UNSUPPORTED_PROTOCOL ? CURLE_RECV_ERROR : code);
}

bool DirectConnection::is_quiet() {
  char byte = 0;
  return socket_.receive(&byte, 1).code == CURLE_AGAIN;
}

}  // namespace s3c::http
