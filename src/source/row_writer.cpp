#include "source/row_writer.h"

#include <zlib.h>

#include <cstddef>
#include <new>
#include <utility>

#include "base/time.h"

namespace s3c::source {
namespace {

constexpr std::size_t kTextBeforeDeflate = std::size_t{256} << 10;
constexpr std::size_t kDeflatedBytes = std::size_t{64} << 10;
constexpr int kInGzip = 15 + 16;  // zlib's windowBits: the largest window, in gzip's wrapping
constexpr int kMemoryLevel = 8;   // zlib's default
constexpr std::string_view kColumnNames = "bucket,key,size,etag,last_modified,version_id,storage_class\n";

/// Appends a value in quotes: it may have commas, quotes and line ends.
void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  for (const char c : value) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace

struct RowWriter::Stream {
  z_stream zlib{};
  std::string deflated = std::string(kDeflatedBytes, '\0');
};

RowWriter::RowWriter(base::TempFile& file, std::string bucket)
    : file_(file), bucket_(std::move(bucket)), text_(kColumnNames), stream_(std::make_unique<Stream>()) {
  // The fastest level: rows are written once and read once.
  if (deflateInit2(&stream_->zlib, Z_BEST_SPEED, Z_DEFLATED, kInGzip, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    throw std::bad_alloc();
}

RowWriter::~RowWriter() {
  deflateEnd(&stream_->zlib);
}

void RowWriter::write(const s3::ObjectSummary& object) {
  append_quoted(text_, bucket_);
  text_ += ',';
  append_quoted(text_, object.key);
  text_ += ',' + std::to_string(object.size_bytes) + ',';
  append_quoted(text_, object.etag);
  text_ += ',' + base::format_iso8601(object.last_modified) + ',';
  append_quoted(text_, object.version_id);  // the task must not take another version than the row named
  text_ += ',';
  append_quoted(text_, object.storage_class);
  text_ += '\n';
  if (text_.size() >= kTextBeforeDeflate) compress(Z_NO_FLUSH);
}

void RowWriter::finish() {
  compress(Z_FINISH);
  file_.flush();
}

void RowWriter::compress(int flush) {
  z_stream& z = stream_->zlib;
  z.next_in = reinterpret_cast<Bytef*>(text_.data());
  z.avail_in = static_cast<uInt>(text_.size());
  do {
    z.next_out = reinterpret_cast<Bytef*>(stream_->deflated.data());
    z.avail_out = static_cast<uInt>(kDeflatedBytes);
    deflate(&z, flush);
    file_.write(std::string_view(stream_->deflated).substr(0, kDeflatedBytes - z.avail_out));
  } while (z.avail_out == 0);
  text_.clear();
}

}  // namespace s3c::source
