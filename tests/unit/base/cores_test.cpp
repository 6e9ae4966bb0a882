#include "base/cores.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <fstream>
#include <string>

namespace s3c::base {
namespace {

namespace fs = std::filesystem;

class CoresTest : public ::testing::Test {
 protected:
  CoresTest() : root_(fs::path(testing::TempDir()) / "s3c-cores") { fs::remove_all(root_); }
  ~CoresTest() override { fs::remove_all(root_); }
  CoresTest(const CoresTest&) = delete;
  CoresTest& operator=(const CoresTest&) = delete;

  void write(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text << "\n";
  }

  const fs::path root_;
};

TEST_F(CoresTest, WithoutAQuotaThereIsNone) {
  EXPECT_EQ(quota_in_cores("", root_), std::nullopt);
  EXPECT_EQ(quota_in_cores("0::/a\n", root_), std::nullopt);
  write("cpu.max", "max 100000");
  write("cpu/cpu.cfs_quota_us", "-1");
  write("cpu/cpu.cfs_period_us", "100000");
  EXPECT_EQ(quota_in_cores("0::/\n3:cpu:/\n", root_), std::nullopt);
}

TEST_F(CoresTest, TheGroupOrOneAroundItHasTheLeast) {
  write("a/cpu.max", "150000 100000");
  write("a/b/cpu.max", "400000 100000");
  write("a/b/c/cpu.max", "max 100000");
  EXPECT_EQ(quota_in_cores("0::/a/b/c\n", root_), 1.5);
  write("a/b/c/cpu.max", "25000 50000");
  EXPECT_EQ(quota_in_cores("0::/a/b/c\n", root_), 0.5);
  EXPECT_EQ(quota_in_cores("0::/a/b\n", root_), 1.5);
  EXPECT_EQ(quota_in_cores("0::/other\n", root_), std::nullopt);
}

/// As a container sees it: the path is the host's, and the mount is its own group.
TEST_F(CoresTest, APathThatIsNotMountedIsTheRoots) {
  write("cpu.max", "200000 100000");
  EXPECT_EQ(quota_in_cores("0::/docker/0123\n", root_), 2.0);
  EXPECT_EQ(quota_in_cores("0::/../..\n", root_), 2.0);
}

TEST_F(CoresTest, VersionOneHasAFolderOfItsOwn) {
  write("cpu/a/cpu.cfs_quota_us", "300000");
  write("cpu/a/cpu.cfs_period_us", "100000");
  const std::string lines = "5:memory:/m\n4:cpu,cpuacct:/a\n0::/x\n";
  EXPECT_EQ(quota_in_cores(lines, root_), 3.0);
  EXPECT_EQ(quota_in_cores("4:cpuset:/a\n", root_), std::nullopt);
}

TEST(UsableCores, AreNotMoreThanTheAffinityAllows) {
  cpu_set_t before;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  const int all = usable_cores();
  EXPECT_GE(all, 1);
  EXPECT_LE(all, CPU_COUNT(&before));
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = 0; CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
  }
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(usable_cores(), 1);
  ASSERT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
}

}  // namespace
}  // namespace s3c::base
