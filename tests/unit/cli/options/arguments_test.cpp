// Which word is whose: over every flag of every command, from the flag table, so that a flag that is yet to
// come is tested as well.
#include "cli/options/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "cli/options/usage_error.h"
#include "tests/unit/cli/temporary_file.h"

namespace s3c::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryFile;
using Words = std::vector<std::string>;
using Values = std::map<std::string, std::vector<std::string>>;
using Variables = std::map<std::string, std::string>;

Values values_of(const Settings& settings) {
  Values values;
  for (const auto& [name, setting] : settings) values.emplace(name, setting.values);
  return values;
}

/// What all three places come to, or the message of the refusal.
struct Outcome {
  std::optional<Values> flags;
  std::string message;
};

Outcome outcome_of(const Words& words, const Variables& variables = {}, const std::string& file = "") {
  try {
    Arguments arguments = parse_arguments(words);
    if (!variables.empty()) add_environment(arguments.flags, arguments.command, Environment(variables));
    if (!file.empty()) add_config_file(arguments.flags, arguments.command, file);
    return {values_of(arguments.flags), ""};
  } catch (const UsageError& error) {
    return {std::nullopt, error.message()};
  }
}

std::string dashed(std::string_view name) {
  return "--" + std::string(name);
}

/// Calls use(command, flag, its spelling) for every flag that takes a value.
template <typename Use>
void for_each_value_flag(Use use) {
  int seen = 0;
  for (const CommandInfo& command : commands()) {
    for (const Flag& flag : all_flags(command.name)) {
      if (!takes_value(flag)) continue;
      ++seen;
      SCOPED_TRACE(std::string(command.name) + " " + dashed(flag.name));
      use(std::string(command.name), flag, dashed(flag.name));
    }
  }
  EXPECT_GT(seen, 100);
}

std::vector<std::string> toggles_of(const std::string& command) {
  std::vector<std::string> names;
  for (const Flag& flag : all_flags(command)) {
    if (!takes_value(flag)) names.emplace_back(flag.name);
  }
  return names;
}

/// Refused by name, or everything else is as it was said and the flag isn't there.
void expect_refused_or_not_given(const Outcome& outcome, const Flag& flag, const std::string& name,
                                 const Values& others) {
  if (flag.traits.empty_is_unset) {
    ASSERT_TRUE(outcome.flags) << outcome.message;
    EXPECT_EQ(*outcome.flags, others);
  } else {
    ASSERT_FALSE(outcome.flags) << ::testing::PrintToString(*outcome.flags);
    EXPECT_THAT(outcome.message, HasSubstr(name));
  }
}

TEST(Arguments, AnEmptyValueOfNoFlagTakesTheNextWord) {
  for_each_value_flag([](const std::string& command, const Flag& flag, const std::string& spelled) {
    for (const std::string& toggle : toggles_of(command)) {
      const Values others = {{toggle, {"true"}}};
      for (const Words& empty : {Words{spelled, ""}, Words{spelled + "="}, Words{spelled, " "},
                                 Words{spelled + "=\t"}, Words{spelled + "=", spelled + "="}}) {
        Words words = {command};
        words.insert(words.end(), empty.begin(), empty.end());
        words.push_back(dashed(toggle));
        expect_refused_or_not_given(outcome_of(words), flag, spelled, others);
      }
    }
  });
}

TEST(Arguments, AMissingValueOfNoFlagTakesTheNextWord) {
  for_each_value_flag([](const std::string& command, const Flag& flag, const std::string& spelled) {
    std::vector<Words> behind = {{}, {"--"}, {"--", "y"}, {"-v"}, {"-vv"}, {"-vx"}, {"-n"}, {spelled, "x"}};
    for (const std::string& toggle : toggles_of(command)) behind.push_back({dashed(toggle)});
    // As words for a dry run are misspelt.
    for (const char* word : {"--dry-run", "--dry_run", "--dry-run=true", "--dryrun", "--Dry-Run", "--DRY-RUN",
                             "--dry", "--dry-run-", "---dry-run", "--no-op"})
      behind.push_back({word});
    for (const Words& rest : behind) {
      Words words = {command, spelled};
      words.insert(words.end(), rest.begin(), rest.end());
      const Outcome outcome = outcome_of(words);
      EXPECT_FALSE(outcome.flags) << ::testing::PrintToString(words);
      EXPECT_THAT(outcome.message, HasSubstr(dashed(flag.name) + " needs a value"));
    }
  });
}

TEST(Arguments, AnEmptyVariableCountsAsUnset) {
  for_each_value_flag([](const std::string& command, const Flag& flag, const std::string&) {
    const std::string variable = environment_name(flag);
    const Values others = {{"quiet", {"true"}}};
    EXPECT_EQ(outcome_of({command, "--quiet"}, {{variable, ""}}).flags, others);
    expect_refused_or_not_given(outcome_of({command, "--quiet"}, {{variable, " "}}), flag, variable, others);
  });
}

TEST(Arguments, AnEmptyValueInTheFileIsAsOnTheCommandLine) {
  for_each_value_flag([](const std::string& command, const Flag& flag, const std::string&) {
    if (flag.name == "config") return;  // never in a file
    const std::string name(flag.name);
    const auto expect = [&, name](const std::string& section, const std::string& value) {
      const TemporaryFile file(section + name + " = " + value + "\nquiet = true\n");
      expect_refused_or_not_given(outcome_of({command}, {}, file.path()), flag,
                                  (section.empty() ? ":1: " : ":2: ") + name, {{"quiet", {"true"}}});
    };
    expect("", "\"\"");
    expect("[" + command + "]\n", "[' ']");
    const TemporaryFile nothing(name + " = []\n");
    EXPECT_THAT(outcome_of({command}, {}, nothing.path()).message, HasSubstr(":1: " + name));
  });
}

TEST(Arguments, AValueIsTakenAsItIsAndNothingElseWithIt) {
  for_each_value_flag([](const std::string& command, const Flag& flag, const std::string& spelled) {
    const std::string name(flag.name);
    std::string underscores = spelled;
    std::replace(underscores.begin() + 2, underscores.end(), '-', '_');
    for (const char* value : {"x", "-old-*", "-5", "-", "a=b", "=", "a b", "archive"}) {
      const Values both = {{name, {value}}, {"quiet", {"true"}}};
      EXPECT_EQ(outcome_of({command, spelled, value, "--quiet"}).flags, both) << value;
      EXPECT_EQ(outcome_of({command, underscores, value, "--quiet"}).flags, both) << value;
    }
    for (const char* value : {"x", "--dry-run", "--", "-v", "--x=y", "=", "a b"}) {
      const Values both = {{name, {value}}, {"quiet", {"true"}}};
      EXPECT_EQ(outcome_of({command, spelled + "=" + value, "--quiet"}).flags, both) << value;
    }
    const Outcome twice = outcome_of({spelled, "a", command, spelled + "=b"});
    ASSERT_TRUE(twice.flags) << twice.message;
    if (flag.kind == FlagKind::list) {
      EXPECT_THAT(twice.flags->at(name), ElementsAre("a", "b"));
    } else {
      EXPECT_THAT(twice.flags->at(name), ElementsAre("b"));
    }
  });
}

TEST(Arguments, ATogglesValueStandsBehindEqualsOnly) {
  for (const CommandInfo& command : commands()) {
    const std::string word(command.name);
    for (const std::string& toggle : toggles_of(word)) {
      SCOPED_TRACE(word + " " + dashed(toggle));
      EXPECT_EQ(outcome_of({word, dashed(toggle) + "=false"}).flags, (Values{{toggle, {"false"}}}));
      EXPECT_THAT(outcome_of({word, dashed(toggle) + "="}).message, HasSubstr(dashed(toggle)));
      EXPECT_THAT(outcome_of({word, dashed(toggle), ""}).message, HasSubstr("argument 3 is empty"));
      const Outcome separate = outcome_of({word, dashed(toggle), "false"});
      if (separate.flags) {
        EXPECT_EQ(separate.flags->at(toggle), Words{"true"}) << "false is an operand";
      }
    }
  }
}

TEST(Arguments, LettersAreTheirFlags) {
  EXPECT_EQ(outcome_of({"ls", "-vlv"}).flags, (Values{{"long", {"true"}}, {"verbose", {"true", "true"}}}));
  EXPECT_EQ(outcome_of({"ls", "-h"}).flags, (Values{{"help", {"true"}}}));
  EXPECT_EQ(outcome_of({"gc", "-l"}).message, "-l is no flag of gc");
  for (const char* word : {"-x", "-vx", "-v=2", "-v2", "-", "---", "-old-*"})
    EXPECT_EQ(outcome_of({"ls", word}).message, std::string("unknown flag ") + word);
}

TEST(Arguments, OperandsAreNeverEmptyAndNeverFlagsBehindTheDashes) {
  EXPECT_THAT(parse_arguments({"find", "a", "--quiet", "b", "--", "--dry-run", "-v", "--"}).operands,
              ElementsAre("a", "b", "--dry-run", "-v", "--"));
  EXPECT_THAT(parse_arguments({"cat", " "}).operands, ElementsAre(" "));  // a key may be a blank
  for (const CommandInfo& command : commands()) {
    const std::string word(command.name);
    EXPECT_EQ(outcome_of({word, ""}).message, "argument 2 is empty");
    EXPECT_EQ(outcome_of({word, "--", ""}).message, "argument 3 is empty");
  }
  EXPECT_EQ(outcome_of({"--quiet", ""}).message, "argument 2 is empty");
}

TEST(Arguments, AFlagIsTheSameInEveryCommandSoThatTheParserNeedsNone) {
  std::map<char, std::string_view> letters;
  for (const CommandInfo& command : commands()) {
    for (const Flag& flag : all_flags(command.name)) {
      const FlagTraits& first = find_flag_anywhere(flag.name)->traits;
      EXPECT_EQ(first.letter, flag.traits.letter) << flag.name;
      EXPECT_EQ(first.empty_is_unset, flag.traits.empty_is_unset) << flag.name;
      EXPECT_FALSE(flag.traits.changes_store && takes_value(flag)) << flag.name;
      if (flag.traits.letter == '\0') continue;
      EXPECT_FALSE(takes_value(flag)) << flag.name;
      EXPECT_EQ(letters.emplace(flag.traits.letter, flag.name).first->second, flag.name);
    }
  }
}

}  // namespace
}  // namespace s3c::cli
