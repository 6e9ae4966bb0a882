// The file of --left-to: lines that --keys-from reads back, and errors that say which file.
#include "cli/output/left_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/commands/member_names.h"
#include "cli/options/usage_error.h"
#include "tests/unit/cli/temporary_file.h"

namespace s3c::cli {
namespace {

using archive::LeftReason;
using ::testing::HasSubstr;
using testing::TemporaryFile;

std::string text_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(LeftFileTest, OddKeysComeBackByKeysFrom) {
  const TemporaryFile file("of the night before\n");
  LeftFile left(file.path());
  EXPECT_EQ(text_in(file.path()), "") << "emptied first";
  const std::vector<std::string> keys = {"a", "b\nc\"", "\xff\xfe", "u\xe2\x80\xa8v", "base64:eA=="};
  for (const std::string& key : keys) left.write({key, LeftReason::changed, "why\n\xff"});
  const std::string text = text_in(file.path());  // before close(): a killed run has written it
  left.close();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5);
  EXPECT_EQ(text.find("\xe2\x80\xa8"), std::string::npos) << "some programs end lines there";
  EXPECT_EQ(keys_in(text, "f"), keys);
  const auto first = nlohmann::json::parse(text.substr(0, text.find('\n')));
  EXPECT_EQ(first["reason"], "changed");
  EXPECT_THAT(first["detail"].get<std::string>(), HasSubstr("why"));
}

std::string refusal_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const UsageError& error) {
    return error.message();
  }
  return "was accepted";
}

TEST(LeftFileTest, AFileThatCanNotBeWrittenIsRefusedAndNothingIsMade) {
  const TemporaryFile file("kept\n");
  const std::string folder = std::filesystem::temp_directory_path().string();
  const std::string pipe = file.path() + ".pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& name : {folder, folder + "/no-such-folder/left", file.path() + "/left"}) {
    EXPECT_THAT(refusal_of([&] { LeftFile left(name); }), HasSubstr("--left-to " + name)) << name;
    EXPECT_THAT(refusal_of([&] { expect_writable(kLeftTo, name); }), HasSubstr("--left-to " + name)) << name;
  }
  EXPECT_THAT(refusal_of([&] { LeftFile left(pipe); }), HasSubstr(pipe)) << "nobody reads it";
  std::filesystem::remove(pipe);
  expect_writable(kLeftTo, file.path());
  expect_writable(kLeftTo, file.path() + ".new");
  EXPECT_FALSE(std::filesystem::exists(file.path() + ".new"));
  EXPECT_EQ(text_in(file.path()), "kept\n") << "a dry run changes nothing";
}

TEST(LeftFileTest, AFullDiskIsNamed) {
  LeftFile left("/dev/full");
  try {
    left.write({"a", LeftReason::changed, ""});
    ADD_FAILURE() << "was written";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::transient);
    EXPECT_THAT(error.what(), HasSubstr("/dev/full"));
    EXPECT_THAT(error.what(), HasSubstr("nothing more was deleted"));
  }
}

}  // namespace
}  // namespace s3c::cli
