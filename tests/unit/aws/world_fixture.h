// A world for the sources of credentials: variables, files in a folder of their own, scripted servers, a
// clock that doesn't wait, programs that are functions.
#pragma once

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <unistd.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "aws/credentials_source.h"
#include "aws/world.h"
#include "base/error.h"
#include "tests/unit/support/fake_clock.h"

namespace s3c::aws::test {

struct SentRequest {
  http::Request request;
  std::string body;
  std::string header(std::string_view name) const {
    return std::string(request.headers.find(name).value_or("(none)"));
  }
};

/// Answers by a function. Without one every request fails as if nobody listened.
class ServerTransport final : public http::Transport {
 public:
  using Answer = std::function<http::Response(const SentRequest&)>;

  http::Response send(const http::Request& request, const http::BodySink&,
                      const std::stop_token& stop) override {
    if (stop.stop_requested()) throw base::Error(base::ErrorKind::cancelled, "stopped");
    sent.push_back({request, std::string(request.body)});
    sent.back().request.body = {};
    if (!answer) {
      throw base::Error(base::ErrorKind::transient, "Connection refused",
                        {.code = std::string(http::kNotConnected)});
    }
    return answer(sent.back());
  }
  void send_many(http::ExchangeSource&, std::size_t, const std::stop_token&) override {}

  Answer answer;
  std::vector<SentRequest> sent;
};

inline http::Response response(int status, std::string body = "") {
  http::Response made;
  made.status = status;
  made.body = std::move(body);
  return made;
}

[[noreturn]] inline http::Response time_out() {
  throw base::Error(base::ErrorKind::transient, "Operation timed out",
                    {.code = std::string(http::kTimedOut)});
}

class ScriptedPrograms final : public ProcessRunner {
 public:
  ProcessResult run(const std::vector<std::string>& words, const std::stop_token&) override {
    runs.push_back(words);
    if (!program)
      throw base::Error(base::ErrorKind::invalid_argument, "'" + words.front() + "' can't be started");
    return program(words);
  }
  std::function<ProcessResult(const std::vector<std::string>&)> program;
  std::vector<std::vector<std::string>> runs;
};

class ScriptedPrompt final : public CodePrompt {
 public:
  std::optional<std::string> ask(const std::string& question, const std::stop_token&) override {
    questions.push_back(question);
    return code;
  }
  std::optional<std::string> code;
  std::vector<std::string> questions;
};

class WorldTest : public testing::Test {
 protected:
  WorldTest() {
    std::string name = (std::filesystem::temp_directory_path() / "s3c-world-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    std::filesystem::create_directories(folder_ + "/.aws/sso/cache");
    variables_["HOME"] = folder_;
    log_->set_level(spdlog::level::debug);
  }
  ~WorldTest() override { std::filesystem::remove_all(folder_); }

  std::string config_path() const { return folder_ + "/.aws/config"; }
  std::string credentials_path() const { return folder_ + "/.aws/credentials"; }
  void config(const std::string& text) { write("/.aws/config", text); }
  void credentials(const std::string& text) { write("/.aws/credentials", text); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + name) << text;
    return folder_ + name;
  }
  /// The files as they are now. They live as long as the test.
  const ProfileFiles& files() {
    loaded_.push_back(std::make_unique<ProfileFiles>(load_profile_files(world_.environment)));
    return *loaded_.back();
  }

  /// The error that call must throw.
  static base::Error error_of(const std::function<void()>& call) {
    try {
      call();
    } catch (const base::Error& error) {
      return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {base::ErrorKind::internal, "nothing was thrown"};
  }
  /// The credentials that source must find.
  static Credentials found_by(CredentialsSource& source) {
    Finding found = source.find({});
    if (const auto* passed = std::get_if<Passed>(&found)) {
      ADD_FAILURE() << "passed: " << passed->why;
      return {};
    }
    return std::get<Credentials>(found);
  }
  /// Why source must pass.
  static std::string why_passed(CredentialsSource& source) {
    Finding found = source.find({});
    if (const auto* passed = std::get_if<Passed>(&found)) return passed->why;
    ADD_FAILURE() << "found credentials";
    return {};
  }
  static base::Error failure_of(CredentialsSource& source) {
    return error_of([&] { source.find({}); });
  }

  std::string folder_;
  std::map<std::string, std::string> variables_;
  ServerTransport server_;
  support::FakeClock clock_;  // starts at 2026-08-01T00:00:00Z
  ScriptedPrograms programs_;
  ScriptedPrompt prompt_;
  std::ostringstream logged_;
  std::shared_ptr<base::Logger> log_ =
      std::make_shared<base::Logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(logged_));
  World world_{[this](const std::string& name) {
                 const auto found = variables_.find(name);
                 return found == variables_.end() ? std::nullopt : std::optional(found->second);
               },
               server_,
               clock_,
               programs_,
               prompt_,
               *log_};

 private:
  std::vector<std::unique_ptr<ProfileFiles>> loaded_;
};

/// An answer of STS.
inline std::string sts_answer(const std::string& call, const std::string& key_id,
                              const std::string& expiration = "2026-08-01T01:00:00Z") {
  return "<" + call + "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" + call +
         "Result><Credentials><AccessKeyId>" + key_id +
         "</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-token</SessionToken>"
         "<Expiration>" +
         expiration + "</Expiration></Credentials></" + call + "Result></" + call + "Response>";
}

inline std::string sts_error(const std::string& code, const std::string& message) {
  return "<ErrorResponse><Error><Type>Sender</Type><Code>" + code + "</Code><Message>" + message +
         "</Message></Error><RequestId>r</RequestId></ErrorResponse>";
}

/// The answer of a container's endpoint or an instance's metadata service.
inline std::string metadata_answer(const std::string& key_id,
                                   const std::string& expiration = "2026-08-01T06:00:00Z") {
  return R"({"Code": "Success", "AccessKeyId": ")" + key_id +
         R"(", "SecretAccessKey": "meta-secret", "Token": "meta-token", "Expiration": ")" + expiration +
         "\"}";
}

}  // namespace s3c::aws::test
