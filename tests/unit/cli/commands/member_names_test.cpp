// Lists of keys in every form, and what is said of keys that were not found.
#include "cli/commands/member_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>

#include "cli/options/values.h"

namespace s3c::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using std::string_literals::operator""s;

TEST(KeysFrom, LinesNulsAndJsonLines) {
  EXPECT_THAT(keys_in("a\n\nb c\n", "f"), ElementsAre("a", "b c"));
  EXPECT_THROW(keys_in("\xff\xfe"
                       "a\0\n\0"s,
                       "f"),
               UsageError)
      << "UTF-16: each letter would be a key";
  EXPECT_THROW(keys_in("\xfe\xff\0a\0\n"s, "f"), UsageError);
  EXPECT_THAT(keys_in("a\nb\0c\0"s, "f"), ElementsAre("a\nb", "c")) << "a newline is part of a key here";
  EXPECT_THAT(keys_in("{\"volume\":\"v\",\"key\":\"a\\nb\"}\n{\"key\":\"base64:/w==\"}\n", "f"),
              ElementsAre("a\nb", "\xff"));
  EXPECT_THAT(keys_in("{no json}\n{\"key\":\"a\"}\n", "f"), ElementsAre("{no json}", "{\"key\":\"a\"}"))
      << "the first line says which form it is";
  EXPECT_THAT(keys_in("{\"key\":\"a\"}\0"s, "f"), ElementsAre("{\"key\":\"a\"}"));
  for (const char* bad : {"", "\n\n", "{\"key\":\"a\"}\nb\n"})
    EXPECT_THROW(keys_in(bad, "f"), UsageError) << bad;
  try {
    keys_in("{\"key\":\"a\"}\n\nb\n", "f");
  } catch (const UsageError& error) {
    EXPECT_THAT(error.message(), HasSubstr("line 3"));
  }
}

TEST(KeysFrom, ADirectoryIsNoFile) {
  MemberNames names;
  names.keys_file = "/";
  try {
    read_query(names);
    ADD_FAILURE();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.message(), HasSubstr("--keys-from /: it is a directory"));
  }
}

TEST(MissedKeys, AreListedForJson) {
  const catalog::MemberQuery query({"a", "b"}, {"c*", "d*"});
  MissedKeys missed(query);
  missed.found("b");
  missed.found("d1");
  EXPECT_THAT(missed.not_found(true).named(), ElementsAre("a", "c*"));
  const catalog::MemberQuery everything;
  EXPECT_THAT(MissedKeys(everything).not_found(false).named(), ElementsAre("*"));
  EXPECT_TRUE(MissedKeys(everything).not_found(true).empty());
}

/// What tell() writes.
std::string told(const catalog::MemberQuery& query, const std::vector<std::string>& found,
                 ExitCode expected) {
  std::FILE* file = std::tmpfile();
  Terminal terminal(::fileno(file), false);
  MissedKeys missed(query);
  for (const std::string& key : found) missed.found(key);
  EXPECT_EQ(missed.tell(!found.empty(), "bucket X", terminal), expected);
  std::string text(10'000, '\0');
  std::rewind(file);
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

TEST(MissedKeys, NamesKeysAndGlobsAndWhereTheyWereLookedFor) {
  EXPECT_EQ(told({{"a"}, {"b*"}, {"c[1]"}}, {"a", "bb", "c[1]"}, ExitCode::done), "");
  const std::string text = told({{"a", "k"}, {"order-*.xml"}, {"*.none"}}, {"k"}, ExitCode::left);
  EXPECT_THAT(text, HasSubstr("not found: a\n"));
  EXPECT_THAT(text, HasSubstr("nothing matches *.none\n"));
  EXPECT_THAT(text, HasSubstr("'*/order-*.xml' looks in every folder"));
  EXPECT_THAT(text, Not(HasSubstr("*/*.none")));
  EXPECT_THAT(text, HasSubstr("looked in: bucket X\n"));
  EXPECT_THAT(told({{}, {"sources/2018/*.xml"}}, {}, ExitCode::left), Not(HasSubstr("every folder")))
      << "a glob that begins with a folder doesn't lack one";
  EXPECT_THAT(told({}, {}, ExitCode::left), HasSubstr("nothing is there"));
}

TEST(MissedKeys, HintsAtListsOfTheWrongForm) {
  EXPECT_THAT(told({{"a\r"}, {}}, {}, ExitCode::left), HasSubstr("Windows line ends"));
  EXPECT_THAT(told({{"\xef\xbb\xbf"
                     "a"},
                    {}},
                   {}, ExitCode::left),
              HasSubstr("byte order mark"));
  EXPECT_THAT(told({{"src/1.zip\ta"}, {}}, {}, ExitCode::left), HasSubstr("--output json"));
  EXPECT_THAT(told({{"sources/a"}, {}}, {}, ExitCode::left), Not(HasSubstr("hint")));
  EXPECT_THAT(told({{"a.xml"}, {}}, {}, ExitCode::left), HasSubstr("'*/a.xml' looks in every folder"));
  EXPECT_THAT(told({{"sources/2018/"}, {}}, {}, ExitCode::left),
              HasSubstr("take 'sources/2018/*' for everything"));
}

TEST(ShellWord, ComesOutOfAShellAsItWas) {
  for (const std::string& text :
       {"src/20180401.zip"s, "a b"s, "it's"s, "$HOME"s, "*"s, ""s, "a\nb\\'"s, "\xe2\x80\xae\xc3\xa4"s}) {
    std::string inner = "printf %s " + shell_word(text);
    for (std::size_t at = 0; (at = inner.find('\'', at)) != std::string::npos; at += 4)
      inner.replace(at, 1, "'\\''");
    const std::string command = "/bin/bash -c '" + inner + "'";
    std::FILE* pipe = ::popen(command.c_str(), "r");
    std::string out(1000, '\0');
    out.resize(std::fread(out.data(), 1, out.size(), pipe));
    ::pclose(pipe);
    EXPECT_EQ(out, text) << command;
  }
}

TEST(MissedKeys, AUrlIsNoKeyUnlessThereIsSuchAKey) {
  const std::string url = "s3://src/sources/2018/x.xml";
  EXPECT_EQ(told({{url}, {}}, {url}, ExitCode::done), "");
  EXPECT_THAT(told({{url}, {}}, {}, ExitCode::left),
              HasSubstr("hint: a key is written without its bucket: sources/2018/x.xml\n"));
  EXPECT_THAT(told({{}, {"s3://src/a/*"}}, {}, ExitCode::left), HasSubstr("without its bucket: a/*\n"));
  EXPECT_THAT(told({{"s3://src/"}, {}}, {}, ExitCode::left), Not(HasSubstr("hint")));
}

}  // namespace
}  // namespace s3c::cli
