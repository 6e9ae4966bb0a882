// Errors, encodings, hashes, times, ids, back-off: what is a pure function of its input.
#include <gtest/gtest.h>

#include <new>
#include <set>
#include <stdexcept>
#include <system_error>

#include "base/backoff.h"
#include "base/bytes.h"
#include "base/crc.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/md5_lanes.h"
#include "base/time.h"
#include "base/ulid.h"

namespace s3c::base {
namespace {

using std::string_literals::operator""s;

TEST(Error, TellsTheWholeStoryOnOneLine) {
  EXPECT_STREQ(Error(ErrorKind::transient, "it broke").what(), "it broke");
  const Error full(ErrorKind::throttled, "slow down",
                   {.operation = "GetObject",
                    .resource = "b/k",
                    .code = "SlowDown",
                    .request_id = "R1",
                    .http_status = 503,
                    .attempts = 3});
  EXPECT_STREQ(full.what(), "GetObject b/k: slow down (SlowDown, HTTP 503, 3 attempts, request id R1)");
  EXPECT_STREQ(Error(ErrorKind::corrupt, "bad", {.resource = "b/k", .attempts = 1}).what(), "b/k: bad");
  EXPECT_EQ(full.kind(), ErrorKind::throttled);
  EXPECT_EQ(full.message(), "slow down");
}

TEST(Error, KnowsWhatIsWorthRetrying) {
  const std::set<ErrorKind> hopeless = {
      ErrorKind::not_found,     ErrorKind::no_bucket,        ErrorKind::no_upload,  ErrorKind::wrong_state,
      ErrorKind::access_denied, ErrorKind::invalid_argument, ErrorKind::unsupported};
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ErrorKind::internal); ++i) {
    const auto kind = static_cast<ErrorKind>(i);
    EXPECT_EQ(Error(kind, "").worth_retrying(), !hopeless.contains(kind)) << to_string(kind);
    names.insert(to_string(kind));
  }
  EXPECT_EQ(names.size(), 14u);
}

TEST(Error, OutOfMemoryOrThreadsSaysWhatToChangeAndAnythingElseIsABug) {
  const Error memory = error_of(std::bad_alloc(), {.resource = "a group"});
  EXPECT_EQ(memory.kind(), ErrorKind::transient);
  EXPECT_TRUE(memory.message().starts_with("out of memory: raise the limit")) << memory.message();
  EXPECT_EQ(memory.context().resource, "a group");
  const std::system_error no_thread(std::make_error_code(std::errc::resource_unavailable_try_again));
  EXPECT_EQ(error_of(no_thread).kind(), ErrorKind::transient);
  EXPECT_EQ(error_of(no_thread).context().operation, "start thread");
  EXPECT_EQ(error_of(std::length_error("x")).kind(), ErrorKind::internal);
}

TEST(Encoding, Hex) {
  EXPECT_EQ(to_hex("\x00\xff\x1a"s), "00ff1a");
  EXPECT_EQ(from_hex("00fF1A"), "\x00\xff\x1a"s);
  EXPECT_EQ(from_hex(""), "");
  for (const char* bad : {"0", "0g", "0x00", " 00", "00 "}) EXPECT_FALSE(from_hex(bad)) << bad;
  EXPECT_TRUE(is_hex("0123456789abcdefABCDEF"));
  for (const char* bad : {"0g", "/", ":", "@", "G", "`", " 0"}) EXPECT_FALSE(is_hex(bad)) << bad;
}

TEST(Encoding, Base64AsInRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : vectors) {
    EXPECT_EQ(to_base64(plain), text);
    EXPECT_EQ(from_base64(text), plain);
  }
  for (const char* bad : {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zg==Zg==", "Zm9v\n", " Zm9v",
                          "Zm-_", "Zm=v", "Zm9v=", "Zm9vYg==\n"})
    EXPECT_FALSE(from_base64(bad)) << bad;
  for (const char* second_form : {"Zh==", "Zm9=", "Zm9vYh==", "Zm9vYmF="})
    EXPECT_FALSE(from_base64(second_form)) << second_form;
}

TEST(Encoding, Percent) {
  EXPECT_EQ(percent_encode("a/b c+\xc3\xa4~-._"), "a%2Fb%20c%2B%C3%A4~-._");
  EXPECT_EQ(percent_encode("a/b", true), "a/b");
  EXPECT_EQ(percent_decode("a%2fb%20+"), "a/b +");
  EXPECT_EQ(percent_decode("a+b", true), "a b");
  EXPECT_EQ(percent_decode("%00"), "\0"s);
  for (const char* bad : {"%", "%2", "%2g", "%g2", "a%"}) EXPECT_FALSE(percent_decode(bad)) << bad;
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
}

TEST(Encoding, Utf8IsWellFormedOrNot) {
  for (const char* good :
       {"", "a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xf4\x8f\xbf\xbf", "\xe0\xa0\x80", "\xf0\x90\x80\x80", "\xc2\x80"})
    EXPECT_TRUE(is_utf8(good)) << to_hex(good);
  for (const char* bad : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x9f\xbf",
                          "\xed\xa0\x80", "\xed\xbf\xbf", "\xe2\x82", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80", "\xff", "\xf0\x9f\x98", "a\xff"})
    EXPECT_FALSE(is_utf8(bad)) << to_hex(bad);
}

TEST(Encoding, PrintableKeepsTheTerminalSafe) {
  EXPECT_EQ(printable("plain \xc3\xa4 \xf0\x9f\x98\x80"), "plain \xc3\xa4 \xf0\x9f\x98\x80");
  EXPECT_EQ(printable("\x1b[31m\n\r\t\x7f"), "\\x1b[31m\\x0a\\x0d\\x09\\x7f");
  EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b") << "CSI as one C1 character";
  EXPECT_EQ(printable("\xc2\xa0"), "\xc2\xa0");
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b"),
            "a\\xe2\\x80\\xae"
            "b")
      << "U+202E turns the line round";
  for (const char* unseen : {"\xc2\xad", "\xd8\x9c", "\xe2\x80\x8b", "\xe2\x80\xa8", "\xe2\x80\xa9",
                             "\xe2\x81\xa6", "\xef\xbb\xbf", "\xf3\xa0\x81\x81"})
    EXPECT_EQ(printable(unseen).substr(0, 2), "\\x");
  EXPECT_EQ(printable("\xe2\x80\x90 \xef\xbb\xae"), "\xe2\x80\x90 \xef\xbb\xae")
      << "a hyphen and a letter beside them";
  EXPECT_FALSE(has_control_characters("\xe2\x80\xae"));
  for (const char* control : {"\n", "\x7f", "\xc2\x85", "\xff"}) EXPECT_TRUE(has_control_characters(control));
  EXPECT_EQ(printable("\0"s), "\\x00");
}

TEST(Bytes, LittleEndian) {
  std::string out;
  append_le<std::uint32_t>(out, 0x04034b50);
  append_le<std::uint16_t>(out, 0xfffe);
  EXPECT_EQ(out, "PK\x03\x04\xfe\xff");
  EXPECT_EQ(load_le<std::uint32_t>(out, 0), 0x04034b50u);
  EXPECT_EQ(load_le<std::uint16_t>(out, 4), 0xfffeu);
  out.clear();
  append_le<std::uint64_t>(out, 0x8877665544332211);
  EXPECT_EQ(load_le<std::uint64_t>(out, 0), 0x8877665544332211u);
}

// Source of the vectors: RFC 1321 A.5, FIPS 180-4 examples, RFC 4231 case 2, RFC 3720 B.4, and for the CRCs
// the check value that catalogues give for "123456789".
TEST(Hash, PublishedVectors) {
  EXPECT_EQ(to_hex(md5("")), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(to_hex(md5("abc")), "900150983cd24fb0d6963f7d28e17f72");
  Digest sha1 = Digest::sha1();
  sha1.update("a");
  sha1.update("bc");
  EXPECT_EQ(to_hex(sha1.finish()), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256("", "")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
      << "after another key";
  EXPECT_EQ(crc32("123456789"), 0xcbf43926u);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc64nvme("123456789"), 0xae8b14860a799888u);
  EXPECT_EQ(crc64nvme_bytes(0xae8b14860a799888u), "\xae\x8b\x14\x86\x0a\x79\x98\x88");
  EXPECT_EQ(crc32c_bytes(0x01020304), "\x01\x02\x03\x04");
  EXPECT_EQ(to_hex(crc32_bytes(0xcbf43926)), "cbf43926");
}

TEST(Hash, CrcsContinueAndCombine) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text.push_back(static_cast<char>(i * 7));
  for (const std::size_t cut : {0u, 1u, 7u, 8u, 9u, 500u, 999u, 1000u}) {
    const std::string a = text.substr(0, cut);
    const std::string b = text.substr(cut);
    EXPECT_EQ(crc32(b, crc32(a)), crc32(text));
    EXPECT_EQ(crc32c(b, crc32c(a)), crc32c(text));
    EXPECT_EQ(crc64nvme(b, crc64nvme(a)), crc64nvme(text));
    EXPECT_EQ(crc32_combine(crc32(a), crc32(b), b.size()), crc32(text));
    EXPECT_EQ(crc32c_combine(crc32c(a), crc32c(b), b.size()), crc32c(text));
    EXPECT_EQ(crc64nvme_combine(crc64nvme(a), crc64nvme(b), b.size()), crc64nvme(text));
  }
}

TEST(Time, FormatsAndReadsBack) {
  const Timestamp t = Timestamp{std::chrono::milliseconds{1522584000123}};
  EXPECT_EQ(format_iso8601(t), "2018-04-01T12:00:00.123Z");
  EXPECT_EQ(format_amz_date(t), "20180401T120000Z");
  EXPECT_EQ(format_http_date(t), "Sun, 01 Apr 2018 12:00:00 GMT");
  for (const char* day :
       {"1970-01-01", "1999-12-31", "2000-02-29", "2016-02-29", "2038-01-19", "9999-12-31"}) {
    const auto whole = parse_iso8601(std::string(day) + "T23:59:58Z");
    ASSERT_TRUE(whole) << day;
    EXPECT_EQ(parse_iso8601(format_iso8601(*whole)), whole);
    EXPECT_EQ(parse_amz_date(format_amz_date(*whole)), whole);
    EXPECT_EQ(parse_http_date(format_http_date(*whole)), whole);
  }
}

TEST(Time, TakesFractionsOfAnyLength) {
  const auto second = *parse_iso8601("2018-04-01T12:00:00Z");
  EXPECT_EQ(*parse_iso8601("2018-04-01T12:00:00.5Z") - second, std::chrono::milliseconds(500));
  EXPECT_EQ(*parse_iso8601("2018-04-01T12:00:00.123999999Z") - second, std::chrono::milliseconds(123));
}

TEST(Time, ALeapSecondIsTheNextSecondButNotInTheYear10000) {
  EXPECT_EQ(parse_iso8601("2016-12-31T23:59:60Z"), parse_iso8601("2017-01-01T00:00:00Z"));
  EXPECT_FALSE(parse_iso8601("9999-12-31T23:59:60Z"));
  EXPECT_FALSE(parse_amz_date("99991231T235960Z"));
  EXPECT_FALSE(parse_http_date("Fri, 31 Dec 9999 23:59:60 GMT"));
}

TEST(Time, RefusesWhatIsMalformed) {
  for (const char* bad :
       {"", "Z", "2018-04-01T12:00:00", "2018-04-01 12:00:00Z", "2018-02-29T00:00:00Z",
        "2018-13-01T00:00:00Z", "2018-04-01T24:00:00Z", "2018-04-01T12:60:00Z", "2018-04-01T12:00:61Z",
        "2018-04-01T12:00:00.Z", "2018-04-01T12:00:00.1xZ", "2018-04-01T12:00:00+00:00Z",
        "18-04-01T12:00:00Z", "2018-4-01T12:00:00Z", "-018-04-01T12:00:00Z", "2018-04-01T12:00:00ZZ"})
    EXPECT_FALSE(parse_iso8601(bad)) << bad;
  for (const char* bad :
       {"", "20180401T120000", "20180401T120000Zx", "2018-04-01T120000Z", "20180230T120000Z"})
    EXPECT_FALSE(parse_amz_date(bad)) << bad;
  for (const char* bad :
       {"", "Sun, 01 Apr 2018 12:00:00", "Sun, 1 Apr 2018 12:00:00 GMT", "Sunday, 01-Apr-18 12:00:00 GMT",
        "Sun, 01 Xyz 2018 12:00:00 GMT", "Sun, 01 Apr 2018 12:00:00 GMT "})
    EXPECT_FALSE(parse_http_date(bad)) << bad;
}

TEST(Ulid, SortsByTimeAndIsReadBack) {
  const Timestamp t = *parse_iso8601("2026-08-01T00:00:00.001Z");
  const std::string id = make_ulid(t);
  EXPECT_EQ(id.size(), 26u);
  EXPECT_EQ(ulid_time(id), t);
  EXPECT_LT(id, make_ulid(t + std::chrono::milliseconds(1)));
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(make_ulid(t));
  EXPECT_EQ(ids.size(), 1000u);
  EXPECT_EQ(ulid_time("01ARYZ6S41TSV4RRFFQ69G5FAV"), Timestamp{std::chrono::milliseconds{1469918176385}});
  for (const char* bad :
       {"", "01ARYZ6S41TSV4RRFFQ69G5FA", "01ARYZ6S41TSV4RRFFQ69G5FAVV", "81ARYZ6S41TSV4RRFFQ69G5FAV",
        "01arYZ6S41TSV4RRFFQ69G5FAV", "01ARYZ6S41TSV4RRFFQ69G5FAU", "01ARYZ6S41TSV4RRFFQ69G5FA/"})
    EXPECT_FALSE(ulid_time(bad)) << bad;
  EXPECT_EQ(ulid_of({}, std::string(10, '\xff')), "0000000000ZZZZZZZZZZZZZZZZ");
  EXPECT_EQ(ulid_of(t, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09"s).substr(10), "000G40R40M30E209");
  EXPECT_EQ(ulid_time(ulid_of(t, "0123456789")), t);
  EXPECT_THROW(ulid_of(t, "012345678"), Error);
}

TEST(Backoff, StaysWithinItsBoundsAndUsesThem) {
  std::minstd_rand random(7);
  const Backoff backoff{std::chrono::milliseconds(100), std::chrono::milliseconds(1000)};
  for (const auto& [failures, most] :
       std::vector<std::pair<int, int>>{{1, 100}, {2, 200}, {4, 800}, {5, 1000}, {1000, 1000}}) {
    std::chrono::milliseconds longest{0};
    for (int i = 0; i < 500; ++i) {
      const auto delay = backoff.delay(failures, random);
      EXPECT_GE(delay.count(), 0);
      EXPECT_LE(delay.count(), most);
      longest = std::max(longest, delay);
    }
    EXPECT_GT(longest.count(), most * 9 / 10);
  }
}

}  // namespace
}  // namespace s3c::base
