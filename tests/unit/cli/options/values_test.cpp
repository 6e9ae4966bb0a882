#include "cli/options/values.h"

#include <gtest/gtest.h>

namespace s3c::cli {
namespace {

TEST(WithoutPasswords, HidesWhatAUrlMayHoldOfSecrets) {
  EXPECT_EQ(without_passwords("--metrics-push=https://user:pass@host:9091/path"),
            "--metrics-push=https://...@host:9091/path");
  EXPECT_EQ(without_passwords("http://u:p@ss@host"), "http://...@host");
  EXPECT_EQ(without_passwords("https://host/path?token=secret#more"), "https://host/path?...");
  EXPECT_EQ(without_passwords("https://u:p@a https://v:q@b/x#frag c"), "https://...@a https://...@b/x#... c");
}

TEST(WithoutPasswords, LeavesEverythingElseAsItIs) {
  for (const char* text :
       {"", "a@b", "s3://bucket/what?*.xml", "https://host/user@place", "*://*", "://", "{prefix}/{yyyy}/"})
    EXPECT_EQ(without_passwords(text), text);
}

}  // namespace
}  // namespace s3c::cli
