// Free fields, unpadded dates, several prefixes, and names that two groups could share.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "catalog/ambiguity.h"
#include "catalog/catalog_keys.h"
#include "catalog/catalog_scope.h"
#include "catalog/layout.h"
#include "support/promise.h"

namespace s3c::catalog {
namespace {

using base::ErrorKind;
using support::error_kind;

/// What is said against the two templates; empty: they go together.
std::string names_refusal(std::string_view layout, std::string_view name, const Prefixes& prefixes = {"p"},
                          const std::string& bucket = "b") {
  try {
    validate_names(bucket, prefixes, Layout::parse(layout), ArchiveName::parse(name));
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    return error.message();
  }
  return "";
}

TEST(Names, MustHaveTheSameFields) {
  EXPECT_EQ(
      names_refusal(kDefaultLayout, "{bucket}/{yyyy}{mm}.zip"),
      "archive_name \"{bucket}/{yyyy}{mm}.zip\" and the layout \"{prefix}/{yyyy}/{mm}/{dd}/\" must name the "
      "same fields: {dd} is only in one of them; p/2018/04/01/ and p/2018/04/02/ would get one archive, "
      "b/201804.zip");
  EXPECT_EQ(
      names_refusal(kDefaultLayout, "{bucket}/{yyyy}{mm}{dd}{hh}.zip"),
      "archive_name \"{bucket}/{yyyy}{mm}{dd}{hh}.zip\" and the layout \"{prefix}/{yyyy}/{mm}/{dd}/\" must name "
      "the same fields: {hh} is only in one of them");
}

TEST(Names, ThatTwoGroupsCouldShareAreRefusedWithAnExample) {
  struct Case {
    const char* layout;
    const char* name;
    const char* example;  ///< two groups and the name that both would get
  };
  for (const Case& c : {
           Case{"{prefix}/{a}/{b}/", "{bucket}/{a}{b}.zip",
                "p/xx/x/ and p/x/xx/ would both be archived as b/xxx.zip"},
           Case{"{prefix}/{a}/{b}/", "{bucket}/{a}-{b}/x.zip",
                "p/x-/x/ and p/x/-x/ would both be archived as b/x--x/x.zip"},
           Case{"{prefix}/{a}/{b}/", "{bucket}/{a}_to_{b}/x.zip",
                "p/x_to/x/ and p/x/to_x/ would both be archived as b/x_to_to_x/x.zip"},
           Case{"{prefix}/{device}/", "{bucket}/{device}.zip",
                "p/x-2/ and p/x/ (volume 2) would both be archived as b/x-2.zip"},
           Case{"{prefix}/{device}/{yyyy}/{mm}/", "{bucket}/{yyyy}/{device}-{mm}.zip",
                "p/x-01/2222/10/ and p/x/2222/01/ (volume 10) would both be archived as b/2222/x-01-10.zip"},
           Case{"{prefix}/{yyyy}/{m}/{d}/", "{bucket}/{yyyy}{m}{d}.zip",
                "p/2222/1/11/ and p/2222/11/1/ would both be archived as b/2222111.zip"},
           Case{"{prefix}/{device}/{m}/{yyyy}/", "{bucket}/{yyyy}/{device}{m}/x.zip",
                "would both be archived as b/2222/x11/x.zip"},
       }) {
    const std::string refusal = names_refusal(c.layout, c.name);
    EXPECT_NE(refusal.find("let two groups collide: "), std::string::npos) << c.name << ": " << refusal;
    EXPECT_NE(refusal.find(c.example), std::string::npos) << c.name << ": " << refusal;
  }
}

TEST(Names, ThatNoTwoGroupsCanShareAreTaken) {
  struct Case {
    const char* layout;
    const char* name;
  };
  for (const Case& c : {
           Case{"{prefix}/{a}/{b}/", "{bucket}/{a}/{b}/all.zip"},
           Case{"{prefix}/{customer}/{yyyy}/{mm}/", "{bucket}/{customer}/{yyyy}{mm}.zip"},
           Case{"{prefix}/{customer}/{yyyy}/{mm}/", "{bucket}/{customer}-{yyyy}{mm}.zip"},
           Case{"{prefix}/{device}/{yyyy}/", "{bucket}/{device}-{yyyy}.zip"},
           Case{"{prefix}/{device}/{yyyy}/", "{bucket}/{yyyy}/{device}_all.zip"},
           Case{"{prefix}/{device}/", "{bucket}/{device}/all.zip"},
           Case{"{prefix}/{yyyy}/{m}/{d}/", "{bucket}/{yyyy}{mm}{dd}.zip"},
           Case{"{prefix}/{yyyy}/{m}/{d}/{h}/", "{bucket}/{yyyy}-{m}-{d}-{h}.zip"},
           Case{"{prefix}/dt={yyyy}-{mm}-{dd}/", "{bucket}/{yyyy}{mm}{dd}.zip"},
           Case{"{prefix}/{site}/{yyyy}/", "{bucket}/{yyyy}{site}/x.zip"},
       }) {
    EXPECT_EQ(names_refusal(c.layout, c.name), "") << c.name;
  }
}

/// The search for ambiguous names, by trying: every pair of short values.
TEST(Names, TheSearchFindsWhatTryingFinds) {
  const std::vector<std::string> values = {"x",   "-", "2",  "x-2", "x-",  "-x",
                                           "2-2", "a", "xa", "ax",  "x-a", "a-x"};
  for (const char* name : {"{a}{b}", "{a}-{b}", "{a}/{b}", "{a}x{b}", "{a}/x{b}", "{b}/{a}x", "{b}/{a}/x",
                           "a{a}/-{b}-", "{a}-2/{b}x"}) {
    const ArchiveName archive_name = ArchiveName::parse(std::string(name) + ".zip");
    std::map<std::string, std::set<std::pair<std::string, std::string>>> groups;
    for (const std::string& a : values) {
      for (const std::string& b : values) {
        for (const int volume : {1, 2, 22})
          groups[ArchiveName::volume_key(archive_name.stem("b", "p", {{"a", a}, {"b", b}}), volume)].insert(
              {a, b});
      }
    }
    bool shared = false;
    for (const auto& [key, of] : groups) shared = shared || of.size() > 1;
    const auto& stem = archive_name.stem_template();
    EXPECT_EQ(find_ambiguity(stem, stem, Numbered::yes).has_value(), shared) << name;
  }
}

TEST(Names, WithAFreeFieldKeepVolumeNumbersApart) {
  const ArchiveName name = ArchiveName::parse("{bucket}/{device}-{yyyy}.zip");
  EXPECT_EQ(name.max_volumes(), kMostVolumes);
  EXPECT_GT(ArchiveName::parse(kDefaultArchiveName).max_volumes(), 1'000'000);
  const auto volume = name.volume_of("b", {"p"}, "b/a-2018-2019.zip");
  ASSERT_TRUE(volume);
  EXPECT_EQ(volume->fields, (Fields{{"device", "a-2018"}, {"yyyy", "2019"}})) << "no run makes volume 2019";
  EXPECT_EQ(name.volume_of("b", {"p"}, "b/a-2018-999.zip")->fields,
            (Fields{{"device", "a"}, {"yyyy", "2018"}}));
}

TEST(Names, NeverLeadIntoTheCatalog) {
  EXPECT_NE(names_refusal("{prefix}/{a}/{b}/", "{a}/{b}/x.zip").find("where the catalog is"),
            std::string::npos);
  EXPECT_NE(names_refusal("{prefix}/{a}/", "s3{a}/x.zip").find("where the catalog is"), std::string::npos);
  EXPECT_NE(
      names_refusal("{prefix}/{a}/", "{bucket}{a}/x.zip", {"p"}, "s3compress").find("where the catalog is"),
      std::string::npos);
  EXPECT_EQ(names_refusal("{prefix}/{a}/", "{bucket}/{a}/x.zip", {"p"}, "s3compress"), "");
}

TEST(Prefixes, OfOneRunAreApart) {
  constexpr const char* kName = "{prefix}/{yyyy}{mm}{dd}.zip";
  EXPECT_EQ(names_refusal(kDefaultLayout, kName, {"a", "b", "ab", "a-b"}), "");
  EXPECT_NE(
      names_refusal(kDefaultLayout, kName, {"a", "a/b"}).find("prefix \"a/b\" lies inside prefix \"a\""),
      std::string::npos);
  EXPECT_NE(names_refusal(kDefaultLayout, kName, {"a", "b", "a"}).find("lies inside"), std::string::npos);
  EXPECT_NE(
      names_refusal(kDefaultLayout, kDefaultArchiveName, {"logs", "events"})
          .find(
              "logs/2222/01/01/ and events/2222/01/01/ would both be archived as b/22220101.zip. Put {prefix}"),
      std::string::npos)
      << names_refusal(kDefaultLayout, kDefaultArchiveName, {"logs", "events"});
  // "x" + "ya" and "xy" + "a"
  EXPECT_NE(names_refusal("{prefix}/{a}/", "{prefix}{a}/x.zip", {"x", "xy"}).find("let two groups collide"),
            std::string::npos);
}

TEST(Prefixes, AreReadBackFromNames) {
  const ArchiveName name = ArchiveName::parse("z/{prefix}/{yyyy}.zip");
  const auto volume = name.volume_of("b", {"logs", "events/app"}, "z/events/app/2018-3.zip");
  ASSERT_TRUE(volume);
  EXPECT_EQ(volume->prefix, "events/app");
  EXPECT_EQ(volume->stem, "z/events/app/2018");
  EXPECT_FALSE(name.volume_of("b", {"logs"}, "z/events/app/2018-3.zip"));
  EXPECT_EQ(name.fixed_prefix("b", {"logs", "lost"}), "z/lo");
  EXPECT_EQ(name.fixed_prefix("b", {"logs"}), "z/logs/");
}

TEST(FreeFields, HoldWhatFoldersHold) {
  const Layout layout = Layout::parse("{prefix}/{customer}/v-{device}.x/{yyyy}/");
  for (const std::string value :
       {"acme", "acme-corp", "a b", "..", ".", "a-2", "ümlaut", "\x01\n", "{x}", "v-", ".x"}) {
    const std::string key = "p/" + value + "/v-" + value + ".x/2018/file";
    const Fields fields = {{"customer", value}, {"device", value}, {"yyyy", "2018"}};
    EXPECT_EQ(layout.fields_of_key("p", key), fields) << value;
    EXPECT_EQ(layout.group_prefix_of_key("p", key), "p/" + value + "/v-" + value + ".x/2018/");
  }
  for (const char* key :
       {"p//v-a.x/2018/f", "p/a/v-.x/2018/f", "p/a/v-a.xx/2018/f", "p/a/b/v-a.x/2018/f", "p/a/v-a.x/2018"})
    EXPECT_FALSE(layout.fields_of_key("p", key)) << key;
}

TEST(FreeFields, OfOneFolderMustBeTold) {
  try {
    Layout::parse("{prefix}/{a}-{b}/");
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(
        error.message(),
        "layout \"{prefix}/{a}-{b}/\": nobody can tell where its fields end in a folder \"x--x/\": {a} = x-, {b} = x, or "
        "{a} = x, {b} = -x. Let one field take all of it, or put a \"/\" between the fields");
  }
  for (const char* text : {"{prefix}/{a}{b}/", "{prefix}/{yyyy}{m}{d}/", "{prefix}/{a}{m}-{yyyy}/"})
    EXPECT_EQ(error_kind([&] { Layout::parse(text); }), ErrorKind::invalid_argument) << text;
  EXPECT_EQ(Layout::parse("{prefix}/{a}-{yyyy}/").fields_of_key("p", "p/x-1999-2018/f"),
            (Fields{{"a", "x-1999"}, {"yyyy", "2018"}}));
}

TEST(UnpaddedDates, AreTheSameFieldsAsPaddedOnes) {
  const Layout layout = Layout::parse("{prefix}/{yyyy}/{m}/{d}/{h}/");
  EXPECT_EQ(layout.fields_of_key("p", "p/2018/4/1/0/x"),
            (Fields{{"yyyy", "2018"}, {"mm", "04"}, {"dd", "01"}, {"hh", "00"}}));
  EXPECT_EQ(layout.group_prefix_of_key("p", "p/2018/12/31/23/x"), "p/2018/12/31/23/");
  for (const char* key : {"p/2018/04/1/0/x", "p/2018/4/01/0/x", "p/2018/4/1/00/x", "p/2018/13/1/0/x",
                          "p/2018/0/1/0/x", "p/2018/2/30/0/x", "p/2018/4/1/24/x", "p/2018//1/0/x"})
    EXPECT_FALSE(layout.fields_of_key("p", key)) << key;
  const ArchiveName name = ArchiveName::parse("{bucket}/{yyyy}{mm}{dd}/{h}.zip");
  EXPECT_EQ(name.stem("b", "p", *layout.fields_of_key("p", "p/2018/4/1/7/x")), "b/20180401/7");
  EXPECT_EQ(name.volume_of("b", {"p"}, "b/20180401/7-2.zip")->fields.at("hh"), "07");
}

TEST(Dates, OfGroupsWithoutOneAreInNoRange) {
  CatalogScope scope;
  scope.archive_bucket = "a";
  scope.dates = DateRange::years({2018});
  index::Manifest manifest;
  manifest.group = {{"customer", "acme"}};
  EXPECT_FALSE(scope.holds(manifest));
  scope.dates = {};
  EXPECT_TRUE(scope.holds(manifest));
  scope.bucket = "b";
  scope.layout = Layout::parse("{prefix}/{customer}/");
  scope.archive_name = ArchiveName::parse("{bucket}/{customer}/all.zip");
  EXPECT_NO_THROW(validate(scope));
  scope.dates = DateRange::years({2018});
  EXPECT_EQ(error_kind([&] { validate(scope); }), ErrorKind::invalid_argument);
}

TEST(LongNames, LeaveRoomForTheKeysOfRecords) {
  const std::string archive = ArchiveName::volume_key(std::string(kMaxStemBytes, 'x'), 2'000'000'000);
  const std::string id(26, '0');
  for (const std::string& key :
       {manifest_key(archive, id), index_key(archive, id), commit_mark_key(archive, id),
        take_back_mark_key(archive, id), staging_key(archive, id)})
    EXPECT_LE(key.size(), 1024U) << key.substr(0, 40);
}

TEST(CanBeginWith, TellsWhetherArchivesLieAmongSources) {
  const auto can = [](const char* name, const char* text) {
    return can_begin_with(ArchiveName::parse(name).stem_template().with("b", "p"), text);
  };
  EXPECT_TRUE(can("{prefix}/{yyyy}.zip", "p/"));
  EXPECT_TRUE(can("{yyyy}/{mm}.zip", "2018/"));
  EXPECT_TRUE(can("{customer}/x.zip", "sources/"));
  EXPECT_FALSE(can("{yyyy}{mm}{dd}.zip", "sources/"));
  EXPECT_FALSE(can("{bucket}/{customer}/x.zip", "p/"));
}

TEST(DayText, HasAsMuchOfTheDateAsTheFields) {
  EXPECT_EQ(day_text({{"yyyy", "2018"}, {"mm", "04"}, {"dd", "01"}, {"hh", "09"}}), "2018-04-01");
  EXPECT_EQ(day_text({{"customer", "acme"}, {"yyyy", "2018"}, {"mm", "04"}}), "2018-04");
  EXPECT_EQ(day_text({{"yyyy", "2018"}}), "2018");
  EXPECT_EQ(day_text({{"customer", "acme"}}), "");
  EXPECT_EQ(day_text({{"mm", "04"}}), "") << "a month of no year is no date";
}

}  // namespace
}  // namespace s3c::catalog
