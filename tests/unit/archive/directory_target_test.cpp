// Files that come out of archives: below the directory and nowhere else, whole or not at all, over nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <sys/resource.h>

#include "archive/restore_target.h"
#include "base/error.h"
#include "base/hash.h"
#include "zip/entry_name.h"

namespace s3c::archive {
namespace {

namespace fs = std::filesystem;
using base::ErrorKind;

index::Row row_of(const std::string& key, const std::string& body, const std::string& entry_name = "") {
  index::Row row;
  row.key = key;
  row.entry_name = entry_name;
  row.size_bytes = body.size();
  row.crc32 = base::crc32(body);
  row.last_modified = *base::parse_iso8601("2018-04-01T12:30:45.250Z");
  return row;
}

class DirectoryTargetTest : public ::testing::Test {
 protected:
  DirectoryTargetTest() {
    std::string name = (fs::temp_directory_path() / "s3c-target-XXXXXX").string();
    base_ = ::mkdtemp(name.data());
    directory_ = base_ / "out";
    outside_ = base_ / "outside";
    fs::create_directory(outside_);
  }
  ~DirectoryTargetTest() override { fs::remove_all(base_); }

  std::unique_ptr<RestoreTarget> target(bool overwrite = false) {
    return make_directory_target(directory_.string(), overwrite);
  }
  Landing write(const std::string& key, const std::string& body, bool overwrite = false) {
    return target(overwrite)->write(row_of(key, body), body);
  }
  static std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  /// Everything below the base that is no folder.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(base_))
      if (!entry.is_directory()) names.push_back(fs::relative(entry.path(), base_).string());
    std::sort(names.begin(), names.end());
    return names;
  }
  template <typename Work>
  static std::optional<ErrorKind> kind_of(Work work) {
    try {
      work();
      return std::nullopt;
    } catch (const base::Error& error) {
      return error.kind();
    }
  }

  fs::path base_, directory_, outside_;
};

TEST_F(DirectoryTargetTest, WritesWholeFilesWithTheirTime) {
  EXPECT_EQ(write("a/b/c.xml", "<c/>"), Landing::written);
  EXPECT_EQ(write("empty", ""), Landing::written);
  EXPECT_EQ(content(directory_ / "a/b/c.xml"), "<c/>");
  struct stat status = {};
  ASSERT_EQ(::stat((directory_ / "a/b/c.xml").c_str(), &status), 0);
  EXPECT_EQ(status.st_mtim.tv_sec, 1522585845);
  EXPECT_EQ(status.st_mtim.tv_nsec, 250'000'000);
  EXPECT_THAT(files(), ::testing::ElementsAre("out/a/b/c.xml", "out/empty"));
}

TEST_F(DirectoryTargetTest, NothingThatIsThereIsOverwritten) {
  write("a", "first");
  EXPECT_EQ(write("a", "second"), Landing::exists);
  EXPECT_EQ(write("a", "first"), Landing::equal);
  EXPECT_EQ(content(directory_ / "a"), "first");
  const auto target_now = target();
  EXPECT_EQ(target_now->look(row_of("a", "first")), Landing::equal);
  EXPECT_EQ(target_now->look(row_of("a", "fir5t")), Landing::exists) << "the same size, other bytes";
  EXPECT_EQ(target_now->look(row_of("b/c", "x")), std::nullopt);
  EXPECT_THAT(files(), ::testing::ElementsAre("out/a"));
}

TEST_F(DirectoryTargetTest, OverwritesWhenAsked) {
  write("a", "first");
  EXPECT_EQ(target(true)->look(row_of("a", "second")), std::nullopt);
  EXPECT_EQ(write("a", "second", true), Landing::written);
  EXPECT_EQ(content(directory_ / "a"), "second");
  fs::create_directory(directory_ / "folder");
  EXPECT_EQ(write("folder", "x", true), Landing::exists) << "a folder is never replaced";
  fs::create_symlink(outside_ / "secret", directory_ / "link");
  EXPECT_EQ(write("link", "x", true), Landing::exists);
  EXPECT_THAT(files(), ::testing::ElementsAre("out/a", "out/link"));
}

TEST_F(DirectoryTargetTest, KeysCanNotLeaveTheDirectory) {
  const std::string nul("a\0b", 3);
  for (const std::string& key :
       {std::string("../x"), std::string("/etc/x"), std::string("a/../../x"), std::string("a//b"),
        std::string("."), std::string(""), std::string("a/"), nul}) {
    // What the program itself gives such a key is a safe name; a row that has none lies.
    EXPECT_EQ(kind_of([&] { write(key, "x"); }), ErrorKind::invalid_argument) << key;
    EXPECT_EQ(kind_of([&] { target()->look(row_of(key, "x")); }), ErrorKind::invalid_argument) << key;
    if (key.empty()) continue;
    EXPECT_EQ(target()->write(row_of(key, "x", zip::safe_entry_name(key)), "x"), Landing::written) << key;
  }
  for (const std::string& name : files()) EXPECT_TRUE(name.starts_with("out/s3compress-key/")) << name;
}

TEST_F(DirectoryTargetTest, AnEntryNameThatIsNotTheKeysIsRefused) {
  for (const char* name : {"../x", "other", "s3compress-key/=other", "s3compress-key/nonsense"}) {
    const auto kind = kind_of([&] { target()->write(row_of("key", "x", name), "x"); });
    EXPECT_TRUE(kind == ErrorKind::invalid_argument || kind == ErrorKind::corrupt) << name;
  }
  EXPECT_TRUE(files().empty());
}

TEST_F(DirectoryTargetTest, SymbolicLinksAreNotFollowed) {
  target();
  fs::create_directory_symlink(outside_, directory_ / "link");
  fs::create_symlink(outside_ / "new", directory_ / "file");
  EXPECT_NE(kind_of([&] { write("link/x", "x"); }), std::nullopt);
  EXPECT_EQ(write("file", "x"), Landing::exists);
  EXPECT_TRUE(fs::is_empty(outside_));
}

TEST_F(DirectoryTargetTest, AFileWhereAFolderIsNeededIsAnError) {
  write("a", "x");
  EXPECT_EQ(kind_of([&] { write("a/b", "y"); }), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of([&] { write(std::string(300, 'n'), "y"); }), ErrorKind::invalid_argument);
  EXPECT_THAT(files(), ::testing::ElementsAre("out/a"));
}

TEST_F(DirectoryTargetTest, WhatBreaksOffLeavesNothing) {
  const auto all = target();
  EXPECT_THROW(all->write_streamed(row_of("a", "whole"),
                                   [](const RestoreTarget::Sink& sink) {
                                     sink("who");
                                     throw base::Error(ErrorKind::corrupt, "the rest is damaged");
                                   }),
               base::Error);
  EXPECT_TRUE(files().empty());
}

TEST_F(DirectoryTargetTest, AFullDiskIsToldAndLeavesNothing) {
  const auto all = target();
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before = {};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{.rlim_cur = 1000, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto kind = kind_of([&] { all->write(row_of("a", std::string(5000, 'x')), std::string(5000, 'x')); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(kind, ErrorKind::transient);
  EXPECT_TRUE(files().empty());
}

TEST_F(DirectoryTargetTest, SomebodyWhoIsFasterKeepsTheName) {
  const auto all = target();
  const index::Row row = row_of("a", "ours");
  ASSERT_EQ(all->look(row), std::nullopt);
  EXPECT_EQ(all->write_streamed(row,
                                [&](const RestoreTarget::Sink& sink) {
                                  std::ofstream(directory_ / "a") << "theirs";
                                  sink("ours");
                                }),
            Landing::exists);
  EXPECT_EQ(content(directory_ / "a"), "theirs");
  EXPECT_THAT(files(), ::testing::ElementsAre("out/a"));
}

TEST_F(DirectoryTargetTest, ADirectoryThatCanNotBeIsAnError) {
  std::ofstream(base_ / "file") << "x";
  EXPECT_NE(kind_of([&] { make_directory_target((base_ / "file").string(), false); }), std::nullopt);
}

}  // namespace
}  // namespace s3c::archive
