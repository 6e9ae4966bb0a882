// No file is written over that the run reads, or that another flag writes.
#include "cli/options/own_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/options/watch_flags.h"
#include "tests/unit/cli/request.h"

namespace s3c::cli {
namespace {

namespace fs = std::filesystem;

using testing::archive_request;
using ::testing::HasSubstr;
using testing::refusal_of_archive;
using testing::Variables;
using testing::Words;

class OwnFiles : public ::testing::Test {
 protected:
  OwnFiles() {
    std::string name = (fs::temp_directory_path() / "s3c-own-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    for (const char* input : {"rows", "config.toml", "bundle", "prices"}) write(input, "# of the user\n");
    fs::create_symlink(folder_ / "rows", folder_ / "link");
    fs::create_hard_link(folder_ / "rows", folder_ / "hard");
    fs::create_directory_symlink(folder_, folder_ / "again");
    fs::create_symlink(folder_ / "new", folder_ / "to-new");
  }
  ~OwnFiles() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  std::string text_of(const std::string& name) const {
    std::ifstream file(folder_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string refusal(const Words& words, const Variables& variables = {}) const {
    return refusal_of_archive(words, variables).message();
  }

  fs::path folder_;
};

TEST_F(OwnFiles, AFileThatIsReadIsNotWritten) {
  for (const char* output : {"--events", "--left-to", "--metrics-file"}) {
    for (const char* name : {"rows", "link", "hard", "again/rows", "./rows"}) {
      EXPECT_THAT(refusal({output, at(name), "--manifest", at("rows")}),
                  HasSubstr("would write over the file that --manifest reads"))
          << output << " " << name;
    }
    EXPECT_THAT(refusal({output, at("config.toml"), "--config", at("config.toml")}),
                HasSubstr("that --config reads"));
    EXPECT_THAT(refusal({output, at("bundle"), "--ca-bundle", at("bundle")}),
                HasSubstr("that --ca-bundle reads"));
    EXPECT_THAT(refusal({output, at("bundle")}, {{"AWS_CA_BUNDLE", at("bundle")}}),
                HasSubstr("AWS_CA_BUNDLE reads"));
    EXPECT_THAT(refusal({output, at("rows"), "--manifest", at("bundle"), "--manifest", at("link")}),
                HasSubstr("that --manifest reads"));
    EXPECT_THAT(refusal({output, at("config.toml")}, {{"S3COMPRESS_CONFIG", at("config.toml")}}),
                HasSubstr("that --config reads"));
    write("credentials", "[default]\n");
    EXPECT_THAT(refusal({output, at("credentials")}, {{"AWS_SHARED_CREDENTIALS_FILE", at("credentials")}}),
                HasSubstr("that AWS_SHARED_CREDENTIALS_FILE reads"));
    EXPECT_NO_THROW(archive_request({output, at("new"), "--manifest", at("rows")}));
  }
  EXPECT_EQ(text_of("rows"), "# of the user\n");
  EXPECT_EQ(text_of("config.toml"), "# of the user\n");
  EXPECT_NO_THROW(archive_request({"--events", "/dev/null", "--manifest", "/dev/null"}));
}

TEST_F(OwnFiles, EachFileHasOneWriter) {
  for (const auto& [one, other] :
       {std::pair{"new", "new"}, std::pair{"new", "./new"}, std::pair{"new", "again/new"},
        std::pair{"to-new", "new"}, std::pair{"rows", "hard"}, std::pair{"rows", "link"}}) {
    EXPECT_THAT(refusal({"--events", at(one), "--left-to", at(other)}),
                HasSubstr("--events and --left-to name the same file"))
        << one << " " << other;
    EXPECT_THAT(refusal({"--metrics-file", at(one), "--left-to", at(other)}),
                HasSubstr("name the same file"));
    EXPECT_THAT(refusal({"--metrics-file", at(one), "--events", at(other)}), HasSubstr("name the same file"));
  }
  EXPECT_NO_THROW(archive_request({"--events", at("a"), "--left-to", at("b"), "--metrics-file", at("c")}));
}

TEST_F(OwnFiles, StandardOutputHasOneName) {
  const int kept = ::dup(STDOUT_FILENO);
  std::fflush(stdout);
  ASSERT_NE(::freopen(at("output").c_str(), "w", stdout), nullptr);
  const UsageError events = refusal_of_archive({"--events", "/dev/stdout"});
  const UsageError by_name = refusal_of_archive({"--events", at("output")});
  const UsageError left = refusal_of_archive({"--left-to", "/dev/fd/1"});
  std::fflush(stdout);
  ::dup2(kept, STDOUT_FILENO);
  ::close(kept);
  EXPECT_THAT(events.message(), HasSubstr("--events /dev/stdout is standard output"));
  EXPECT_THAT(events.hint(), HasSubstr("--events -"));
  EXPECT_THAT(by_name.message(), HasSubstr("is standard output"));
  EXPECT_THAT(left.message(), HasSubstr("--left-to /dev/fd/1 is standard output"));
}

/// A new flag that takes a file must be known here, or its file is written over.
TEST_F(OwnFiles, EveryFlagThatTakesAFileIsKnown) {
  int seen = 0;
  for (const Command& command : commands()) {
    for (const Flag& flag : command.flags) {
      if (flag.value != "FILE") continue;
      ++seen;
      const std::string name = "--" + std::string(flag.name);
      const bool writes = name == "--events" || name == "--left-to" || name == "--metrics-file";
      const bool has_other = find_flag(command.flags, "events") != nullptr;
      if (!writes && !has_other) continue;  // the command writes no file
      const Settings settings = {
          {std::string(flag.name), Setting{{at("rows")}, Source::command_line, name}},
          {writes ? "config" : "events", Setting{{at("hard")}, Source::command_line, "other"}},
      };
      EXPECT_THROW(expect_own_files(Reader(command, {}, settings)), UsageError)
          << command.name << " " << name;
    }
  }
  EXPECT_GT(seen, 20);
}

TEST_F(OwnFiles, AGatewaysPortIsAPort) {
  for (const char* url :
       {"http://127.0.0.1:abc", "http://127.0.0.1:99999", "http://127.0.0.1:0",
        "http://[::1]:", "http://[::1]x", "https://gateway:-1", "https://user:word@gateway:port/path",
        "http://localhost:90 91", "https://gateway:"})
    EXPECT_THAT(refusal({"--metrics-push", url}), HasSubstr("--metrics-push takes https://HOST")) << url;
  for (const char* url : {"http://127.0.0.1:9091", "http://[::1]:9091", "http://[::1]", "https://gateway",
                          "https://user:word@gateway:65535/path", "http://localhost:1/"})
    EXPECT_NO_THROW(archive_request({"--metrics-push", url})) << url;
}

}  // namespace
}  // namespace s3c::cli
