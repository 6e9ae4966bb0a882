#include "base/plain_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace s3c::base {
namespace {

TEST(PlainFile, PipesDevicesAndDirectoriesAreNone) {
  const std::string folder =
      std::filesystem::temp_directory_path() / ("s3compress-plain-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  const std::string pipe = folder + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(why_no_plain_file(pipe), "it is a pipe, not a file");
  EXPECT_EQ(why_no_plain_file(folder), "it is a directory, not a file");
  EXPECT_EQ(why_no_plain_file("/dev/zero"), "it is a device, not a file");
  EXPECT_EQ(why_no_plain_file("/dev/null"), std::nullopt) << "AWS_CONFIG_FILE=/dev/null is usual";
  EXPECT_EQ(why_no_plain_file("/proc/self/exe"), std::nullopt);
  EXPECT_EQ(why_no_plain_file(folder + "/none"), std::nullopt);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace s3c::base
