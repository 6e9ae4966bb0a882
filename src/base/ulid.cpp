#include "base/ulid.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/entropy.h"
#include "base/error.h"

namespace s3c::base {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kTimeChars = 10;    // 50 bits, of which the top two are zero
constexpr std::size_t kRandomChars = 16;  // 80 bits
constexpr std::size_t kRandomBytes = 10;

}  // namespace

std::string make_ulid(Timestamp now) {
  std::array<std::byte, kRandomBytes> random{};
  fill_random(random);
  return ulid_of(now, {reinterpret_cast<const char*>(random.data()), random.size()});
}

std::string ulid_of(Timestamp time, std::string_view random) {
  if (random.size() != kRandomBytes) throw Error(ErrorKind::internal, "a ULID has 80 random bits");
  std::string out(kTimeChars + kRandomChars, '0');
  auto milliseconds = static_cast<std::uint64_t>(time.time_since_epoch().count());
  for (std::size_t i = kTimeChars; i-- > 0; milliseconds >>= 5) out[i] = kAlphabet[milliseconds & 31];
  std::uint32_t bits = 0;  // not yet written: the lowest bit_count bits of this
  int bit_count = 0;
  std::size_t at = kTimeChars;
  for (const char byte : random) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (bit_count += 8; bit_count >= 5; bit_count -= 5) out[at++] = kAlphabet[bits >> (bit_count - 5) & 31];
  }
  return out;
}

std::optional<Timestamp> ulid_time(std::string_view text) {
  if (text.size() != kTimeChars + kRandomChars || text.front() > '7') return std::nullopt;
  std::uint64_t milliseconds = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t digit = kAlphabet.find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    if (i < kTimeChars) milliseconds = milliseconds << 5 | digit;
  }
  return Timestamp{std::chrono::milliseconds{milliseconds}};
}

}  // namespace s3c::base
