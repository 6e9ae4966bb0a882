#include "zip/entry_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "base/encoding.h"
#include "tests/unit/zip/memory_zip.h"

namespace s3c::zip {
namespace {

using testing::error_kind;

TEST(EntryNamerTest, SafeKeysAreTheirOwnNames) {
  EntryNamer namer;
  for (const char* key : {"a", "sources/2017/02/10/0/6/my_file.xml", "...", ".hidden", "a..b/c", "a b", "%2f",
                          "100%", "2018-01-01T00:00:00Z", "what?*", "gr\xc3\xbc\xc3\x9f", "C", "~",
                          "s3compress-keys/a", "x/s3compress-key/a", "x/s3compress-index.jsonl"}) {
    EXPECT_EQ(namer.assign(key), key);
  }
}

struct Unsafe {
  std::string_view key;
  const char* name;
};

TEST(EntryNamerTest, UnsafeKeysGetSafeNames) {
  const Unsafe table[] = {
      {"/a", "s3compress-key/=%2fa"},
      {"//a", "s3compress-key/=%2f%2fa"},
      {"/", "s3compress-key/=%2f"},
      {"a//b", "s3compress-key/a/=%2fb"},
      {"a///b/c", "s3compress-key/a/%2f%2fb/=c"},
      {"dir/", "s3compress-key/=dir%2f"},
      {"dir//", "s3compress-key/dir/=%2f"},
      {".", "s3compress-key/=%2e"},
      {"..", "s3compress-key/=%2e%2e"},
      {"../etc/passwd", "s3compress-key/%2e%2e/etc/=passwd"},
      {"a/./b", "s3compress-key/a/%2e/=b"},
      {"a/..", "s3compress-key/a/=%2e%2e"},
      {"a\\b", "s3compress-key/=a%5cb"},
      {"a\nb", "s3compress-key/=a%0ab"},
      {std::string_view("a\0b", 3), "s3compress-key/=a%00b"},
      {"a\x7f", "s3compress-key/=a%7f"},
      {"a\xc2\x9b"
       "b",
       "s3compress-key/=a%c2%9bb"},
      {"\xff", "s3compress-key/=%ff"},
      {"C:", "s3compress-key/=%43%3a"},
      {"c:/windows", "s3compress-key/c%3a/=windows"},
      {"con/aux.txt//x", "s3compress-key/%63on/%61ux.txt/=%2fx"},
      {"a./b.//x", "s3compress-key/a%2e/b%2e/=%2fx"},
      {"A=\xc3\xa9\\", "s3compress-key/=%41%3d%c3%a9%5c"},
      {"s3compress-index.jsonl", "s3compress-key/=s3compress-index.jsonl"},
      {"S3compress-Index.jsonl", "s3compress-key/=%533compress-%49ndex.jsonl"},
      {"s3compress-index.jsonl/a", "s3compress-key/s3compress-index.jsonl/=a"},
      {"s3compress-key", "s3compress-key/=s3compress-key"},
      {"s3compress-key/=a", "s3compress-key/s3compress-key/=%3da"},
      {"S3COMPRESS-KEY/a", "s3compress-key/%533%43%4f%4d%50%52%45%53%53-%4b%45%59/=a"},
      {"", "s3compress-key/="},
  };
  EntryNamer namer;
  for (const Unsafe& row : table) {
    EXPECT_EQ(namer.assign(row.key), row.name);
    EXPECT_EQ(key_from_entry_name(row.name), row.key);
  }
}

TEST(EntryNamerTest, NamesEqualUpToCaseClash) {
  EntryNamer namer;
  EXPECT_EQ(namer.assign("Readme"), "Readme");
  EXPECT_EQ(namer.assign("readme"), "s3compress-key/=readme");
  EXPECT_EQ(namer.assign("README"), "s3compress-key/=%52%45%41%44%4d%45");
  EXPECT_EQ(namer.assign("\xc3\x84rger"), "\xc3\x84rger");
  EXPECT_EQ(namer.assign("\xc3\xa4rger"), "s3compress-key/=%c3%a4rger");
  EXPECT_EQ(namer.assign("\xce\xa3"), "\xce\xa3");                // capital sigma
  EXPECT_EQ(namer.assign("\xcf\x82"), "s3compress-key/=%cf%82");  // final small sigma
  EXPECT_EQ(namer.assign("K"), "K");
  EXPECT_EQ(namer.assign("\xe2\x84\xaa"), "s3compress-key/=%e2%84%aa");  // the Kelvin sign
  EXPECT_EQ(namer.assign("A/x"), "A/x");
  EXPECT_EQ(namer.assign("a/y"), "a/y");  // two spellings of one directory lose nothing
  EXPECT_EQ(namer.assign("a/X"), "s3compress-key/a/=%58");
}

TEST(EntryNamerTest, AFileIsNeverADirectory) {
  EntryNamer namer;
  EXPECT_EQ(namer.assign("a"), "a");
  EXPECT_EQ(namer.assign("a/b"), "s3compress-key/a/=b");
  EXPECT_EQ(namer.assign("a/b/c"), "s3compress-key/a/b/=c");
  EXPECT_EQ(namer.assign("D/e/f"), "D/e/f");
  EXPECT_EQ(namer.assign("d"), "s3compress-key/=d");
  EXPECT_EQ(namer.assign("d/E"), "s3compress-key/d/=%45");
}

TEST(KeyFromEntryNameTest, RefusesWhatAssignDoesNotMake) {
  for (const char* name :
       {"s3compress-key/", "s3compress-key/a", "s3compress-key/=A", "s3compress-key/=%61",
        "s3compress-key/=%2F", "s3compress-key/=%", "s3compress-key/=a/b", "s3compress-key/=a/=b",
        "s3compress-key//=a", "s3compress-key/../=a", "s3compress-key/=.."}) {
    EXPECT_EQ(error_kind([&] { key_from_entry_name(name); }), base::ErrorKind::corrupt) << name;
  }
}

/// Short strings over the bytes that mean something, so that clashes of every kind are frequent.
std::string random_key(std::mt19937& random) {
  using namespace std::string_view_literals;
  static constexpr std::string_view kAlphabet = "aAbB//..%=:\\\0\n\xc3\xa4\xc3\x84\xff "sv;
  std::string key(1 + random() % 6, '\0');
  for (char& c : key) c = kAlphabet[random() % kAlphabet.size()];
  return key;
}

TEST(EntryNamerTest, RandomKeysGetUniqueReversibleExtractableNames) {
  std::mt19937 random(20170210);
  EntryNamer namer;
  std::set<std::string> keys;
  std::set<std::string> files;  // lower-case; ASCII is enough, the safe names show the rest
  std::set<std::string> directories;
  while (keys.size() < 20'000) {
    const std::string key = random_key(random);
    if (!keys.insert(key).second) continue;
    const std::string name = namer.assign(key);
    ASSERT_EQ(key_from_entry_name(name), key);
    ASSERT_TRUE(base::is_utf8(name));
    std::string lower = name;
    for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    ASSERT_TRUE(files.insert(lower).second) << name;
    ASSERT_FALSE(directories.contains(lower)) << name;
    for (std::size_t slash = lower.find('/'); slash != std::string::npos;
         slash = lower.find('/', slash + 1)) {
      ASSERT_FALSE(files.contains(lower.substr(0, slash))) << name;
      directories.insert(lower.substr(0, slash));
    }
    for (const char* bad : {"//", "/../", "/./", "\\"}) {
      ASSERT_EQ(("/" + name + "/").find(bad), name.starts_with('/') ? 0 : std::string::npos) << name;
    }
  }
}

TEST(EntryNamerTest, RandomBytesComeBack) {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string key(1 + random() % 40, '\0');
    for (char& c : key) c = static_cast<char>(random());
    const std::string name = safe_entry_name(key);
    ASSERT_EQ(key_from_entry_name(name), key);
    for (const char c : name) {
      ASSERT_TRUE((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  std::string_view("-_.~/%=").find(c) != std::string_view::npos);
    }
  }
}

TEST(EntryNamerTest, AMillionNamesTakeLittleMemory) {
  EntryNamer namer;
  for (int i = 0; i < 1'000'000; ++i) {
    const std::string key = "sources/2017/02/10/" + std::to_string(i / 1000) + "/" + std::to_string(i);
    ASSERT_EQ(namer.assign(key), key);
  }
  EXPECT_LE(namer.memory_bytes(), 16'000'000u);
}

}  // namespace
}  // namespace s3c::zip
