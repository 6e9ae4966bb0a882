// Output that nobody reads: a full pipe must not hold up a program that the user stops.
#include "cli/output/patient_write.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <thread>

#include "cli/output/terminal.h"

namespace s3c::cli {
namespace {

class FullPipe : public ::testing::Test {
 protected:
  FullPipe() { EXPECT_EQ(::pipe(ends_), 0); }
  ~FullPipe() override {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  int reading() const { return ends_[0]; }
  int writing() const { return ends_[1]; }
  const std::string text_ = std::string(300'000, 'x');  // a pipe holds 65,536 bytes
  std::stop_source stop_;

 private:
  int ends_[2] = {-1, -1};
};

TEST_F(FullPipe, IsWaitedForAsLongAsItIsRead) {
  std::thread reader([this] {
    std::string read(text_.size(), '\0');
    for (std::size_t at = 0; at < read.size();) {
      const ssize_t count = ::read(reading(), read.data() + at, read.size() - at);
      if (count <= 0) break;
      at += static_cast<std::size_t>(count);
    }
    EXPECT_EQ(read, text_);
  });
  stop_.request_stop();  // a stop alone loses nothing
  EXPECT_EQ(write_patiently(writing(), text_, stop_.get_token()), 0);
  reader.join();
}

TEST_F(FullPipe, IsLeftAfterAStop) {
  stop_.request_stop();
  EXPECT_EQ(write_patiently(writing(), text_, stop_.get_token(), std::chrono::milliseconds(1)), ETIMEDOUT);
}

TEST_F(FullPipe, AClosedPipeIsAnError) {
  const int closed = ::dup(writing());
  ::close(closed);
  EXPECT_EQ(write_patiently(closed, "x", {}), EBADF);
}

TEST_F(FullPipe, ATerminalThatNobodyReadsLosesItsLinesAfterAStop) {
  Terminal terminal(writing(), false);
  terminal.heed(stop_.get_token());
  stop_.request_stop();
  // More than a pipe holds. Without the stop this would hang; with a wait for each line it would take hours.
  for (int line = 0; line < 5000; ++line) terminal.write_line("twenty bytes of text");
}

}  // namespace
}  // namespace s3c::cli
