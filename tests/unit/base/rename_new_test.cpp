#include "base/rename_new.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

namespace s3c::base {
namespace {

TEST(RenameToNew, ReplacesNothing) {
  std::string folder = std::filesystem::temp_directory_path() / "s3c-rename-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const auto put = [&](const char* name, const char* text) { std::ofstream(folder + name) << text; };
  const auto text_of = [&](const char* name) {
    std::string text;
    std::ifstream(folder + name) >> text;
    return text;
  };
  put("/a", "first");
  EXPECT_EQ(rename_to_new(AT_FDCWD, folder + "/a", AT_FDCWD, folder + "/b"), 0);
  EXPECT_EQ(text_of("/b"), "first");
  put("/a", "second");
  EXPECT_EQ(rename_to_new(AT_FDCWD, folder + "/a", AT_FDCWD, folder + "/b"), -1);
  EXPECT_EQ(errno, EEXIST);
  EXPECT_EQ(text_of("/b"), "first");
  EXPECT_EQ(text_of("/a"), "second");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace s3c::base
