// The MD5 of several bodies at once is that of each alone.
#include "base/md5_lanes.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "base/encoding.h"
#include "base/hash.h"

namespace s3c::base {
namespace {

class Bodies {
 public:
  std::string_view add(std::size_t size_bytes) {
    std::string& body = bodies_.emplace_back(size_bytes, '\0');
    for (char& byte : body) byte = static_cast<char>(random_());
    return body;
  }
  std::vector<std::string_view> all() const { return {bodies_.begin(), bodies_.end()}; }
  std::size_t number_below(std::size_t limit) { return random_() % limit; }

 private:
  std::mt19937 random_{1321};
  std::deque<std::string> bodies_;
};

void expect_each_md5(const std::vector<std::string_view>& bodies) {
  const std::vector<std::string> digests = md5_of_each(bodies);
  ASSERT_EQ(digests.size(), bodies.size());
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    EXPECT_EQ(to_hex(digests[i]), to_hex(md5(bodies[i])))
        << "body " << i << " of " << bodies.size() << ", " << bodies[i].size() << " bytes";
  }
}

// Source: RFC 1321 A.5.
TEST(Md5OfEach, PublishedVectors) {
  const std::vector<std::string_view> bodies = {"", "a", "abc", "message digest"};
  const std::vector<std::string> digests = md5_of_each(bodies);
  ASSERT_EQ(digests.size(), 4u);
  EXPECT_EQ(to_hex(digests[0]), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(to_hex(digests[1]), "0cc175b9c0f1b6a831c399e269772661");
  EXPECT_EQ(to_hex(digests[2]), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(to_hex(digests[3]), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_TRUE(md5_of_each({}).empty());
}

TEST(Md5OfEach, OfEveryLengthAroundTheBlocks) {
  Bodies bodies;
  for (std::size_t size_bytes = 0; size_bytes <= 260; ++size_bytes) bodies.add(size_bytes);
  expect_each_md5(bodies.all());
}

TEST(Md5OfEach, OfAnyNumber) {
  for (std::size_t count = 1; count <= 2 * kMd5Lanes + 1; ++count) {
    Bodies bodies;
    for (std::size_t i = 0; i < count; ++i) bodies.add(4000 + bodies.number_below(200));
    expect_each_md5(bodies.all());
  }
}

TEST(Md5OfEach, OfLongOnesAmongShortOnes) {
  for (int round = 0; round < 50; ++round) {
    Bodies bodies;
    for (int i = 0; i < 20; ++i) bodies.add(bodies.number_below(bodies.number_below(5) == 0 ? 100'000 : 500));
    expect_each_md5(bodies.all());
  }
}

}  // namespace
}  // namespace s3c::base
