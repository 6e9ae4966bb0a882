// docs/decisions/0006: libdeflate or zlib for members compressed in memory.
// usage: bench_member_encoders [--rounds=N]
#include <fmt/format.h>
#include <zlib.h>

#include <cstdio>
#include <functional>
#include <stdexcept>

#include "support/bodies.h"
#include "support/measure.h"
#include "zip/member_encoder.h"

namespace {

using namespace s3c;
using namespace s3c::bench;

constexpr std::size_t kBodyBytes = 4096;
constexpr int kBodies = 1000;

std::vector<std::string> make_bodies(bool xml) {
  std::vector<std::string> bodies;
  for (int i = 0; i < kBodies; ++i) {
    const auto seed = static_cast<std::uint64_t>(i);
    bodies.push_back(xml ? xml_body(seed, kBodyBytes) : json_body(seed, kBodyBytes));
  }
  return bodies;
}

/// zlib as it is best used for many small bodies: one stream, reset between them.
class ZlibEncoder {
 public:
  explicit ZlibEncoder(int level) {
    if (deflateInit2(&stream_, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::runtime_error("zlib can't start");
  }
  ~ZlibEncoder() { deflateEnd(&stream_); }
  ZlibEncoder(const ZlibEncoder&) = delete;
  ZlibEncoder& operator=(const ZlibEncoder&) = delete;

  /// With the CRC-32 that a ZIP member needs, as MemberEncoder makes it.
  std::size_t encode(std::string_view body) {
    crc_ = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
    deflateReset(&stream_);
    out_.resize(deflateBound(&stream_, static_cast<uLong>(body.size())));
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream_.avail_in = static_cast<uInt>(body.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
    stream_.avail_out = static_cast<uInt>(out_.size());
    if (deflate(&stream_, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("zlib did not finish");
    return stream_.total_out;
  }

 private:
  z_stream stream_{};
  std::string out_;
  uLong crc_ = 0;
};

/// Sample::peak_bytes carries the compressed size instead: memory is not the question here.
Sample run(bool xml, const std::function<std::size_t(const std::string&)>& encode) {
  const std::vector<std::string> bodies = make_bodies(xml);
  double compressed = 0;
  const Stopwatch watch;
  for (const std::string& body : bodies) compressed += static_cast<double>(encode(body));
  Sample sample = watch.stop(kBodies);
  sample.peak_bytes = compressed;
  return sample;
}

Sample with_libdeflate(bool xml, int level) {
  zip::MemberEncoder encoder(level);
  return run(xml, [&](const std::string& body) { return encoder.encode("name", body, {}).data.size(); });
}

Sample with_zlib(bool xml, int level) {
  ZlibEncoder encoder(level);
  return run(xml, [&](const std::string& body) { return encoder.encode(body); });
}

double mean_size(bool xml) {
  double sum = 0;
  for (const std::string& body : make_bodies(xml)) sum += static_cast<double>(body.size());
  return sum / kBodies;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = option(argc, argv, "rounds", 3);
  std::vector<std::string> names;
  std::vector<Variant> variants;
  for (const int level : {6, 1, 9}) {
    names.push_back(fmt::format("zlib {}", level));
    for (const bool xml : {true, false})
      variants.push_back({names.back(), [=] { return with_zlib(xml, level); }});
  }
  for (const int level : {1, 3, 6, 9, 12}) {
    names.push_back(fmt::format("MemberEncoder (libdeflate) {}", level));
    for (const bool xml : {true, false})
      variants.push_back({names.back(), [=] { return with_libdeflate(xml, level); }});
  }
  fmt::print("{} bodies, XML of {:.0f} and JSON of {:.0f} bytes, medians of {} rounds; {}\n\n", kBodies,
             mean_size(true), mean_size(false), rounds, machine());
  const std::vector<Sample> medians = run_rounds(variants, rounds);
  std::vector<std::vector<std::string>> table{{"encoder, level", "XML: CPU µs", "ratio", "bytes", "ratio",
                                               "JSON: CPU µs", "ratio", "bytes", "ratio"}};
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::vector<std::string> row{names[i]};
    for (std::size_t kind = 0; kind < 2; ++kind) {
      const Sample& m = medians[2 * i + kind];
      const Sample& zlib6 = medians[kind];
      row.push_back(fmt::format("{:.0f}", m.cpu_seconds / kBodies * 1e6));
      row.push_back(fmt::format("{:.2f}", m.cpu_seconds / zlib6.cpu_seconds));
      row.push_back(fmt::format("{:.0f}", m.peak_bytes / kBodies));
      row.push_back(fmt::format("{:.3f}", m.peak_bytes / zlib6.peak_bytes));
    }
    table.push_back(std::move(row));
  }
  print_table(table);
}
