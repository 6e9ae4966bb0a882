// Which word is whose: over every flag of every command, from the flag table, so that a flag that is yet to
// come is tested as well.
#include "cli/options/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "base/error.h"
#include "cli/commands/table.h"
#include "cli/options/usage_error.h"
#include "tests/unit/cli/request.h"
#include "tests/unit/cli/temporary_file.h"

namespace s3c::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryFile;
using testing::Variables;
using testing::Words;
using Values = std::map<std::string, std::vector<std::string>>;

Values values_of(const Settings& settings) {
  Values values;
  for (const auto& [name, setting] : settings) values.emplace(name, setting.values);
  return values;
}

/// What all three places come to, or the message of the refusal.
struct ReadOutcome {
  std::optional<Values> flags;
  std::string message;
};

ReadOutcome outcome_of(const Words& words, const Variables& variables = {}, const std::string& file = "") {
  try {
    Arguments arguments = parse_arguments(commands(), words);
    if (!variables.empty())
      add_environment(arguments.flags, commands(), *arguments.command, Environment(variables));
    if (!file.empty()) add_config_file(arguments.flags, commands(), *arguments.command, file);
    return {values_of(arguments.flags), ""};
  } catch (const UsageError& error) {
    return {std::nullopt, error.message()};
  }
}

std::string dashed(std::string_view name) {
  return "--" + std::string(name);
}

/// "catalog rebuild" as the words of a command line, and more behind them.
Words with(const std::string& command, const Words& more) {
  Words words;
  std::istringstream parts(command);
  for (std::string part; parts >> part;) words.push_back(part);
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// Calls use(command, flag, its spelling) for every flag that takes a value.
template <typename Use>
void for_each_value_flag(Use use) {
  int seen = 0;
  for (const Command& command : commands()) {
    for (const Flag& flag : command.flags) {
      if (!takes_value(flag)) continue;
      ++seen;
      SCOPED_TRACE(std::string(command.name) + " " + dashed(flag.name));
      use(std::string(command.name), flag, dashed(flag.name));
    }
  }
  EXPECT_GT(seen, 100);
}

/// [catalog.rebuild] is the section of "catalog rebuild".
std::string section_of(std::string command) {
  std::replace(command.begin(), command.end(), ' ', '.');
  return command;
}

Words joined_words(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// The message about the empty word that stands so many words behind the command's.
std::string empty_at(const std::string& command, std::size_t behind) {
  return "argument " + std::to_string(with(command, {}).size() + behind) + " is empty";
}

std::vector<std::string> toggles_of(const std::string& command) {
  std::vector<std::string> names;
  for (const Flag& flag : find_command(commands(), command)->flags) {
    if (!takes_value(flag)) names.emplace_back(flag.name);
  }
  return names;
}

/// Refused by name, or everything else is as it was said and the flag isn't there.
void expect_refused_or_not_given(const ReadOutcome& outcome, const Flag& flag, const std::string& name,
                                 const Values& others) {
  if (flag.empty_is_unset) {
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
        Words words = with(command, empty);
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
      Words words = with(command, {spelled});
      words.insert(words.end(), rest.begin(), rest.end());
      const ReadOutcome outcome = outcome_of(words);
      EXPECT_FALSE(outcome.flags) << ::testing::PrintToString(words);
      EXPECT_THAT(outcome.message, HasSubstr(dashed(flag.name) + " needs a value"));
    }
  });
}

TEST(Arguments, AnEmptyVariableCountsAsUnset) {
  for_each_value_flag([](const std::string& command, const Flag& flag, const std::string&) {
    const std::string variable = environment_name(flag.name);
    const Values others = {{"quiet", {"true"}}};
    EXPECT_EQ(outcome_of(with(command, {"--quiet"}), {{variable, ""}}).flags, others);
    expect_refused_or_not_given(outcome_of(with(command, {"--quiet"}), {{variable, " "}}), flag, variable,
                                others);
  });
}

TEST(Arguments, AnEmptyValueInTheFileIsAsOnTheCommandLine) {
  for_each_value_flag([](const std::string& command, const Flag& flag, const std::string&) {
    if (flag.name == "config") return;  // never in a file
    const std::string name(flag.name);
    const auto expect = [&, name](const std::string& section, const std::string& value) {
      const TemporaryFile file(section + name + " = " + value + "\nquiet = true\n");
      expect_refused_or_not_given(outcome_of(with(command, {}), {}, file.path()), flag,
                                  (section.empty() ? ":1:1: " : ":2:1: ") + name, {{"quiet", {"true"}}});
    };
    expect("", "\"\"");
    expect("[" + section_of(command) + "]\n", "[' ']");
    const TemporaryFile nothing(name + " = []\n");
    EXPECT_THAT(outcome_of(with(command, {}), {}, nothing.path()).message, HasSubstr(":1:1: " + name));
  });
}

TEST(Arguments, AValueIsTakenAsItIsAndNothingElseWithIt) {
  for_each_value_flag([](const std::string& command, const Flag& flag, const std::string& spelled) {
    const std::string name(flag.name);
    std::string underscores = spelled;
    std::replace(underscores.begin() + 2, underscores.end(), '-', '_');
    for (const char* value : {"x", "-old-*", "-5", "-", "a=b", "=", "a b", "archive"}) {
      const Values both = {{name, {value}}, {"quiet", {"true"}}};
      EXPECT_EQ(outcome_of(with(command, {spelled, value, "--quiet"})).flags, both) << value;
      EXPECT_EQ(outcome_of(with(command, {underscores, value, "--quiet"})).flags, both) << value;
    }
    for (const char* value : {"x", "--dry-run", "--", "-v", "--x=y", "=", "a b"}) {
      const Values both = {{name, {value}}, {"quiet", {"true"}}};
      EXPECT_EQ(outcome_of(with(command, {spelled + "=" + value, "--quiet"})).flags, both) << value;
    }
    const ReadOutcome twice = outcome_of(joined_words({spelled, "a"}, with(command, {spelled + "=b"})));
    if (flag.once) {
      EXPECT_EQ(twice.message, spelled + " is given twice");
      return;
    }
    ASSERT_TRUE(twice.flags) << twice.message;
    if (flag.kind == FlagKind::list) {
      EXPECT_THAT(twice.flags->at(name), ElementsAre("a", "b"));
    } else {
      EXPECT_THAT(twice.flags->at(name), ElementsAre("b"));
    }
  });
}

TEST(Arguments, NoFileIsDroppedBecauseAnotherOneIsNamed) {
  std::set<std::string> once;
  for_each_value_flag([&once](const std::string&, const Flag& flag, const std::string&) {
    if (flag.once) once.emplace(flag.name);
    if (flag.value == "FILE" && flag.kind == FlagKind::value && flag.name != "ca-bundle") {
      EXPECT_TRUE(flag.once) << flag.name;
    }
  });
  for (const char* name : {"config", "inventory", "keys-from", "prices", "shard", "events"})
    EXPECT_TRUE(once.contains(name)) << name;
  EXPECT_EQ(outcome_of({"--config", "a.toml", "--config=b.toml"}).message, "--config is given twice");
  EXPECT_EQ(outcome_of({"--events", "a", "--events", "a"}).message, "--events is given twice");
  EXPECT_TRUE(outcome_of({"--manifest", "a", "--manifest", "b"}).flags) << "a list";
}

TEST(Arguments, ATogglesValueStandsBehindEqualsOnly) {
  for (const Command& command : commands()) {
    const std::string word(command.name);
    for (const std::string& toggle : toggles_of(word)) {
      SCOPED_TRACE(word + " " + dashed(toggle));
      EXPECT_EQ(outcome_of(with(word, {dashed(toggle) + "=false"})).flags, (Values{{toggle, {"false"}}}));
      EXPECT_THAT(outcome_of(with(word, {dashed(toggle) + "="})).message, HasSubstr(dashed(toggle)));
      EXPECT_THAT(outcome_of(with(word, {dashed(toggle), ""})).message, HasSubstr(empty_at(word, 2)));
      const ReadOutcome separate = outcome_of(with(word, {dashed(toggle), "false"}));
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
  EXPECT_THAT(
      parse_arguments(commands(), {"find", "a", "--quiet", "b", "--", "--dry-run", "-v", "--"}).operands,
      ElementsAre("a", "b", "--dry-run", "-v", "--"));
  EXPECT_THAT(parse_arguments(commands(), {"cat", " "}).operands, ElementsAre(" "));  // a key may be a blank
  for (const Command& command : commands()) {
    const std::string word(command.name);
    EXPECT_EQ(outcome_of(with(word, {""})).message, empty_at(word, 1));
    EXPECT_EQ(outcome_of(with(word, {"--", ""})).message, empty_at(word, 2));
  }
  EXPECT_EQ(outcome_of({"--quiet", ""}).message, "argument 2 is empty");
}

TEST(Arguments, AFlagIsTheSameInEveryCommandSoThatTheParserNeedsNone) {
  std::map<char, std::string_view> letters;
  std::map<std::string_view, bool> kinds;
  for (const Command& command : commands()) {
    for (const Flag& flag : command.flags) {
      const Flag* first = find_flag_anywhere(commands(), flag.name);
      EXPECT_EQ(first->letter, flag.letter) << flag.name;
      EXPECT_EQ(first->empty_is_unset, flag.empty_is_unset) << flag.name;
      EXPECT_FALSE(flag.changes_store && takes_value(flag)) << flag.name;
      for (const std::string_view name : names_of(command.flags, flag)) {
        EXPECT_EQ(kinds.emplace(name, takes_value(flag)).first->second, takes_value(flag)) << name;
        EXPECT_EQ(name, canonical_name(name));
      }
      if (flag.letter == '\0') continue;
      EXPECT_FALSE(takes_value(flag)) << flag.name;
      EXPECT_EQ(letters.emplace(flag.letter, flag.name).first->second, flag.name);
    }
  }
}

}  // namespace
}  // namespace s3c::cli
