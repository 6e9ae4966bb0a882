#include "base/md5_lanes.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/bytes.h"
#include "base/hash.h"

namespace s3c::base {
namespace {

constexpr std::size_t kBlockBytes = 64;
/// At the end of the padding: the length of the body in bits.
constexpr std::size_t kLengthBytes = 8;

/// One 32-bit word of each lane. GCC and Clang make of it what the processor has: SSE2, AVX2, NEON.
using Lanes [[gnu::vector_size(4 * kMd5Lanes)]] = std::uint32_t;
using State = std::array<Lanes, 4>;  // RFC 1321: A, B, C, D
/// X[0] to X[15], each with its word of every lane.
using Block = std::array<std::array<std::uint32_t, kMd5Lanes>, 16>;

constexpr std::array<std::uint32_t, 64> kSines = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
constexpr std::array<std::array<int, 4>, 4> kRotations = {
    {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};

/// The auxiliary function of a round: F, G, H and I of RFC 1321.
template <std::size_t kRound>
[[gnu::always_inline]] inline void mix(Lanes& out, const Lanes& b, const Lanes& c, const Lanes& d) {
  if constexpr (kRound == 0) out = d ^ (b & (c ^ d));
  if constexpr (kRound == 1) out = c ^ (d & (b ^ c));
  if constexpr (kRound == 2) out = b ^ c ^ d;
  if constexpr (kRound == 3) out = c ^ (b | ~d);
}

/// One of the 64 steps. The four words change their places with each step.
template <std::size_t kStep>
[[gnu::always_inline]] inline void take_step(State& state, const Block& block) {
  constexpr std::size_t kRound = kStep / 16;
  constexpr std::array<std::size_t, 4> kFactors = {1, 5, 3, 7};
  constexpr std::array<std::size_t, 4> kOffsets = {0, 1, 5, 0};
  constexpr std::size_t kWord = (kFactors[kRound] * kStep + kOffsets[kRound]) % 16;
  constexpr int kRotation = kRotations[kRound][kStep % 4];
  constexpr std::size_t kFirst = (64 - kStep) % 4;
  const Lanes& b = state[(kFirst + 1) % 4];
  Lanes sum;
  mix<kRound>(sum, b, state[(kFirst + 2) % 4], state[(kFirst + 3) % 4]);
  Lanes words;
  std::memcpy(&words, block[kWord].data(), sizeof words);
  sum += state[kFirst] + words + kSines[kStep];
  state[kFirst] = b + ((sum << kRotation) | (sum >> (32 - kRotation)));
}

template <std::size_t... kSteps>
[[gnu::always_inline]] inline void take_steps(State& state, const Block& block,
                                              std::index_sequence<kSteps...> /*all*/) {
  (take_step<kSteps>(state, block), ...);
}

void take_block(State& state, const Block& block) {
  State next = state;
  take_steps(next, block, std::make_index_sequence<64>());
  for (std::size_t i = 0; i < state.size(); ++i) state[i] += next[i];
}

/// One body as the blocks of MD5: its whole blocks where they lie, and the rest of it with the padding.
class PaddedBody {
 public:
  explicit PaddedBody(std::string_view body) : body_(body), whole_blocks_(body.size() / kBlockBytes) {
    rest_.assign(body.substr(whole_blocks_ * kBlockBytes)).push_back('\x80');
    rest_.append((2 * kBlockBytes - rest_.size() - kLengthBytes) % kBlockBytes, '\0');
    append_le(rest_, std::uint64_t{body.size()} * 8);
  }
  std::size_t blocks() const { return whole_blocks_ + rest_.size() / kBlockBytes; }
  /// A body that has ended gives a block of no meaning.
  const char* block(std::size_t index) const {
    if (index < whole_blocks_) return body_.data() + index * kBlockBytes;
    return rest_.data() + (index < blocks() ? index - whole_blocks_ : 0) * kBlockBytes;
  }

 private:
  std::string_view body_;
  std::size_t whole_blocks_;
  std::string rest_;
};

std::string digest_of(const State& state, std::size_t lane) {
  std::string digest;
  for (const Lanes& word : state) append_le(digest, std::uint32_t{word[lane]});
  return digest;
}

/// bodies: at most kMd5Lanes. digests: one for each.
void hash_in_step(std::span<const std::string_view* const> bodies, std::span<std::string* const> digests) {
  std::vector<PaddedBody> lanes;
  std::size_t most_blocks = 0;
  for (const std::string_view* body : bodies) {
    lanes.emplace_back(*body);
    most_blocks = std::max(most_blocks, lanes.back().blocks());
  }
  State state{Lanes{} + 0x67452301, Lanes{} + 0xefcdab89, Lanes{} + 0x98badcfe, Lanes{} + 0x10325476};
  Block block{};
  for (std::size_t index = 0; index < most_blocks; ++index) {
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
      const std::string_view bytes(lanes[lane].block(index), kBlockBytes);
      for (std::size_t word = 0; word < block.size(); ++word)
        block[word][lane] = load_le<std::uint32_t>(bytes, 4 * word);
    }
    take_block(state, block);
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
      if (index + 1 == lanes[lane].blocks()) *digests[lane] = digest_of(state, lane);
    }
  }
}

/// REQUIRES: at most kMd5Lanes bodies.
void hash_few(std::span<const std::string_view> bodies, std::span<std::string> digests) {
  std::vector<std::size_t> by_size(bodies.size());
  std::size_t total_bytes = 0;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    by_size[i] = i;
    total_bytes += bodies[i].size();
  }
  std::sort(by_size.begin(), by_size.end(),
            [&](std::size_t a, std::size_t b) { return bodies[a].size() > bodies[b].size(); });
  std::vector<const std::string_view*> in_step;
  std::vector<std::string*> their_digests;
  for (const std::size_t i : by_size) {
    // The lanes take as long as their longest body, and that long costs twice as much as this body alone.
    if (in_step.empty() && 2 * bodies[i].size() >= total_bytes) {
      digests[i] = md5(bodies[i]);
      total_bytes -= bodies[i].size();
    } else {
      in_step.push_back(&bodies[i]);
      their_digests.push_back(&digests[i]);
    }
  }
  hash_in_step(in_step, their_digests);
}

}  // namespace

std::vector<std::string> md5_of_each(std::span<const std::string_view> bodies) {
  std::vector<std::string> digests(bodies.size());
  for (std::size_t begin = 0; begin < bodies.size(); begin += kMd5Lanes) {
    const std::size_t count = std::min(kMd5Lanes, bodies.size() - begin);
    hash_few(bodies.subspan(begin, count), std::span(digests).subspan(begin, count));
  }
  return digests;
}

}  // namespace s3c::base
