// Lines about volumes: the name first, and no wider than a terminal.
#include "cli/output/member_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace s3c::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

catalog::VolumeInfo volume(const std::string& key) {
  catalog::VolumeInfo info;
  info.archive_key = key;
  info.id = "01B8J3Z7Q40000000000000000";
  info.manifest.emplace();
  info.manifest->archive_key = key;
  info.manifest->objects = 1'000'000;
  info.manifest->source_size_bytes = 53'687'091'200;
  info.manifest->archive_size_bytes = 999'949'000;
  info.manifest->storage_class = "DEEP_ARCHIVE";
  info.archive.emplace();
  info.archive->key = key;
  info.archive->size_bytes = 999'949'000;
  info.archive->storage_class = "DEEP_ARCHIVE";
  info.archive->thaw.emplace();
  info.archive->thaw->kind = s3::ThawState::Kind::in_progress;
  return info;
}

TEST(VolumeLine, BeginsWithTheVolumeAndFitsATerminal) {
  const std::string key = "company-access-logs/20180411.zip";  // longer than its column
  const std::string usual = "source-bucket/20180411-12.zip";
  EXPECT_THAT(volume_heading(false), StartsWith("VOLUME "));
  EXPECT_THAT(volume_line(volume(usual), false), StartsWith(usual + " "));
  EXPECT_THAT(volume_line(volume(usual), false), EndsWith("  DEEP_ARCHIVE  in_progress\n"));
  for (const std::string& line : {volume_heading(false), volume_line(volume(usual), false)})
    EXPECT_LE(line.size(), 80u + 1u) << line;
  EXPECT_THAT(volume_line(volume(key), false), StartsWith(key + "  1,000,000  "));
}

TEST(VolumeLine, TheLongOneHasMoreColumns) {
  const std::string line = volume_line(volume("s/20180411.zip"), true);
  for (const char* column : {"BYTES", "RATIO", "CREATED"}) {
    EXPECT_THAT(volume_heading(true), HasSubstr(column));
    EXPECT_EQ(volume_heading(false).find(column), std::string::npos) << column;
  }
  EXPECT_THAT(line, HasSubstr("53.7 GB"));
  EXPECT_THAT(line, HasSubstr("53.7:1"));
  EXPECT_EQ(volume_line(volume("s/20180411.zip"), false).find("53.7"), std::string::npos);
}

TEST(VolumeLine, WhatIsNotKnownAndWhatIsWrong) {
  catalog::VolumeInfo info = volume("s/20180411.zip");
  info.manifest.reset();
  info.archive->thaw.reset();
  info.archive->storage_class = "STANDARD";
  info.state = catalog::VolumeState::no_manifest;
  info.detail = "no record";
  EXPECT_THAT(volume_line(info, false), HasSubstr("  -   999.9 MB  STANDARD  (no_manifest: no record)\n"));
}

}  // namespace
}  // namespace s3c::cli
