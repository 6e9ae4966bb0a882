#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/request.h"
#include "tests/unit/cli/temporary_file.h"

namespace s3c::cli {
namespace {

using ::testing::HasSubstr;
using testing::request_of;
using testing::TemporaryFile;
using testing::Words;

TEST(CatalogForgetCommand, ForgetTakesNoScope) {
  for (const char* flag : {"--bucket=other", "--years=2019", "--from=2018-01-01", "--until=2018-01-01"}) {
    EXPECT_THROW(request_of({"catalog", "forget", "--arch-bucket", "a", flag, "b/20180401.zip"}), UsageError)
        << flag;
  }
  EXPECT_NO_THROW(request_of({"catalog", "forget", "--arch-bucket", "a", "b/20180401.zip"}));
}

TEST(CatalogCommands, HaveTwoWordsAndForgetNeedsVolumes) {
  const auto message = [](const Words& words) {
    try {
      request_of(words);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string("was accepted");
  };
  const Words buckets = {"--arch-bucket", "a", "--bucket", "b"};
  EXPECT_THAT(message({"catalog", "--arch-bucket", "a"}),
              HasSubstr("catalog needs the word rebuild or forget"));
  EXPECT_THAT(message({"catalog", "x", "--arch-bucket", "a"}), HasSubstr("needs the word rebuild or forget"));
  EXPECT_THAT(message({"rebuild"}), HasSubstr("unknown command \"rebuild\""));
  EXPECT_THAT(message({"catalog rebuild", "x"}), HasSubstr("unknown command \"catalog rebuild\""));
  EXPECT_THAT(message({"catalog", "forget", "--arch-bucket", "a"}),
              HasSubstr("catalog forget needs the keys of volumes"));
  EXPECT_NO_THROW(
      request_of({"catalog", "rebuild", "--arch-bucket", "a", "--bucket", "b", "--years", "2018"}));
  EXPECT_THAT(message({"catalog", "rebuild", "--arch-bucket", "a", "--years", "2018"}),
              HasSubstr("--bucket is missing"));
  EXPECT_EQ(request_of({"catalog", "--arch-bucket", "a", "--bucket=b", "rebuild", "v"}).command,
            "catalog rebuild");
  EXPECT_EQ(request_of({"--arch-bucket", "a", "catalog", "--yes", "forget", "v"}).command, "catalog forget");
}

TEST(CatalogCommands, ASectionOfTheirFirstWordIsForBoth) {
  const TemporaryFile file("[catalog]\nmemory = '64MiB'\nyes = true\n[catalog.rebuild]\nbucket = 'b'\n");
  for (const char* word : {"rebuild", "forget"}) {
    EXPECT_NO_THROW(request_of({"catalog", word, "--arch-bucket", "a", "--config", file.path(), "v"}))
        << word;
  }
  const TemporaryFile unknown("[catalog.rebuild]\nyes = true\n");
  EXPECT_THROW(request_of({"catalog", "forget", "--arch-bucket", "a", "--config", unknown.path(), "v"}),
               UsageError);
}

}  // namespace
}  // namespace s3c::cli
