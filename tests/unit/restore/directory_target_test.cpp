// What restoring to a directory does, in real directories: nothing outside the directory is touched whatever
// a row or a planted link says, and nothing there is replaced unless that was asked for.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <vector>

#include "directory_target_fixture.h"
#include "restore/restore_tally.h"
#include "zip/entry_name.h"

namespace s3c::restore {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorKind;
using support::error_kind;
using testing::contents;
using testing::DirectoryTargetTest;
using testing::error_of;
using ::testing::HasSubstr;
using testing::put;
using testing::row_of_file;

TEST_F(DirectoryTargetTest, AFileIsWrittenWithItsTimeAndFoundAgain) {
  root_ = top_ / "new" / "root";
  const index::Row row = row_of_file("a/b/c.xml", "<c/>");
  EXPECT_EQ(restore(row, "<c/>"), Landing::written);
  EXPECT_EQ(contents(root_ / "a/b/c.xml"), "<c/>");
  struct stat status {};
  ASSERT_EQ(::stat((root_ / "a/b/c.xml").c_str(), &status), 0);
  EXPECT_EQ(base::Timestamp(std::chrono::seconds(status.st_mtim.tv_sec) +
                            std::chrono::milliseconds(status.st_mtim.tv_nsec / 1'000'000)),
            row.last_modified);
  EXPECT_EQ(status.st_nlink, 1u);
  EXPECT_EQ(target()->look(row).landing, Landing::equal);
  EXPECT_EQ(target(true)->look(row).landing, Landing::equal);
  EXPECT_EQ(names(),
            (std::set<std::string>{"new", "new/root", "new/root/a", "new/root/a/b", "new/root/a/b/c.xml"}));
  EXPECT_EQ(target()->name_of(row), (root_ / "a/b/c.xml").string());
}

TEST_F(DirectoryTargetTest, TimesBefore1970AreKept) {
  index::Row row = row_of_file("old", "");
  row.last_modified = *base::parse_iso8601("1969-12-31T23:59:58.250Z");
  EXPECT_EQ(restore(row, ""), Landing::written);
  struct stat status {};
  ASSERT_EQ(::stat((root_ / "old").c_str(), &status), 0);
  EXPECT_EQ(status.st_mtim.tv_sec, -2);
  EXPECT_EQ(status.st_mtim.tv_nsec, 250'000'000);
}

TEST_F(DirectoryTargetTest, AFileWithoutBytesIsAFile) {
  EXPECT_EQ(restore(row_of_file("empty", ""), ""), Landing::written);
  EXPECT_TRUE(fs::is_regular_file(root_ / "empty"));
  EXPECT_EQ(restore(row_of_file("empty", ""), ""), Landing::equal);
  EXPECT_EQ(target()->write(row_of_file("empty", ""), ""), Landing::equal);
}

TEST_F(DirectoryTargetTest, TheRootMayBeALinkForTheUserNamedIt) {
  fs::create_directories(top_ / "elsewhere");
  fs::create_directory_symlink(top_ / "elsewhere", root_);
  EXPECT_EQ(restore(row_of_file("a", "x"), "x"), Landing::written);
  EXPECT_EQ(contents(top_ / "elsewhere/a"), "x");
}

TEST_F(DirectoryTargetTest, ARootThatCantBeIsRefused) {
  put(top_ / "file", "");
  EXPECT_EQ(error_kind([&] { make_directory_target((top_ / "file").string(), false); }),
            ErrorKind::invalid_argument);
  EXPECT_EQ(error_kind([&] { make_directory_target((top_ / "file/below").string(), false); }),
            ErrorKind::invalid_argument);
  EXPECT_EQ(error_kind([&] { make_directory_target("", false); }), ErrorKind::invalid_argument);
}

TEST_F(DirectoryTargetTest, ARootWhoseLinkLeadsNowhereIsRefusedAsOthersAre) {
  fs::create_directory_symlink("nowhere", root_);
  for (const fs::path& directory : {root_, root_ / "below"}) {
    const auto to = make_directory_target(directory.string(), false);
    for (const RestoreTarget::Trial trial : {RestoreTarget::Trial::look, RestoreTarget::Trial::write}) {
      const Error error = error_of([&] { to->expect_usable(trial); });
      EXPECT_EQ(error.kind(), ErrorKind::invalid_argument) << directory;
      EXPECT_THAT(error.what(), HasSubstr("a symbolic link that leads nowhere"));
    }
    EXPECT_EQ(error_kind([&] { to->write(row_of_file("a", "x"), "x"); }), ErrorKind::invalid_argument);
  }
  EXPECT_FALSE(fs::exists(top_ / "nowhere"));
}

TEST_F(DirectoryTargetTest, ADryRunMakesNothingAndARunTriesToWrite) {
  const std::string deep = (top_ / "new/deeper").string();
  const auto to = make_directory_target(deep, false);
  to->expect_usable(RestoreTarget::Trial::look);
  EXPECT_EQ(to->look(row_of_file("a", "x")).landing, std::nullopt);
  EXPECT_FALSE(fs::exists(top_ / "new"));
  to->expect_usable(RestoreTarget::Trial::write);
  EXPECT_TRUE(fs::is_empty(deep)) << "nothing is left of the trial";
  const auto nowhere = make_directory_target("/proc/s3compress-none", false);
  for (const RestoreTarget::Trial trial : {RestoreTarget::Trial::look, RestoreTarget::Trial::write}) {
    try {
      nowhere->expect_usable(trial);
      ADD_FAILURE() << "counts as usable, or was made";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr("can't be made there"));
    }
  }
}

TEST_F(DirectoryTargetTest, NoHostileRowIsWrittenOrLookedAt) {
  using std::string_literals::operator""s;
  const std::string absolute = (top_ / "absolute").string();
  for (const bool overwrite : {false, true}) {
    const auto to = target(overwrite);
    for (const std::string& key :
         {"../x"s,   ".."s,       "."s,    "./x"s,    "a/../../x"s, "a/.."s,       "a/./x"s,
          "/etc/x"s, absolute,    ""s,     "/"s,      "a//x"s,      "a/"s,         "a\0x"s,
          "\0"s,     "a\\..\\x"s, "a\nx"s, "a\x1bx"s, "a\x7fx"s,    "a\xc2\x9bx"s, "a\xffx"s}) {
      const index::Row row = row_of_file(key, "x");
      EXPECT_EQ(error_kind([&] { to->look(row); }), ErrorKind::invalid_argument) << key;
      EXPECT_EQ(error_kind([&] { to->write(row, "x"); }), ErrorKind::invalid_argument) << key;
      // The same as the entry name of a harmless key.
      if (key.empty()) continue;
      index::Row lying = row_of_file("harmless", "x");
      lying.entry_name = key;
      EXPECT_EQ(error_kind([&] { to->look(lying); }), ErrorKind::invalid_argument) << key;
      EXPECT_EQ(error_kind([&] { to->write(lying, "x"); }), ErrorKind::invalid_argument) << key;
      EXPECT_NE(to->name_of(lying), "");
    }
  }
  EXPECT_EQ(names(), std::set<std::string>{}) << "not even the directory was made";
}

TEST_F(DirectoryTargetTest, ARowWhoseEntryNameIsNotItsKeysIsRefused) {
  const auto to = target();
  for (const std::string& name : {std::string("other"), std::string("s3compress-key/=other"),
                                  std::string("s3compress-key/=%41"), std::string("s3compress-key/a")}) {
    index::Row row = row_of_file("a", "x");
    row.entry_name = name;
    EXPECT_EQ(error_kind([&] { to->look(row); }), ErrorKind::corrupt) << name;
    EXPECT_EQ(error_kind([&] { to->write(row, "x"); }), ErrorKind::corrupt) << name;
  }
  // A key that looks like a safe name has one of its own.
  EXPECT_EQ(error_kind([&] { to->write(row_of_file("s3compress-key/=x", "x"), "x"); }), ErrorKind::corrupt);
  EXPECT_EQ(names(), std::set<std::string>{});
}

TEST_F(DirectoryTargetTest, KeysThatAreNoPathsLandUnderTheirSafeNames) {
  for (const std::string& key :
       {std::string("../x"), std::string("/etc/x"), std::string("dir/"), std::string("a\0b", 3)}) {
    index::Row row = row_of_file(key, "x");
    row.entry_name = zip::safe_entry_name(key);
    EXPECT_EQ(restore(row, "x"), Landing::written) << row.entry_name;
    EXPECT_EQ(contents(root_ / row.entry_name), "x");
    EXPECT_TRUE(row.entry_name.starts_with("s3compress-key/"));
  }
}

TEST_F(DirectoryTargetTest, CaseTwinsAreTwoFiles) {
  // As the namer of one volume has named them, for file systems where the names would be one.
  zip::EntryNamer namer;
  for (const std::string key : {"Readme", "readme", "README"}) {
    index::Row row = row_of_file(key, key);
    row.entry_name = namer.assign(key);
    EXPECT_EQ(restore(row, key), Landing::written);
  }
  EXPECT_EQ(contents(root_ / "Readme"), "Readme");
  EXPECT_EQ(contents(root_ / "s3compress-key/=readme"), "readme");
  EXPECT_EQ(contents(root_ / zip::safe_entry_name("README")), "README");
}

TEST_F(DirectoryTargetTest, NoPlantedDirectoryLinkIsFollowed) {
  fs::create_directories(top_ / "outside");
  fs::create_directories(root_ / "a");
  fs::create_directory_symlink(top_ / "outside", root_ / "link");
  fs::create_directory_symlink("../../outside", root_ / "a/link");
  fs::create_directory_symlink("nowhere", root_ / "dangling");
  for (const bool overwrite : {false, true}) {
    const auto to = target(overwrite);
    for (const std::string key : {"link/x", "a/link/x", "a/link/deeper/x", "dangling/x"}) {
      const index::Row row = row_of_file(key, "x");
      EXPECT_EQ(error_kind([&] { to->look(row); }), ErrorKind::invalid_argument) << key;
      const Error error = error_of([&] { to->write(row, "x"); });
      EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
      EXPECT_THAT(error.what(), HasSubstr("symbolic link"));
      EXPECT_THAT(error.what(), HasSubstr(root_.string()));
    }
  }
  EXPECT_TRUE(fs::is_empty(top_ / "outside"));
  EXPECT_FALSE(fs::exists(root_ / "nowhere"));
}

TEST_F(DirectoryTargetTest, NoPlantedFileLinkIsFollowedOrReplaced) {
  put(top_ / "outside", "x");
  const index::Row row = row_of_file("link", "x");
  fs::create_directories(root_);
  for (const std::string to : {"../outside", "../nowhere"}) {
    fs::create_symlink(to, root_ / "link");
    for (const bool overwrite : {false, true}) {
      for (const Error& error : {error_of([&] { target(overwrite)->look(row); }),
                                 error_of([&] { target(overwrite)->write(row, "x"); })}) {
        EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
        EXPECT_THAT(error.what(),
                    HasSubstr("a symbolic link is where the file is needed, and only files are ever"));
        EXPECT_TRUE(is_refused_by_target(error)) << "counts as a place that can't hold the file";
      }
    }
    EXPECT_TRUE(fs::is_symlink(root_ / "link"));
    fs::remove(root_ / "link");
  }
  EXPECT_EQ(contents(top_ / "outside"), "x");
  EXPECT_EQ(names(), (std::set<std::string>{"outside", "root"}));
}

TEST_F(DirectoryTargetTest, ALinkPlantedWhileBytesComeIsNotFollowed) {
  fs::create_directories(top_ / "outside");
  const index::Row row = row_of_file("a/b/x", "x");
  const auto to = target();
  EXPECT_EQ(to->write_streamed(row,
                               [&](const RestoreTarget::Sink& sink) {
                                 fs::rename(root_ / "a", top_ / "moved");
                                 fs::create_directories(top_ / "outside/b");
                                 fs::create_directory_symlink(top_ / "outside", root_ / "a");
                                 sink("x");
                               }),
            Landing::written);
  // In the directory it was begun in, wherever that is now.
  EXPECT_EQ(contents(top_ / "moved/b/x"), "x");
  EXPECT_TRUE(fs::is_empty(top_ / "outside/b"));
  EXPECT_EQ(error_kind([&] { to->write(row, "x"); }), ErrorKind::invalid_argument);
}

TEST_F(DirectoryTargetTest, AnotherFileStays) {
  put(root_ / "longer", "longer than ours");
  put(root_ / "a", "diff");
  fs::create_directories(root_ / "directory");
  ASSERT_EQ(::mkfifo((root_ / "pipe").c_str(), 0666), 0);
  for (const std::string key : {"longer", "a"}) {
    EXPECT_EQ(target()->look(row_of_file(key, "ours")).landing, Landing::exists) << key;
    EXPECT_EQ(target()->write(row_of_file(key, "ours"), "ours"), Landing::exists) << key;
  }
  EXPECT_EQ(contents(root_ / "longer"), "longer than ours");
  EXPECT_EQ(contents(root_ / "a"), "diff");
  EXPECT_EQ(names(), (std::set<std::string>{"root", "root/longer", "root/a", "root/directory", "root/pipe"}));
  // Nor is anything but a file ever replaced.
  for (const bool overwrite : {false, true}) {
    const index::Row pipe = row_of_file("pipe", "ours");
    EXPECT_THAT(error_of([&] { target(overwrite)->look(pipe); }).what(),
                HasSubstr("a pipe is where the file"));
    EXPECT_THAT(error_of([&] { target(overwrite)->write(pipe, "ours"); }).what(),
                HasSubstr("a pipe is where"));
  }
  EXPECT_TRUE(fs::is_fifo(root_ / "pipe"));
  for (const bool overwrite : {false, true}) {
    EXPECT_EQ(restore(row_of_file("directory", "ours"), "ours", overwrite),
              overwrite ? Landing::equal : Landing::written);
    EXPECT_TRUE(fs::is_directory(root_ / "directory"));
    EXPECT_EQ(contents(root_ / "s3compress-key/=directory"), "ours");
  }
}

TEST_F(DirectoryTargetTest, AFileAndADirectoryOfOneNameAreTwoFiles) {
  // As two volumes hold them: neither has a safe name inside its own volume.
  const std::vector<std::string> keys = {"a", "a/b", "a/b/c"};
  std::vector<std::string> order = keys;
  do {
    fs::remove_all(root_);
    for (const std::string& key : order)
      EXPECT_EQ(restore(row_of_file(key, key), key), Landing::written) << key;
    EXPECT_EQ(contents(root_ / (order[0] == "a/b/c" ? "a/b/c" : order[0])), order[0])
        << "the first keeps its name";
    std::multiset<std::string> bodies;
    for (const auto& entry : fs::recursive_directory_iterator(root_)) {
      if (entry.is_regular_file()) bodies.insert(contents(entry.path()));
    }
    EXPECT_EQ(bodies, (std::multiset<std::string>(keys.begin(), keys.end())));
    for (const std::string& key : keys)
      EXPECT_EQ(target()->look(row_of_file(key, key)).landing, Landing::equal) << key;
    const std::set<std::string> before = names();
    for (const std::string& key : keys)
      EXPECT_EQ(target(true)->write(row_of_file(key, key), key), Landing::written) << key;
    EXPECT_EQ(names(), before) << "each goes where it was";
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(DirectoryTargetTest, ADirectoryThatAppearsWhileBytesComeDoesNotHideTheFile) {
  const auto to = target();
  int times = 0;
  EXPECT_EQ(to->write_streamed(row_of_file("a", "x"),
                               [&](const RestoreTarget::Sink& sink) {
                                 sink("x");
                                 if (++times == 1) fs::create_directories(root_ / "a");
                               }),
            Landing::written);
  EXPECT_EQ(times, 2);
  EXPECT_EQ(contents(root_ / "s3compress-key/=a"), "x");
  EXPECT_TRUE(fs::is_directory(root_ / "a"));
}

TEST_F(DirectoryTargetTest, AnotherFileIsReplacedWhereThatWasAskedFor) {
  put(root_ / "longer", "longer than ours");
  put(root_ / "a", "diff");
  for (const std::string key : {"longer", "a"}) {
    EXPECT_EQ(target(true)->look(row_of_file(key, "ours")).landing, std::nullopt);
    EXPECT_EQ(target(true)->write(row_of_file(key, "ours"), "ours"), Landing::written);
    EXPECT_EQ(contents(root_ / key), "ours");
  }
  EXPECT_EQ(names(), (std::set<std::string>{"root", "root/longer", "root/a"}));
}

TEST_F(DirectoryTargetTest, AFileThatAppearsAfterTheLookStays) {
  const std::string ours(200'000, 'o');
  std::string diff = ours;
  diff.back() = 'd';
  for (const std::string& there : {ours, diff, std::string("shorter")}) {
    const auto to = target();
    const index::Row row = row_of_file("a/x", ours);
    ASSERT_EQ(to->look(row).landing, std::nullopt);
    EXPECT_EQ(to->write_streamed(row,
                                 [&](const RestoreTarget::Sink& sink) {
                                   sink(ours);
                                   put(root_ / "a/x", there);
                                 }),
              there == ours ? Landing::equal : Landing::exists);
    EXPECT_EQ(contents(root_ / "a/x"), there);
    fs::remove(root_ / "a/x");
    EXPECT_EQ(names(), (std::set<std::string>{"root", "root/a"}));
  }
}

/// A dry run tells it before the directory is there.
TEST_F(DirectoryTargetTest, ANameThatIsTooLongIsSeenByALook) {
  const std::string long_name(300, 'x');
  for (const std::string& key : {long_name, "a/" + long_name, long_name + "/a"})
    EXPECT_EQ(error_kind([&] { target()->look(row_of_file(key, "x")); }), ErrorKind::invalid_argument);
  EXPECT_EQ(target()->look(row_of_file("a/" + std::string(255, 'x'), "x")).landing, std::nullopt);
}

}  // namespace
}  // namespace s3c::restore
