// What restoring to a directory does when the file system doesn't play along: no half file has a real name,
// nothing stays behind, and the message says what to do.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

#include "directory_target_fixture.h"

namespace {

/// What the file system refuses on request: an errno, 0 to let it happen. The program's calls come here
/// before they go to the C library, for no file system at hand lacks hard links or is full when a test wants
/// it.
struct Refusals {
  std::atomic<int> linkat{0};
  std::atomic<int> renameat2{0};
  std::atomic<int> futimens{0};
  std::atomic<int> close_of_new_file{0};
  std::atomic<int> new_file{-1};  // set by futimens, which is asked for new files alone
};
Refusals refusals;

template <typename Function>
Function* original(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

bool refuse(const std::atomic<int>& error) {
  if (error == 0) return false;
  errno = error;
  return true;
}

}  // namespace

extern "C" {

int linkat(int from_directory, const char* from, int to_directory, const char* to, int flags) noexcept {
  if (refuse(refusals.linkat)) return -1;
  return original<decltype(::linkat)>("linkat")(from_directory, from, to_directory, to, flags);
}

int renameat2(int from_directory, const char* from, int to_directory, const char* to,
              unsigned int flags) noexcept {
  if (refuse(refusals.renameat2)) return -1;
  return original<decltype(::renameat2)>("renameat2")(from_directory, from, to_directory, to, flags);
}

int futimens(int fd, const struct timespec times[2]) noexcept {
  refusals.new_file = fd;
  if (refuse(refusals.futimens)) return -1;
  return original<decltype(::futimens)>("futimens")(fd, times);
}

int close(int fd) {
  const int result = original<decltype(::close)>("close")(fd);
  int expected = fd;
  if (refusals.new_file.compare_exchange_strong(expected, -1) && refuse(refusals.close_of_new_file))
    return -1;
  return result;
}

}  // extern "C"

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

class DirectoryTargetFailureTest : public DirectoryTargetTest {
 protected:
  ~DirectoryTargetFailureTest() override {
    refusals.linkat = refusals.renameat2 = refusals.futimens = refusals.close_of_new_file = 0;
  }
};

TEST_F(DirectoryTargetFailureTest, WithoutHardLinksNothingIsReplacedEither) {
  for (const int error : {EPERM, EOPNOTSUPP}) {
    refusals.linkat = error;
    EXPECT_EQ(target()->write(row_of_file("x", "ours"), "ours"), Landing::written);
    EXPECT_EQ(contents(root_ / "x"), "ours");
    EXPECT_EQ(target()->write(row_of_file("x", "ours"), "ours"), Landing::equal);
    EXPECT_EQ(target()->write(row_of_file("x", "diff"), "diff"), Landing::exists);
    EXPECT_EQ(contents(root_ / "x"), "ours");
    EXPECT_EQ(names(), (std::set<std::string>{"root", "root/x"}));
    fs::remove(root_ / "x");
  }
  refusals.renameat2 = EINVAL;
  EXPECT_EQ(error_kind([&] { target()->write(row_of_file("x", "ours"), "ours"); }), ErrorKind::unsupported);
  EXPECT_EQ(names(), std::set<std::string>{"root"});
  EXPECT_EQ(target(true)->write(row_of_file("x", "ours"), "ours"), Landing::written);
}

TEST_F(DirectoryTargetFailureTest, NoFailureLeavesAnythingBehind) {
  const auto expect_failure = [this](ErrorKind kind, bool overwrite = false) {
    EXPECT_EQ(error_kind([&] { target(overwrite)->write(row_of_file("x", "ours"), "ours"); }), kind);
    EXPECT_EQ(names(), std::set<std::string>{"root"});
  };
  refusals.futimens = ENOSPC;
  expect_failure(ErrorKind::transient);
  refusals.futimens = 0;
  // Where a network file system tells that the bytes never arrived.
  for (const bool overwrite : {false, true}) {
    refusals.close_of_new_file = ENOSPC;
    expect_failure(ErrorKind::transient, overwrite);
    refusals.close_of_new_file = 0;
  }
  refusals.linkat = EIO;
  expect_failure(ErrorKind::transient);
  refusals.linkat = 0;
  // Bytes that turn out wrong; and another number of them than the row says.
  EXPECT_EQ(error_kind([&] {
              target()->write_streamed(row_of_file("x", "ours"), [](const RestoreTarget::Sink& sink) {
                sink("ours");
                throw Error(ErrorKind::corrupt, "CRC-32 differs");
              });
            }),
            ErrorKind::corrupt);
  EXPECT_EQ(error_kind([&] { target()->write(row_of_file("x", "ours"), "our"); }), ErrorKind::corrupt);
  EXPECT_EQ(names(), std::set<std::string>{"root"});
}

TEST_F(DirectoryTargetFailureTest, AFullDiskIsNamedAndLeavesNoHalfFile) {
  // The limit of a process acts as a full disk does: a write comes out short, the next one fails.
  const auto before_signal = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 4096;
  const std::string body(10'000, 'x');
  const auto to = target();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto error = [&]() -> std::optional<Error> {
    try {
      to->write(row_of_file("a/x", body), body);
    } catch (const Error& thrown) {
      return thrown;
    }
    return std::nullopt;
  }();
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, before_signal);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::invalid_argument);
  EXPECT_THAT(error->what(), HasSubstr((root_ / "a/x").string()));
  EXPECT_THAT(error->what(), HasSubstr("ulimit"));
  EXPECT_EQ(names(), (std::set<std::string>{"root", "root/a"}));

  refusals.futimens = ENOSPC;
  const Error full = error_of([&] { to->write(row_of_file("b", "x"), "x"); });
  EXPECT_EQ(full.kind(), ErrorKind::transient);
  EXPECT_THAT(full.what(), HasSubstr("make room"));
  EXPECT_EQ(full.context().operation, kRestoreFile);
}

TEST_F(DirectoryTargetFailureTest, AFileWhereADirectoryOfTheSafeNameIsNeededIsNamed) {
  put(root_ / "a", "x");
  put(root_ / "s3compress-key", "x");
  const index::Row row = row_of_file("a/b/c", "x");
  EXPECT_EQ(error_kind([&] { target()->look(row); }), ErrorKind::invalid_argument);
  const Error error = error_of([&] { target(true)->write(row, "x"); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
  EXPECT_THAT(error.what(), HasSubstr("s3compress-key/a/b/=c: a file is where a directory is needed"));
  EXPECT_EQ(contents(root_ / "a"), "x");
}

TEST_F(DirectoryTargetFailureTest, ANameThatIsTooLongIsNamed) {
  for (const std::string& key :
       {std::string(256, 'n'), std::string(256, 'n') + "/x", "a/" + std::string(256, 'n')}) {
    const index::Row row = row_of_file(key, "x");
    const Error error = error_of([&] { target()->write(row, "x"); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_THAT(error.what(), HasSubstr("longer than this file system allows"));
  }
  EXPECT_EQ(names(), (std::set<std::string>{"root", "root/a"}));
  EXPECT_EQ(restore(row_of_file(std::string(255, 'n'), "x"), "x"), Landing::written);
}

TEST_F(DirectoryTargetFailureTest, WithoutPermissionNothingIsWritten) {
  fs::create_directories(root_ / "locked");
  fs::permissions(root_ / "locked", fs::perms(0555));
  fs::permissions(top_, fs::perms(0755));
  const auto refused = [this] {
    const auto kind = error_kind([&] { target()->write(row_of_file("locked/x", "x"), "x"); });
    const auto deeper = error_kind([&] { target()->write(row_of_file("locked/new/x", "x"), "x"); });
    return kind == ErrorKind::access_denied && deeper == ErrorKind::access_denied;
  };
  if (::geteuid() != 0) {
    EXPECT_TRUE(refused());
  } else {
    // Permissions don't bind root: a child that has given up being root tries. 65534 is nobody.
    EXPECT_EXIT(
        {
          const bool dropped = ::setgroups(0, nullptr) == 0 && ::setgid(65534) == 0 && ::setuid(65534) == 0;
          ::_exit(dropped && refused() ? 0 : 1);
        },
        ::testing::ExitedWithCode(0), "");
  }
  EXPECT_EQ(names(), (std::set<std::string>{"root", "root/locked"}));
  fs::permissions(root_ / "locked", fs::perms(0755));
}

TEST_F(DirectoryTargetFailureTest, ADirectoryThatWasRemovedIsNamed) {
  const auto to = target();
  to->expect_usable(RestoreTarget::Trial::write);
  fs::remove(root_);
  EXPECT_EQ(error_kind([&] { to->write(row_of_file("x", "x"), "x"); }), ErrorKind::transient);
  EXPECT_EQ(restore(row_of_file("x", "x"), "x"), Landing::written) << "a later run makes it again";
}

TEST_F(DirectoryTargetFailureTest, WhatAKilledRunLeftIsNobodysFile) {
  const std::string left = ".s3compress-01B8J3Z7Q40000000000000000.tmp";
  put(root_ / left, "half");
  EXPECT_EQ(restore(row_of_file("x", "x"), "x"), Landing::written);
  EXPECT_EQ(contents(root_ / left), "half") << "another run may still be writing it";
  // Before the file has its name it lies under such a name, and under no other.
  target()->write_streamed(row_of_file("y", "y"), [&](const RestoreTarget::Sink& sink) {
    sink("y");
    EXPECT_FALSE(fs::exists(root_ / "y"));
    std::size_t temporary = 0;
    for (const std::string& name : names()) temporary += name.starts_with("root/.s3compress-") ? 1 : 0;
    EXPECT_EQ(temporary, 2u);
  });
}

}  // namespace
}  // namespace s3c::restore
