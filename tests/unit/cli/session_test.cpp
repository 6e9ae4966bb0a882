// The one right order: a thread that the connection starts must leave SIGINT and SIGTERM to the watch.
#include "cli/session.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "tests/unit/cli/temporary_file.h"

namespace s3c::cli {
namespace {

/// Whether a thread that is started now has both signals blocked.
bool new_thread_blocks_signals() {
  bool blocked = false;
  std::thread([&blocked] {
    sigset_t mask;
    sigemptyset(&mask);
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    blocked = sigismember(&mask, SIGINT) == 1 && sigismember(&mask, SIGTERM) == 1;
  }).join();
  return blocked;
}

TEST(Session, SignalsAreBlockedBeforeTheConnectionStartsAThread) {
  ASSERT_FALSE(new_thread_blocks_signals()) << "else this test shows nothing";
  const ConnectionOptions connection;
  const OutputOptions output;
  const Environment environment;
  Terminal terminal(STDERR_FILENO, false);
  RunWatch watch(terminal);
  bool blocked = false;
  const auto connect = [&](const SessionSettings&, base::Clock&, const std::shared_ptr<base::Logger>& logger,
                           const OnInterrupt& on_interrupt) -> std::unique_ptr<StoreConnections> {
    EXPECT_NE(logger, nullptr);
    EXPECT_TRUE(on_interrupt.signal.stop_possible());
    EXPECT_EQ(on_interrupt.then, OnInterrupt::Then::end);
    blocked = new_thread_blocks_signals();
    return nullptr;
  };
  {
    Session session({connection, output, environment, terminal, watch}, OnInterrupt::Then::end, connect);
    EXPECT_TRUE(blocked);
    EXPECT_TRUE(new_thread_blocks_signals()) << "as the run's threads are";
  }
  EXPECT_FALSE(new_thread_blocks_signals());
}

TEST(Session, ShowsNoProgressWhereNoneIsWanted) {
  const Environment environment;
  Terminal terminal(STDERR_FILENO, false);
  RunWatch watch(terminal);
  const auto shows = [&](const OutputOptions& output) {
    const ConnectionOptions connection;
    struct Nothing {};
    const base::Progress<Nothing> progress;
    CountsView<Nothing> view(
        progress, [](const Nothing&) { return Work{}; },
        [](const Nothing&, const Pace&) { return std::vector<std::string>(); });
    Session session({connection, output, environment, terminal, watch}, OnInterrupt::Then::finish,
                    [](auto&&...) { return std::unique_ptr<StoreConnections>(); });
    return session.show(view) != nullptr;
  };
  EXPECT_TRUE(shows({}));
  EXPECT_FALSE(shows({.progress = false}));
  EXPECT_FALSE(shows({.quiet = true}));
}

struct FakeOutcome {
  ExitCode exit_code = ExitCode::left;
};
std::string text_summary(const FakeOutcome&) {
  return "a text\n";
}
std::string problems_text(const FakeOutcome&) {
  return "LEFT: 1\nfinished\n";
}
std::string json_summary(const FakeOutcome&) {
  return "{}\n";
}

TEST(Session, ConcludesWithTheSummaryThatIsWantedAndTheExitCode) {
  const Environment environment;
  Terminal terminal(STDERR_FILENO, false);
  RunWatch watch(terminal);
  const auto printed = [&](const OutputOptions& output) {
    const ConnectionOptions connection;
    Session session({connection, output, environment, terminal, watch}, OnInterrupt::Then::finish,
                    [](auto&&...) { return std::unique_ptr<StoreConnections>(); });
    ::testing::internal::CaptureStdout();
    EXPECT_EQ(session.conclude(FakeOutcome{}), ExitCode::left);
    return ::testing::internal::GetCapturedStdout();
  };
  EXPECT_EQ(printed({}), "a text\n");
  EXPECT_EQ(printed({.quiet = true}), "");
  EXPECT_EQ(printed({.format = OutputFormat::json}), "{}\n");
  EXPECT_EQ(printed({.format = OutputFormat::json, .quiet = true}), "{}\n")
      << "quiet or not, JSON is the result";
}

struct ToldOutcome {
  ExitCode exit_code = ExitCode::done;
};
std::string text_summary(const ToldOutcome&) {
  return {};
}
std::string problems_text(const ToldOutcome&) {
  return {};
}
std::string json_summary(const ToldOutcome& outcome) {
  return std::string(name_of(outcome.exit_code));
}
Json report_document(const ToldOutcome& outcome) {
  return json_head("archive", outcome.exit_code);
}

TEST(Session, TheResultKnowsThatAnEventOrTheReportWasLost) {
  const Environment environment;
  const ConnectionOptions connection;
  const OutputOptions output{.format = OutputFormat::json};
  const testing::TemporaryFile place("");
  const std::string folder = place.path() + ".folder";
  for (const bool events : {true, false}) {
    Terminal terminal(STDERR_FILENO, false);
    RunWatch watch(terminal);
    std::filesystem::create_directory(folder);
    ::testing::internal::CaptureStderr();
    watch.open({.events = events ? "/dev/full" : "",
                .metrics_file = {},
                .metrics_push = {},
                .subject = {"archive", "s", "a", "", false},
                .report = events ? "" : folder + "/report.html"},
               "");
    std::filesystem::remove_all(folder);
    Session session({connection, output, environment, terminal, watch}, OnInterrupt::Then::finish,
                    [](auto&&...) { return std::unique_ptr<StoreConnections>(); });
    ::testing::internal::CaptureStdout();
    EXPECT_EQ(session.conclude(ToldOutcome{}), ExitCode::failed);
    EXPECT_EQ(::testing::internal::GetCapturedStdout(), "failed");
    EXPECT_EQ(watch.finish(ExitCode::failed, nullptr), ExitCode::failed);
    ::testing::internal::GetCapturedStderr();
  }
}

/// Standard output and standard error are two files here, as in a cron job with >/dev/null.
TEST(Session, WhatWentWrongReachesStandardError) {
  const Environment environment;
  Terminal terminal(STDERR_FILENO, false);
  RunWatch watch(terminal);
  for (const OutputOptions& output :
       {OutputOptions{}, OutputOptions{.quiet = true}, OutputOptions{.format = OutputFormat::json}}) {
    const ConnectionOptions connection;
    Session session({connection, output, environment, terminal, watch}, OnInterrupt::Then::finish,
                    [](auto&&...) { return std::unique_ptr<StoreConnections>(); });
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    session.conclude(FakeOutcome{});
    ::testing::internal::GetCapturedStdout();
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "LEFT: 1\nfinished\n");
  }
}

}  // namespace
}  // namespace s3c::cli
