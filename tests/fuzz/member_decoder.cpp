// Input: method (1 byte, even: stored), step in bytes (1), claimed size (8, little-endian), claimed CRC-32
// (4), then a member's data. decode_member and MemberDecoder give the right bytes or Error corrupt, and
// agree; a claimed size decides neither how much memory is taken nor how many bytes come out.
#include "base/bytes.h"
#include "base/hash.h"
#include "tests/fuzz/fuzz_target.h"
#include "zip/decoder.h"

using namespace s3c;
using base::ErrorKind;
using fuzz::require;

namespace {

constexpr std::size_t kHeaderBytes = 14;
constexpr std::size_t kMaxOutputBytes = std::size_t{4} << 20;

/// Thrown by a sink that has seen enough; it has to pass through the decoder.
struct Enough {};

/// Decodes in pieces; what came out by then is in out even after an error.
bool decode_in_pieces(zip::Method method, std::string_view data, std::uint64_t size_bytes,
                      std::uint32_t crc32, std::size_t step, std::string& out) {
  zip::MemberDecoder decoder(method, size_bytes, crc32, [&](std::string_view piece) {
    out.append(piece);
    require(out.size() <= size_bytes, "no more bytes come out than were claimed");
    if (out.size() > kMaxOutputBytes) throw Enough{};
  });
  return fuzz::value_of({ErrorKind::corrupt},
                        [&] {
                          for (; !data.empty(); data.remove_prefix(std::min(step, data.size())))
                            decoder.write(data.substr(0, step));
                          decoder.finish();
                        })
      .has_value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < kHeaderBytes) return 0;
  const std::string_view input = fuzz::text_of(data, size);
  const zip::Method method = data[0] % 2 == 0 ? zip::Method::stored : zip::Method::deflate;
  const std::size_t step = std::size_t{data[1]} + 1;
  const auto claimed_size = base::load_le<std::uint64_t>(input, 2);
  const auto claimed_crc32 = base::load_le<std::uint32_t>(input, 10);
  const std::string_view member = input.substr(kHeaderBytes);
  try {
    std::string pieces;
    const bool in_pieces = decode_in_pieces(method, member, claimed_size, claimed_crc32, step, pieces);
    const auto whole = fuzz::value_of({ErrorKind::corrupt}, [&] {
      return zip::decode_member(method, member, claimed_size, claimed_crc32);
    });
    if (whole)
      require(in_pieces && *whole == pieces, "what decodes at once decodes in pieces, to the same bytes");

    // With the true size and CRC-32, which mutation hardly finds: both ways must accept the same streams.
    std::string truth;
    decode_in_pieces(method, member, UINT64_MAX, 0, step, truth);
    std::string again;
    const std::uint32_t crc32 = base::crc32(truth);
    const bool is_stream = decode_in_pieces(method, member, truth.size(), crc32, step, again);
    const auto at_once = fuzz::value_of(
        {ErrorKind::corrupt}, [&] { return zip::decode_member(method, member, truth.size(), crc32); });
    const bool possible = fuzz::value_of({ErrorKind::corrupt}, [&] {
                            zip::check_sizes(method, member.size(), truth.size());
                          }).has_value();
    require(at_once.has_value() == (is_stream && possible), "both decoders take the same streams");
    if (at_once) require(*at_once == truth && again == truth, "both decoders give the same bytes");
  } catch (const Enough&) {
  }
  return 0;
}
