#include "base/in_order.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "base/error.h"

namespace s3c::base {
namespace {

std::function<std::optional<int>()> up_to(int last) {
  return [n = 0, last]() mutable { return n < last ? std::optional(n++) : std::nullopt; };
}

TEST(InOrder, ResultsComeInTheOrderOfTheInputs) {
  std::vector<int> taken;
  in_order<int, int>(
      4, up_to(500),
      [](int& n) {
        if (n % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds(300));
        return n * 2;
      },
      [&](int&& n) { taken.push_back(n); });
  ASSERT_EQ(taken.size(), 500u);
  for (int n = 0; n < 500; ++n) EXPECT_EQ(taken[static_cast<std::size_t>(n)], 2 * n);
}

TEST(InOrder, NoMoreThanAWindowIsInWork) {
  std::atomic<int> in_work{0};
  int most = 0;
  in_order<int, int>(
      3,
      [&, next = up_to(200)]() {
        most = std::max(most, ++in_work);
        return next();
      },
      [](int& n) { return n; }, [&](int&&) { --in_work; });
  EXPECT_LE(most, 3 * 4 + 2);
}

TEST(InOrder, NothingToDo) {
  in_order<int, int>(
      2, up_to(0), [](int& n) { return n; }, [](int&&) { FAIL(); });
}

TEST(InOrder, TheFirstErrorEndsItWhereverItIsThrown) {
  const auto run = [](int bad_next, int bad_work, int bad_take) {
    std::vector<int> taken;
    EXPECT_THROW((in_order<int, int>(
                     4,
                     [&, n = 0]() mutable -> std::optional<int> {
                       if (n == bad_next) throw Error(ErrorKind::transient, "next");
                       return n < 100 ? std::optional(n++) : std::nullopt;
                     },
                     [&](int& n) {
                       if (n == bad_work) throw Error(ErrorKind::corrupt, "work");
                       return n;
                     },
                     [&](int&& n) {
                       if (n == bad_take) throw Error(ErrorKind::internal, "take");
                       taken.push_back(n);
                     })),
                 Error);
    return taken;
  };
  EXPECT_LE(run(50, -1, -1).size(), 50u);
  EXPECT_EQ(run(-1, 20, -1).size(), 20u) << "what came before the error is taken, nothing behind it";
  EXPECT_EQ(run(-1, -1, 30).size(), 30u);
}

}  // namespace
}  // namespace s3c::base
