// Which command may change a store, and that nothing that says --dry-run can.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "cli/commands/table.h"
#include "cli/options/command_line.h"
#include "cli/options/usage_error.h"
#include "tests/unit/cli/request.h"
#include "tests/unit/cli/temporary_file.h"

namespace s3c::cli {
namespace {

using ::testing::HasSubstr;
using testing::TemporaryFile;
using testing::Variables;
using testing::Words;

/// command with all that it needs.
Words whole(std::string_view command, const Words& more = {}) {
  Words words;
  std::istringstream parts{std::string(command)};
  for (std::string part; parts >> part;) words.push_back(part);
  const Command& meant = *find_command(commands(), command);
  for (const char* flag : {"bucket", "arch-bucket"}) {
    if (find_flag(meant.flags, flag) != nullptr) words.push_back("--" + std::string(flag) + "=" + flag);
  }
  if (!meant.operands.empty()) words.emplace_back("x.zip");
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

StoreAccess access_of(const Words& words, const Variables& variables = {}) {
  return parse_command_line(commands(), words, Environment(variables)).connection.access;
}

std::string refusal_of(const Words& words, const Variables& variables = {}) {
  try {
    parse_command_line(commands(), words, Environment(variables));
  } catch (const UsageError& error) {
    return error.message();
  }
  return "was accepted";
}

bool has_dry_run(std::string_view command) {
  return find_flag(find_command(commands(), command)->flags, kDryRun) != nullptr;
}

TEST(StoreAccessTest, CommandsThatOnlyReadCannotWrite) {
  for (const char* command : {"plan", "ls", "find", "cat", "verify"})
    EXPECT_EQ(access_of(whole(command)), StoreAccess::read_only) << command;
  EXPECT_EQ(access_of(whole("verify", {"--deep"})), StoreAccess::read_only);
  EXPECT_EQ(access_of(whole("verify", {"--deep", "--thaw"})), StoreAccess::read_write);
  EXPECT_EQ(access_of(whole("verify", {"--deep", "--thaw=no"})), StoreAccess::read_only);
  for (const char* command : {"archive", "restore", "catalog rebuild", "catalog forget", "gc", "check-store"})
    EXPECT_EQ(access_of(whole(command)), StoreAccess::read_write) << command;
}

TEST(StoreAccessTest, NoDryRunCanWriteWhoeverAsksForIt) {
  int tested = 0;
  for (const Command& command : commands()) {
    if (!has_dry_run(command.name)) continue;
    SCOPED_TRACE(command.name);
    ++tested;
    std::string name(command.name);
    std::replace(name.begin(), name.end(), ' ', '.');
    const TemporaryFile above("dry-run = true\n");
    const TemporaryFile section("[" + name + "]\ndry_run = \"yes\"\n");
    for (const Words& more :
         {Words{"--dry-run"}, Words{"--dry_run"}, Words{"--dry-run=1"}, Words{"--dry-run=false", "--dry-run"},
          Words{"--config", above.path()}, Words{"--config", section.path()}})
      EXPECT_EQ(access_of(whole(command.name, more)), StoreAccess::read_only) << more.back();
    EXPECT_EQ(access_of(whole(command.name), {{"S3COMPRESS_DRY_RUN", "on"}}), StoreAccess::read_only);
    EXPECT_EQ(access_of(whole(command.name, {"--config", above.path()}), {{"S3COMPRESS_DRY_RUN", ""}}),
              StoreAccess::read_only);
    EXPECT_EQ(access_of(whole(command.name, {"--dry-run=no"}), {{"S3COMPRESS_DRY_RUN", "1"}}),
              StoreAccess::read_write);
  }
  EXPECT_GE(tested, 3);
}

TEST(StoreAccessTest, WhatIsNeitherTrueNorFalseIsRefused) {
  for (const Command& command : commands()) {
    SCOPED_TRACE(command.name);
    const TemporaryFile file("dry-run = \"2\"\n");
    EXPECT_THAT(refusal_of(whole(command.name, {"--config", file.path()})), HasSubstr(":1:1: dry-run \"2\""));
    for (const char* value : {"maybe", "2", " ", "true false", "tru"}) {
      EXPECT_THAT(refusal_of(whole(command.name), {{"S3COMPRESS_DRY_RUN", value}}),
                  HasSubstr("S3COMPRESS_DRY_RUN"));
      if (!has_dry_run(command.name)) continue;
      EXPECT_THAT(refusal_of(whole(command.name, {std::string("--dry-run=") + value})),
                  HasSubstr("--dry-run"));
    }
  }
}

TEST(StoreAccessTest, ADryRunForAllCommandsStopsThoseThatHaveNone) {
  const Variables dry = {{"S3COMPRESS_DRY_RUN", "1"}};
  for (const Command& command : commands()) {
    SCOPED_TRACE(command.name);
    if (command.changes_store && !has_dry_run(command.name)) {
      EXPECT_THAT(refusal_of(whole(command.name), dry), HasSubstr("S3COMPRESS_DRY_RUN is on"));
    } else {
      EXPECT_EQ(access_of(whole(command.name), dry), StoreAccess::read_only);
    }
  }
  EXPECT_THAT(refusal_of(whole("verify", {"--deep", "--thaw"}), dry), HasSubstr("verify has no dry run"));
  const TemporaryFile file("dry-run = true\n");
  EXPECT_THAT(refusal_of(whole("catalog forget", {"--config", file.path()})),
              HasSubstr(":1:1: dry-run is on"));
  const TemporaryFile other("[gc]\ndry-run = true\n");
  EXPECT_EQ(access_of(whole("catalog forget", {"--config", other.path()})), StoreAccess::read_write);
  EXPECT_EQ(access_of(whole("catalog rebuild", {"--thaw", "--config", file.path()})), StoreAccess::read_only)
      << "it has a dry run";
}

TEST(StoreAccessTest, ASplitPlanWritesToItsPlaceAlone) {
  const auto connection_of = [](const std::string& out) {
    return parse_command_line(commands(), whole("plan", {"--split=3", "--out=" + out}),
                              Environment(Variables()))
        .connection;
  };
  for (const char* out : {"s3://lists/a/b/", "s3://lists/a/b"}) {
    const ConnectionOptions connection = connection_of(out);
    EXPECT_EQ(connection.access, StoreAccess::read_only);
    ASSERT_TRUE(connection.added_to);
    EXPECT_EQ(connection.added_to->bucket, "lists");
    EXPECT_EQ(connection.added_to->prefix, "a/b/");
  }
  EXPECT_FALSE(connection_of("a-directory").added_to);
  const auto without = parse_command_line(commands(), whole("plan"), Environment(Variables()));
  EXPECT_FALSE(without.connection.added_to);
  for (const char* out : {"--out=s3://lists/", "--out=a-directory"}) {
    EXPECT_THAT(refusal_of(whole("plan", {"--split=3", out}), {{"S3COMPRESS_DRY_RUN", "1"}}),
                HasSubstr("S3COMPRESS_DRY_RUN is on, but this would change something"));
  }
}

TEST(StoreAccessTest, ASplitIsRefusedWhereItCantBeRight) {
  EXPECT_THAT(refusal_of(whole("plan", {"--split=3"})), HasSubstr("--split needs --out"));
  EXPECT_THAT(refusal_of(whole("plan", {"--out=x"})), HasSubstr("--out needs --split"));
  EXPECT_THAT(refusal_of(whole("plan", {"--split=3", "--out=x"}), {{"S3COMPRESS_SHARD", "0/2"}}),
              HasSubstr("--split and S3COMPRESS_SHARD exclude each other"));
  for (const char* tasks : {"0", "10001", "x", "-1"}) {
    EXPECT_THAT(refusal_of(whole("plan", {std::string("--split=") + tasks, "--out=x"})),
                HasSubstr("--split"));
  }
  EXPECT_THAT(refusal_of(whole("plan", {"--split=3", "--out=s3://bucket/sources/x/"})),
              HasSubstr("--out s3://bucket/sources/x/ is inside sources/"));
}

}  // namespace
}  // namespace s3c::cli
