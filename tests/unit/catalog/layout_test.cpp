#include <gtest/gtest.h>

#include "archive/options.h"
#include "archive/progress.h"
#include "archive/report.h"
#include "catalog/layout.h"
#include "catalog/volume_size.h"
#include "support/promise.h"

namespace s3c::catalog {
namespace {

using base::ErrorKind;
using support::error_kind;

TEST(Layout, RefusesTemplatesThatCannotWork) {
  for (const char* text : {"",
                           "{yyyy}/",
                           "{prefix}/{yyyy}",
                           "{prefix}/",
                           "{prefix}/x/",
                           "{prefix}/{mm}/",
                           "{prefix}/{yyyy}/{dd}/",
                           "{prefix}/{yyyy}/{mm}/{hh}/",
                           "{prefix}/{yyyy}/{yyyy}/",
                           "{prefix}/{yyyy}//",
                           "{prefix}/{yyyy}/{YYYY}/",
                           "{prefix}/{yyyy",
                           "{prefix}/{}/",
                           "{prefix}/{a b}/",
                           "{prefix}/{customer}/{mm}/",
                           "{prefix}/{c}/{c}/",
                           "{prefix}/{yyyy}/{mm}/{m}/",
                           "{prefix}/yyyy}/",
                           "{prefix}/{prefix}/{yyyy}/",
                           "{prefix}/{bucket}/{yyyy}/"}) {
    EXPECT_EQ(error_kind([&] { Layout::parse(text); }), ErrorKind::invalid_argument) << text;
  }
  for (const char* text :
       {"{prefix}/{yyyy}/{mm}/{dd}/", "{prefix}/day={yyyy}-{mm}-{dd}/", "{prefix}/{yyyy}/",
        "{prefix}/{dd}/{mm}/{yyyy}/", "{prefix}/{yyyy}/{mm}/{dd}/{hh}/", "{prefix}/{customer}/{yyyy}/{m}/",
        "{prefix}/{device}/", "{prefix}/x-{device-id}_{yyyy}/"}) {
    EXPECT_EQ(Layout::parse(text).text(), text);
  }
}

std::optional<Fields> match_day(const std::string& year, const std::string& month, const std::string& day) {
  const Layout layout = Layout::parse(kDefaultLayout);
  const auto y = layout.match(0, year, {});
  const auto m = y ? layout.match(1, month, *y) : std::nullopt;
  return m ? layout.match(2, day, *m) : std::nullopt;
}

TEST(Layout, MatchesCalendarDatesOnly) {
  EXPECT_EQ(match_day("2018/", "04/", "01/"), (Fields{{"yyyy", "2018"}, {"mm", "04"}, {"dd", "01"}}));
  EXPECT_TRUE(match_day("2016/", "02/", "29/"));
  EXPECT_TRUE(match_day("2000/", "02/", "29/"));
  for (const auto& [y, m, d] : std::vector<std::array<const char*, 3>>{{"2018/", "02/", "29/"},
                                                                       {"1900/", "02/", "29/"},
                                                                       {"2018/", "13/", "01/"},
                                                                       {"2018/", "00/", "01/"},
                                                                       {"2018/", "04/", "31/"},
                                                                       {"2018/", "04/", "00/"},
                                                                       {"2018/", "4/", "01/"},
                                                                       {"2018/", "04/", "1/"},
                                                                       {"2018/", "04/", "001/"},
                                                                       {"2018/", "04", "01/"},
                                                                       {"0000/", "04/", "01/"},
                                                                       {"201a/", "04/", "01/"},
                                                                       {"-018/", "04/", "01/"},
                                                                       {"2018/", "+4/", "01/"},
                                                                       {"2018/", "04/", "01x/"},
                                                                       {"2018/", "/", "01/"}}) {
    EXPECT_FALSE(match_day(y, m, d)) << y << m << d;
  }
}

TEST(Layout, MatchesLiteralsAroundFields) {
  const Layout layout = Layout::parse("{prefix}/day={yyyy}-{mm}-{dd}/");
  EXPECT_EQ(layout.levels(), 1u);
  EXPECT_TRUE(layout.match(0, "day=2018-04-01/", {}));
  EXPECT_FALSE(layout.match(0, "day=2018-04-01x/", {}));
  EXPECT_FALSE(layout.match(0, "2018-04-01/", {}));
  EXPECT_FALSE(layout.match(0, "day=2018_04-01/", {}));
  EXPECT_FALSE(layout.match(0, "day=2018-04-0/", {}));
}

TEST(ArchiveName, NamesVolumes) {
  const ArchiveName name = ArchiveName::parse(kDefaultArchiveName);
  EXPECT_EQ(name.stem("source-bucket", "sources", {{"yyyy", "2018"}, {"mm", "04"}, {"dd", "01"}}),
            "source-bucket/20180401");
  EXPECT_EQ(ArchiveName::volume_key("b/20180401", 1), "b/20180401.zip");
  EXPECT_EQ(ArchiveName::volume_key("b/20180401", 2), "b/20180401-2.zip");
  struct Case {
    const char* key;
    std::optional<int> number;
  };
  for (const Case& c : {Case{"b/20180101.zip", 1}, Case{"b/20180101-2.zip", 2}, Case{"b/20180101-10.zip", 10},
                        Case{"b/201801011.zip", std::nullopt}, Case{"b/20180101-02.zip", std::nullopt},
                        Case{"b/20180101-1.zip", std::nullopt}, Case{"b/20180101-0.zip", std::nullopt},
                        Case{"b/20180101--2.zip", std::nullopt}, Case{"b/20180101-2", std::nullopt},
                        Case{"b/20180101-99999999999.zip", std::nullopt}, Case{"b/2018010.zip", std::nullopt},
                        Case{"b/20180101-2x.zip", std::nullopt}, Case{".zip", std::nullopt}}) {
    EXPECT_EQ(ArchiveName::volume_number("b/20180101", c.key), c.number) << c.key;
  }
}

TEST(ArchiveName, KnowsWhichKeysItGives) {
  struct Case {
    const char* name;
    const char* key;
    const char* stem;  ///< nullptr: no group's
  };
  for (const Case& c : {
           Case{kDefaultArchiveName.data(), "b/20180401.zip", "b/20180401"},
           Case{kDefaultArchiveName.data(), "b/20180401-2.zip", "b/20180401"},
           Case{kDefaultArchiveName.data(), "b/20180401-13.zip", "b/20180401"},
           Case{kDefaultArchiveName.data(), "b/20180401-1.zip", nullptr},
           Case{kDefaultArchiveName.data(), "b/20180401-02.zip", nullptr},
           Case{kDefaultArchiveName.data(), "b/20180401.zip.tmp", nullptr},
           Case{kDefaultArchiveName.data(), "b/20180401", nullptr},
           Case{kDefaultArchiveName.data(), "b/2018040.zip", nullptr},
           Case{kDefaultArchiveName.data(), "b/201804011.zip", nullptr},
           Case{kDefaultArchiveName.data(), "b/20181301.zip", nullptr},
           Case{kDefaultArchiveName.data(), "b/20180230.zip", nullptr},
           Case{kDefaultArchiveName.data(), "b/+1180401.zip", nullptr},
           Case{kDefaultArchiveName.data(), "b/00000401.zip", nullptr},
           Case{kDefaultArchiveName.data(), "other/20180401.zip", nullptr},
           Case{kDefaultArchiveName.data(), "bb/20180401.zip", nullptr},
           Case{kDefaultArchiveName.data(), "x/b/20180401.zip", nullptr},
           Case{kDefaultArchiveName.data(), "b/", nullptr},
           Case{kDefaultArchiveName.data(), "", nullptr},
           Case{"{yyyy}.zip", "2018.zip", "2018"},
           Case{"{yyyy}.zip", "20180401.zip", nullptr},
           Case{"{yyyy}.zip", "2018-04.zip", nullptr},
           Case{"{prefix}/{yyyy}/{yyyy}{mm}.zip", "p/q/2018/201804.zip", "p/q/2018/201804"},
           Case{"{prefix}/{yyyy}/{yyyy}{mm}.zip", "p/q/2018/201904.zip", nullptr},
           Case{"{yyyy}{mm}{dd}-{hh}.zip", "20180401-23.zip", "20180401-23"},
           Case{"{yyyy}{mm}{dd}-{hh}.zip", "20180401-24.zip", nullptr},
           Case{"{yyyy}{mm}{dd}-{hh}.zip", "20180401-23-2.zip", "20180401-23"},
       }) {
    const auto volume = ArchiveName::parse(c.name).volume_of("b", {"p/q"}, c.key);
    EXPECT_EQ(volume ? volume->stem : "none", c.stem == nullptr ? "none" : c.stem) << c.name << " " << c.key;
  }
  const auto fixed = [](const char* name) { return ArchiveName::parse(name).fixed_prefix("b", {"p/q"}); };
  EXPECT_EQ(fixed("{bucket}/{yyyy}{mm}{dd}.zip"), "b/");
  EXPECT_EQ(fixed("a-{prefix}-x{yyyy}z{bucket}.zip"), "a-p/q-x");
  EXPECT_EQ(fixed("{yyyy}.zip"), "");
}

TEST(ArchiveName, TheDateOfAVolumeIsInItsName) {
  const auto volume =
      ArchiveName::parse("{bucket}/{yyyy}{mm}{dd}-{hh}.zip").volume_of("b", {"p"}, "b/20180401-23-2.zip");
  ASSERT_TRUE(volume);
  EXPECT_EQ(volume->fields, (Fields{{"yyyy", "2018"}, {"mm", "04"}, {"dd", "01"}, {"hh", "23"}}));
}

TEST(Layout, TellsTheGroupOfAKey) {
  const Layout layout = Layout::parse("{prefix}/day={yyyy}-{mm}-{dd}/{hh}/");
  EXPECT_EQ(layout.fields_of_key("logs/app", "logs/app/day=2018-04-01/13/x/y.json"),
            (Fields{{"yyyy", "2018"}, {"mm", "04"}, {"dd", "01"}, {"hh", "13"}}));
  EXPECT_TRUE(layout.fields_of_key("logs/app", "logs/app/day=2018-04-01/13/"));
  for (const char* key : {"logs/app/day=2018-04-01/13", "logs/app/day=2018-04-31/13/x",
                          "logs/day=2018-04-01/13/x", "logs/app/", "logs/app/day=2018-04-01/24/x", ""})
    EXPECT_FALSE(layout.fields_of_key("logs/app", key)) << key;
}

TEST(ArchiveName, RefusesWhatWouldCollide) {
  for (const char* text : {"{bucket}/{yyyy}.tar", "/{bucket}.zip", "s3compress_catalog/{yyyy}.zip",
                           "{bucket}/{DD}.zip", "{bucket}/{yyyy.zip", "{a}/{a}.zip"}) {
    EXPECT_EQ(error_kind([&] { ArchiveName::parse(text); }), ErrorKind::invalid_argument) << text;
  }
}

TEST(DateRange, KnowsWhatMayLieInIt) {
  const DateRange range = DateRange::between("2018-02-10", "2018-04-05");
  struct Case {
    Date date;
    bool inside;
  };
  for (const Case& c : {Case{{2018, 2, 10}, true}, Case{{2018, 2, 9}, false}, Case{{2018, 4, 5}, true},
                        Case{{2018, 4, 6}, false}, Case{{2018, 2, 0}, true}, Case{{2018, 1, 0}, false},
                        Case{{2018, 5, 0}, false}, Case{{2018, 0, 0}, true}, Case{{2017, 0, 0}, false},
                        Case{{2019, 0, 0}, false}, Case{{0, 0, 0}, true}}) {
    EXPECT_EQ(range.may_contain(c.date), c.inside) << c.date.year << "-" << c.date.month << "-" << c.date.day;
  }
  const DateRange years = DateRange::years({2016, 2018});
  EXPECT_TRUE(years.may_contain({2018, 12, 31}));
  EXPECT_FALSE(years.may_contain({2017, 1, 1}));
  EXPECT_TRUE(DateRange().may_contain({1, 1, 1}));
  EXPECT_TRUE(DateRange::between(std::nullopt, "2018-01-01").may_contain({1990, 0, 0}));
}

TEST(DateRange, RefusesWhatIsNoDate) {
  for (const char* text : {"2018-02-30", "2018-13-01", "2018-1-1", "20180101", "0000-01-01", "", "2018-00-10",
                           "2018-01-01 ", "2018-01-+1"}) {
    EXPECT_EQ(error_kind([&] { DateRange::between(text, std::nullopt); }), ErrorKind::invalid_argument)
        << text;
  }
  EXPECT_EQ(error_kind([] { DateRange::between("2018-02-01", "2018-01-01"); }), ErrorKind::invalid_argument);
  EXPECT_EQ(error_kind([] { DateRange::years({10000}); }), ErrorKind::invalid_argument);
  EXPECT_EQ(error_kind([] { DateRange::years({0}); }), ErrorKind::invalid_argument);
}

TEST(Options, RefusesWhatCannotWork) {
  const archive::ArchiveOptions good = [] {
    archive::ArchiveOptions o;
    o.selection.bucket = "b";
    o.archive_bucket = "a";
    return o;
  }();
  EXPECT_NO_THROW(validate(good));
  const std::vector<std::function<void(archive::ArchiveOptions&)>> spoil = {
      [](archive::ArchiveOptions& o) { o.selection.bucket = ""; },
      [](archive::ArchiveOptions& o) { o.archive_bucket = ""; },
      [](archive::ArchiveOptions& o) { o.selection.prefixes = {""}; },
      [](archive::ArchiveOptions& o) { o.selection.prefixes = {"a/"}; },
      [](archive::ArchiveOptions& o) { o.selection.prefixes = {"/a"}; },
      [](archive::ArchiveOptions& o) { o.selection.prefixes = {}; },
      [](archive::ArchiveOptions& o) {
        o.selection.prefixes = {"a", "b"};
      },
      [](archive::ArchiveOptions& o) { o.layout = Layout::parse("{prefix}/{customer}/"); },
      [](archive::ArchiveOptions& o) { o.resources.threads = 0; },
      [](archive::ArchiveOptions& o) { o.resources.threads = 4097; },
      [](archive::ArchiveOptions& o) { o.resources.open_groups = 0; },
      [](archive::ArchiveOptions& o) { o.resources.upload_slots = 0; },
      [](archive::ArchiveOptions& o) { o.level = 13; },
      [](archive::ArchiveOptions& o) { o.level = -1; },
      [](archive::ArchiveOptions& o) { o.max_objects = 0; },
      [](archive::ArchiveOptions& o) { o.max_size_bytes = 0; },
      [](archive::ArchiveOptions& o) { o.delete_batch = 0; },
      [](archive::ArchiveOptions& o) { o.delete_batch = 1001; },
      [](archive::ArchiveOptions& o) { o.keep_sources = o.delete_versions = true; },
      [](archive::ArchiveOptions& o) { o.archive_name = ArchiveName::parse("{bucket}/{yyyy}.zip"); },
      [](archive::ArchiveOptions& o) { o.resources.memory_bytes = std::uint64_t{16} << 20; },
      // A small --max-size does not make up for a --max-objects without bound: empty objects have no size.
      [](archive::ArchiveOptions& o) { o.max_size_bytes = 1000, o.max_objects = std::uint64_t{1} << 60; },
      [](archive::ArchiveOptions& o) {
        o.archive_bucket = "b";
        o.archive_name = ArchiveName::parse("sources/{yyyy}{mm}{dd}.zip");
      },
  };
  for (std::size_t i = 0; i < spoil.size(); ++i) {
    archive::ArchiveOptions o = good;
    spoil[i](o);
    EXPECT_EQ(error_kind([&] { validate(o); }), ErrorKind::invalid_argument) << "case " << i;
  }
  archive::ArchiveOptions same = good;
  same.archive_bucket = "b";
  EXPECT_NO_THROW(validate(same)) << "one bucket for both is fine while the keys keep apart";
}

TEST(Options, PartsNeverRunOut) {
  for (const std::uint64_t bytes :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 30, std::uint64_t{50} << 30,
        std::uint64_t{5} << 40, std::uint64_t{48} << 40}) {
    for (const std::uint64_t objects : {1ull, 1000ull, 1'000'000ull, 10'000'000ull}) {
      const std::uint64_t part = part_size_bytes(bytes, objects);
      // Incompressible, the longest names, rows as large as they get without tags.
      const std::uint64_t archive = bytes + bytes / 2048 + objects * (2 * 3300 + 8192) + (1 << 20);
      EXPECT_LT((archive + part - 1) / part, 10'000u) << bytes << " bytes in " << objects;
      EXPECT_GE(part, std::uint64_t{8} << 20);
      EXPECT_EQ(part % (1 << 20), 0u);
    }
  }
  EXPECT_GE(part_size_bytes(~std::uint64_t{0}, ~std::uint64_t{0}),
            part_size_bytes(std::uint64_t{1} << 50, 1));
}

TEST(Report, CountsEveryObjectAndNamesTheFirstThousand) {
  archive::LeftObjects left;
  for (int i = 0; i < 1500; ++i) left.add({"k" + std::to_string(i), archive::LeftReason::changed, ""});
  archive::LeftObjects more;
  more.add({"x", archive::LeftReason::frozen, "d"});
  left.add(more);
  EXPECT_EQ(left.count(), 1501u);
  EXPECT_EQ(left.named().size(), 1000u);
  EXPECT_EQ(left.by_reason().at(archive::LeftReason::changed), 1500u);
  EXPECT_EQ(left.by_reason().at(archive::LeftReason::frozen), 1u);
  std::set<std::string_view> texts;
  for (const auto reason :
       {archive::LeftReason::changed, archive::LeftReason::unreadable, archive::LeftReason::frozen,
        archive::LeftReason::damaged, archive::LeftReason::too_large, archive::LeftReason::not_deleted,
        archive::LeftReason::overwritten})
    texts.insert(archive::describe(reason));
  EXPECT_EQ(texts.size(), 7u);
}

TEST(Report, TotalKeepsTheFirstFailure) {
  archive::RunReport report;
  report.group_reports.resize(3);
  report.group_reports[0].listed = 2;
  report.group_reports[1].listed = 3;
  report.group_reports[1].failure = base::Error(ErrorKind::transient, "one");
  report.group_reports[2].failure = base::Error(ErrorKind::corrupt, "two");
  report.group_reports[2].volumes.push_back({"a", 1, 2, 3});
  EXPECT_EQ(report.total().listed, 5u);
  EXPECT_EQ(report.total().volumes.size(), 1u);
  EXPECT_EQ(report.total().failure->message(), "one");
  report.failure = base::Error(ErrorKind::corrupt, "search");
  EXPECT_EQ(report.total().failure->message(), "search");
}

TEST(Progress, ShowsOpenGroupsOnly) {
  archive::Progress progress;
  progress.group_found();
  progress.group_started("a/");
  progress.update(
      "a/", [](archive::GroupProgress& g, archive::RunProgress& r) { g.packed = 2, r.objects_packed += 2; });
  EXPECT_EQ(progress.snapshot().open_groups.size(), 1u);
  EXPECT_EQ(progress.snapshot().open_groups.at(0).packed, 2u);
  progress.group_done("a/");
  progress.update("a/", [](archive::GroupProgress&, archive::RunProgress& r) { ++r.objects_left; });
  progress.groups_final();
  EXPECT_TRUE(progress.snapshot().open_groups.empty());
  EXPECT_EQ(progress.snapshot().objects_packed, 2u);
  EXPECT_EQ(progress.snapshot().groups_done, 1u);
  EXPECT_TRUE(progress.snapshot().groups_final);
}

}  // namespace
}  // namespace s3c::catalog
