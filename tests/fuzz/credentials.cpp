// Input: what a source of credentials reads: a command line, a time, an answer in JSON or XML, a URL. Words that
// read back the same when they are quoted; credentials that a header can carry; or Error of a documented kind that
// quotes nothing of the answer.
#include "aws/command_words.h"
#include "aws/container_source.h"
#include "aws/expiry.h"
#include "aws/json_document.h"
#include "aws/service_client.h"
#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using base::ErrorKind;
using fuzz::require;

namespace {

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) {
    if (c == '\'') {
      text += "'\\''";
    } else {
      text += c;
    }
  }
  return text + "'";
}

bool is_one_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

void read_words(const std::string& text) {
  const auto words = fuzz::value_of({ErrorKind::invalid_argument}, [&] { return aws::command_words(text); });
  if (!words) return;
  std::string again;
  for (const std::string& word : *words) again += quoted(word) + " ";
  require(aws::command_words(again) == *words, "words read back the same");
}

void read_answer(const std::string& text) {
  constexpr std::size_t kLongestMessage = 160;  // the longest of our own words has some 135
  try {
    const aws::Credentials found = aws::temporary_credentials(aws::JsonDocument(text, "the answer"));
    require(is_one_word(found.access_key_id) && is_one_word(found.secret_access_key) &&
                is_one_word(found.session_token),
            "credentials are words");
    require(!found.access_key_id.empty() && found.expires_at.has_value(), "they are whole");
  } catch (const base::Error& error) {
    require(error.kind() == ErrorKind::corrupt || error.kind() == ErrorKind::invalid_argument,
            "an Error is of a documented kind");
    require(error.message().size() < kLongestMessage,
            "an Error has its own words only, nothing of the answer");
  }
  http::Response answer;
  answer.status = 400;
  answer.body = text;
  aws::service_error(answer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  read_words(text);
  read_answer(text);
  aws::parse_expiry(text);
  if (aws::may_see_container_token(text) && !text.starts_with("https://")) {
    const std::string host = text.substr(7, text.find_first_of("/?#", 7) - 7);
    require(text.starts_with("http://") && host.find_first_of("@\\ ") == std::string::npos,
            "no host behind another name");
  }
  return 0;
}
