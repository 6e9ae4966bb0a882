#include "aws/process_source.h"

#include <fmt/format.h>

#include <utility>

#include "aws/command_words.h"
#include "aws/expiry.h"
#include "aws/json_document.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/text.h"

namespace s3c::aws {
namespace {

using base::Error;
using base::ErrorKind;

/// The last line that isn't empty: programs say there what went wrong.
std::string last_line_of(std::string_view text) {
  constexpr std::size_t kMax = 300;
  text = base::trim(text, " \t\r\n");
  const std::size_t start = text.rfind('\n');
  if (start != std::string_view::npos) text.remove_prefix(start + 1);
  return base::printable(text.substr(0, kMax));
}

Credentials read_output(const std::string& output, const std::string& what) {
  const JsonDocument document(output, what);
  const auto version = document.number("Version");
  if (version != 1) document.fail(version ? "has a Version that isn't 1" : "has no Version");
  Credentials found{document.required_text("AccessKeyId"), document.required_text("SecretAccessKey"),
                    document.text("SessionToken").value_or("")};
  if (const std::string expiry = document.text("Expiration").value_or(""); !expiry.empty())
    found.expires_at = document.required_time("Expiration");
  validate(found, what);
  return found;
}

}  // namespace

Finding ProcessSource::find(const std::stop_token& stop) {
  const auto command = files_.placed(profile_, "credential_process");
  if (!command) return Passed{fmt::format("profile '{}' has no credential_process", profile_)};
  const std::string what = fmt::format("credential_process ({})", command->place);
  const auto fail = [&](ErrorKind kind, const std::string& problem) {
    throw Error(kind, fmt::format("{} of profile '{}': {}", what, profile_, problem),
                {.operation = std::string(kFindCredentials)});
  };
  ProcessResult result;
  try {
    const std::vector<std::string> words = command_words(command->value);
    if (words.empty()) fail(ErrorKind::invalid_argument, "names no program");
    result = world_.processes.run(words, stop);
  } catch (const Error& error) {
    if (!error.context().operation.empty() || error.kind() == ErrorKind::cancelled) throw;
    fail(error.kind(), error.message());
  }
  if (result.exit_code != 0) {
    const std::string said = last_line_of(result.errors);
    fail(ErrorKind::access_denied,
         fmt::format("the program ended with exit code {}{}{}; run it by itself to see why", result.exit_code,
                     said.empty() ? "" : ": ", said));
  }
  return read_output(result.output, fmt::format("the output of {}", what));
}

}  // namespace s3c::aws
