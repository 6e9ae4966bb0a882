#include "cli/output/format.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "cli/options/nearest.h"
#include "cli/options/values.h"

namespace s3c::cli {
namespace {

using std::chrono::milliseconds;

TEST(Format, Counts) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000), "1,000");
  EXPECT_EQ(format_count(1'234'567), "1,234,567");
  EXPECT_EQ(format_count(1, "object", "objects"), "1 object");
  EXPECT_EQ(format_count(0, "object", "objects"), "0 objects");
}

TEST(Format, Bytes) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(999), "999 B");
  EXPECT_EQ(format_bytes(1000), "1.0 KB");
  EXPECT_EQ(format_bytes(999'949), "999.9 KB");
  EXPECT_EQ(format_bytes(999'950), "1.0 MB") << "never 1000.0 KB";
  EXPECT_EQ(format_bytes(4'712'345'678'901), "4.7 TB");
  EXPECT_EQ(format_bytes(UINT64_MAX), "18.4 EB");
}

TEST(Format, Rates) {
  EXPECT_EQ(format_rate(0), "0/s");
  EXPECT_EQ(format_rate(-1), "0/s");
  EXPECT_EQ(format_rate(3.44), "3.4/s");
  EXPECT_EQ(format_rate(9.96), "10/s");
  EXPECT_EQ(format_rate(5120.4), "5,120/s");
  EXPECT_EQ(format_byte_rate(12'345'678), "12.3 MB/s");
}

TEST(Format, Durations) {
  EXPECT_EQ(format_duration(milliseconds(420), true), "0.4 s");
  EXPECT_EQ(format_duration(milliseconds(420)), "0 s");
  EXPECT_EQ(format_duration(milliseconds(59'499)), "59 s");
  EXPECT_EQ(format_duration(milliseconds(59'960), true), "1 min 00 s");
  EXPECT_EQ(format_duration(milliseconds(185'000)), "3 min 05 s");
  EXPECT_EQ(format_duration(milliseconds(7'620'000)), "2 h 07 min");
  EXPECT_EQ(format_duration(milliseconds(273'600'000)), "3 d 04 h");
  EXPECT_EQ(format_duration(milliseconds(-5)), "0 s");
}

TEST(Format, Ratio) {
  EXPECT_EQ(format_ratio(430, 100), "4.3:1");
  EXPECT_EQ(format_ratio(0, 100), "-");
  EXPECT_EQ(format_ratio(100, 0), "-");
}

TEST(Format, FitsWidthWithoutBreakingCharacters) {
  EXPECT_EQ(fit_to_width("sources/", 8), "sources/");
  EXPECT_EQ(fit_to_width("sources/x", 8), "sourc...");
  EXPECT_EQ(fit_to_width("abc", 2), "..");
  EXPECT_EQ(display_width("\xE6\x97\xA5x"), 3U);
  EXPECT_EQ(fit_to_width("\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5", 5), "\xE6\x97\xA5...");
  EXPECT_EQ(fit_to_width("\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5", 6), "\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5");
}

TEST(Values, Sizes) {
  EXPECT_THROW(parse_size_bytes("5"), base::Error) << "bytes or gigabytes?";
  EXPECT_EQ(parse_size_bytes("1b"), 1U);
  EXPECT_EQ(parse_size_bytes("2K"), 2048U);
  EXPECT_EQ(parse_size_bytes("2KiB"), 2048U);
  EXPECT_EQ(parse_size_bytes("2kb"), 2000U);
  EXPECT_EQ(parse_size_bytes("3 MB"), 3'000'000U);
  EXPECT_EQ(parse_size_bytes("50GiB"), std::uint64_t{50} << 30);
  EXPECT_EQ(parse_size_bytes("1T"), std::uint64_t{1} << 40);
  for (const char* bad : {"", "0", "-1", "1.5G", "G", "1X", "99999999T", "99999999999999999999", "1 G G"}) {
    EXPECT_THROW(parse_size_bytes(bad), base::Error) << bad;
  }
}

TEST(Values, Ages) {
  EXPECT_EQ(parse_age("0"), std::chrono::seconds(0));
  EXPECT_EQ(parse_age("45s"), std::chrono::seconds(45));
  EXPECT_EQ(parse_age("30m"), std::chrono::minutes(30));
  EXPECT_EQ(parse_age("12h"), std::chrono::hours(12));
  EXPECT_EQ(parse_age("7d"), std::chrono::days(7));
  EXPECT_EQ(parse_age("2w"), std::chrono::weeks(2));
  for (const char* bad : {"", "7", "d", "-1d", "1.5d", "7 d", "99999999999w"}) {
    EXPECT_THROW(parse_age(bad), base::Error) << bad;
  }
}

TEST(Values, Tagging) {
  EXPECT_EQ(parse_tagging("a=1&b="), "a=1&b=");
  for (const char* bad : {"", "a", "=1", "a=1&", "a=1&a=2", "a=1&%61=2", "a=%zz", "a=%ff", "aws:x=1", "a b=1",
                          "a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10&k=11"}) {
    EXPECT_THROW(parse_tagging(bad), base::Error) << bad;
  }
  std::string longest;  // counted in characters, not in bytes
  for (int i = 0; i < 128; ++i) longest += "%C3%BC";
  EXPECT_EQ(parse_tagging(longest + "=1"), longest + "=1");
  EXPECT_THROW(parse_tagging(longest + "x=1"), base::Error);
  EXPECT_NO_THROW(parse_tagging("a=" + std::string(256, 'v')));
  EXPECT_THROW(parse_tagging("a=" + std::string(257, 'v')), base::Error);
}

TEST(Values, StorePowers) {
  using archive::DeleteConditions;
  archive::ArchiveOptions o;
  parse_store_powers("full", o);
  EXPECT_EQ(o.conditional_complete, true);
  EXPECT_EQ(o.additional_checksums, true);
  EXPECT_EQ(o.delete_conditions, DeleteConditions::in_batches);
  parse_store_powers("none", o);
  EXPECT_EQ(o.conditional_complete, false);
  EXPECT_EQ(o.delete_conditions, DeleteConditions::ignored);
  parse_store_powers("checksums, conditional-delete", o);
  EXPECT_EQ(o.conditional_complete, false);
  EXPECT_EQ(o.additional_checksums, true);
  EXPECT_EQ(o.delete_conditions, DeleteConditions::in_batches);
  // Of one store: the other one's stay as they are.
  parse_source_powers("conditional-single-delete", o);
  EXPECT_EQ(o.delete_conditions, DeleteConditions::one_by_one);
  EXPECT_EQ(o.additional_checksums, true);
  parse_archive_powers("full", o);
  EXPECT_EQ(o.conditional_complete, true);
  EXPECT_EQ(o.delete_conditions, DeleteConditions::one_by_one);
  parse_archive_powers("probe", o);
  EXPECT_EQ(o.conditional_complete, std::nullopt);
  EXPECT_EQ(o.additional_checksums, std::nullopt);
  parse_store_powers("probe", o);
  EXPECT_EQ(o.delete_conditions, std::nullopt);
  EXPECT_THROW(parse_store_powers("checksums,probe", o), base::Error);
  EXPECT_THROW(parse_source_powers("checksums", o), base::Error);
  EXPECT_THROW(parse_archive_powers("conditional-delete", o), base::Error);
}

TEST(Nearest, FindsTheWordThatWasMeant) {
  const std::vector<std::string> flags = {"threads", "arch-bucket", "bucket", "to", "max-size"};
  EXPECT_EQ(nearest("thread", flags), "threads");
  EXPECT_EQ(nearest("thraeds", flags), "threads");
  EXPECT_EQ(nearest("arch", flags), "arch-bucket");
  EXPECT_EQ(nearest("bukcet", flags), "bucket");
  EXPECT_EQ(nearest("zzzzzz", flags), std::nullopt);
  EXPECT_EQ(nearest("", flags), std::nullopt);
  EXPECT_EQ(edit_distance("abc", "acb"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
}

TEST(ParseBucket, SaysHowToWriteIt) {
  EXPECT_EQ(parse_bucket("source-bucket"), "source-bucket");
  const auto message = [](std::string_view text) {
    try {
      parse_bucket(text);
    } catch (const base::Error& error) {
      return error.message();
    }
    return std::string("accepted");
  };
  EXPECT_EQ(message("s3://src"), "is no bucket's name: write it without s3://, as src");
  EXPECT_EQ(message("s3://src/"), "is no bucket's name: write it without s3://, as src");
  EXPECT_EQ(message("src/"), "is no bucket's name: write it without /, as src");
  EXPECT_EQ(message("s3://"), "names no bucket");
}

TEST(Format, TheEndOfATextFits) {
  EXPECT_EQ(tail_within("sources/2018", 4), "2018");
  EXPECT_EQ(tail_within("abc", 10), "abc");
  EXPECT_EQ(tail_within("abc", 0), "");
  EXPECT_EQ(tail_within("a\xc3\xa4"
                        "b",
                        2),
            "b")
      << "no half of a character";
}

}  // namespace
}  // namespace s3c::cli
