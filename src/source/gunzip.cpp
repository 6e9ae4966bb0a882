#include "source/gunzip.h"

#include <zlib.h>

#include <cstddef>
#include <new>
#include <string>
#include <utility>

#include "base/error.h"

namespace s3c::source {
namespace {

constexpr std::size_t kTextBytes = std::size_t{256} << 10;
constexpr int kGzipOnly = 15 + 16;  // zlib's windowBits: the largest window, in gzip's wrapping

[[noreturn]] void fail_gunzip(const char* why) {
  throw base::Error(base::ErrorKind::corrupt, why, {.operation = "gunzip"});
}

}  // namespace

struct Gunzip::Stream {
  z_stream zlib{};
  std::function<void(std::string_view)> sink;
  std::string text = std::string(kTextBytes, '\0');
  bool in_member = false;
  bool any_member = false;
  bool in_padding = false;
};

Gunzip::Gunzip(std::function<void(std::string_view)> sink) : stream_(std::make_unique<Stream>()) {
  stream_->sink = std::move(sink);
  if (inflateInit2(&stream_->zlib, kGzipOnly) != Z_OK) throw std::bad_alloc();
}

Gunzip::~Gunzip() {
  inflateEnd(&stream_->zlib);
}

void Gunzip::read(std::string_view bytes) {
  z_stream& z = stream_->zlib;
  // zlib doesn't write to its input, but its type says so.
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  bool more = true;  // zlib may hold text that had no room
  while (z.avail_in > 0 || more) {
    if (!stream_->in_member && z.avail_in == 0) return;
    if (!stream_->in_member && stream_->any_member && (stream_->in_padding || *z.next_in == 0))
      return pass_padding(std::string_view(bytes).substr(bytes.size() - z.avail_in));
    stream_->in_member = true;
    z.next_out = reinterpret_cast<Bytef*>(stream_->text.data());
    z.avail_out = static_cast<uInt>(kTextBytes);
    const int result = inflate(&z, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
      fail_gunzip("it is no whole gzip file");
    more = z.avail_out == 0;
    stream_->sink(std::string_view(stream_->text.data(), kTextBytes - z.avail_out));
    if (result == Z_STREAM_END) {
      stream_->in_member = more = false;
      stream_->any_member = true;
      inflateReset(&z);
    }
  }
}

/// Zeros fill up a block of a tape or a disk, and gzip passes over them, too.
void Gunzip::pass_padding(std::string_view bytes) {
  stream_->in_padding = true;
  if (bytes.find_first_not_of('\0') != std::string_view::npos) fail_gunzip("other bytes follow its end");
}

void Gunzip::finish() {
  if (stream_->in_member) fail_gunzip("its end is missing");
}

}  // namespace s3c::source
