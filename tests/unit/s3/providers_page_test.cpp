// docs/providers.md is generated here, from the table of known stores: never edit it by hand. To renew it:
// S3C_UPDATE_GOLDEN=1 build/release/unit_s3 --gtest_filter='ProvidersPage.*'
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "s3/known_stores.h"

namespace s3c::s3 {
namespace {

const std::filesystem::path kTests = std::filesystem::path(S3C_TEST_DATA).parent_path();
const std::filesystem::path kPage = kTests.parent_path() / "docs" / "providers.md";

constexpr std::string_view kHead = R"(# Providers

<!-- Generated from src/s3/known_stores.cpp by tests/unit/s3/providers_page_test.cpp. Don't edit it here. -->

What S3 stores can and can't do, as far as `s3compress` cares. A run doesn't rely on this page: it finds out by itself what
a store can do, or takes it from `--store-powers`, `--source-powers` and `--archive-powers`. The one exception is
`atomic-complete`, which no request can find out.

Ask your own store, which may be newer, or set up otherwise:

    s3compress check-store --arch-bucket archive-bucket --bucket source-bucket

## Powers

| power | a store that has it | without it |
| --- | --- | --- |
)";

constexpr std::string_view kMatrixHead = R"(
Without one of those in **bold** letters `archive` isn't safe, and `check-store` says so (exit code 2).

## Stores

**yes** and **no** were measured by a test. yes and no are only documented: nobody has tried. A dot: not known, and not looked
into. What isn't known may well be there.

)";

std::string cell(const KnownStore& store, Power power) {
  const Fact* fact = find_fact(store, power);
  if (fact == nullptr) return "·";
  const char* answer = fact->has_it ? "yes" : "no";
  return fact->basis == Fact::Basis::measured ? fmt::format("**{}**", answer) : answer;
}

std::string source_of(const Fact& fact) {
  if (fact.basis == Fact::Basis::documented) return fmt::format("documented: <{}>", fact.source);
  const std::string_view source = fact.source;
  const std::size_t colon = source.find(": ");
  return fmt::format("measured: `tests/{}`, `{}`", source.substr(0, colon), source.substr(colon + 2));
}

std::string page() {
  std::string text(kHead);
  for (const PowerText& power : powers()) {
    text +=
        fmt::format("| {} | {} | {} |\n",
                    power.required ? fmt::format("**`{}`**", power.name) : fmt::format("`{}`", power.name),
                    power.meaning, power.without);
  }
  text += kMatrixHead;
  text += "| power |";
  std::string rule = "| --- |";
  for (const KnownStore& store : known_stores()) {
    text += fmt::format(" {} |", store.name);
    rule += " --- |";
  }
  text += "\n" + rule + "\n";
  for (const PowerText& power : powers()) {
    text += fmt::format("| `{}` |", power.name);
    for (const KnownStore& store : known_stores()) text += fmt::format(" {} |", cell(store, power.power));
    text += "\n";
  }
  text += "\n## Where that comes from\n";
  for (const KnownStore& store : known_stores()) {
    text += fmt::format("\n### {}\n\n", store.name);
    if (store.facts.empty()) text += "Nothing is known.\n";
    if (!store.note.empty()) text += fmt::format("{}\n\n", store.note);
    for (const Fact& fact : store.facts) {
      text += fmt::format("- `{}`: {}; {}\n", text_of(fact.power).name, fact.has_it ? "yes" : "no",
                          source_of(fact));
    }
  }
  return text;
}

std::string read(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

TEST(ProvidersPage, IsWhatTheTableSays) {
  if (std::getenv("S3C_UPDATE_GOLDEN") != nullptr) std::ofstream(kPage, std::ios::binary) << page();
  EXPECT_EQ(read(kPage), page()) << "S3C_UPDATE_GOLDEN=1 renews it";
}

TEST(ProvidersPage, EachFactStandsOnceAndHasItsSource) {
  for (const KnownStore& store : known_stores()) {
    std::set<Power> seen;
    for (const Fact& fact : store.facts) {
      SCOPED_TRACE(fmt::format("{}, {}", store.name, text_of(fact.power).name));
      EXPECT_TRUE(seen.insert(fact.power).second) << "is there twice";
      if (fact.basis == Fact::Basis::documented) {
        EXPECT_TRUE(fact.source.starts_with("https://")) << fact.source;
        continue;
      }
      // The test is there, by the name that the page says.
      const std::string source(fact.source);
      const std::size_t colon = source.find(": ");
      ASSERT_NE(colon, std::string::npos);
      const std::string text = read(kTests / source.substr(0, colon));
      const std::string name = source.substr(colon + 2);
      const std::size_t dot = name.find('.');
      ASSERT_NE(dot, std::string::npos);
      const std::string cpp = fmt::format("TEST_P({}, {})", name.substr(0, dot), name.substr(dot + 1));
      const bool in_python = text.find("class " + name.substr(0, dot)) != std::string::npos &&
                             text.find("def " + name.substr(dot + 1) + "(") != std::string::npos;
      EXPECT_TRUE(in_python || text.find(cpp) != std::string::npos) << source;
    }
  }
}

TEST(ProvidersPage, OnlyTheVendorsWordMakesCompletesAtomic) {
  for (const KnownStore& store : known_stores()) {
    const Fact* fact = find_fact(store, Power::atomic_complete);
    EXPECT_TRUE(fact == nullptr || fact->basis == Fact::Basis::documented) << store.name;
  }
}

}  // namespace
}  // namespace s3c::s3
