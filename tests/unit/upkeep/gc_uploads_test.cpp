// gc where a store lists unfinished uploads by whole keys only.
#include "gc_fixture.h"

namespace s3c::upkeep {
namespace {

using support::Call;
using support::Op;
using testing::gc;
using testing::gc_options;
using testing::names;

class GcUploadsTest : public testing::GcFixture {};

INSTANTIATE_TEST_SUITE_P(Stores, GcUploadsTest, ::testing::Bool(), testing::store_name);

TEST_P(GcUploadsTest, WhereUploadsAreListedByWholeKeysTheNamesOnRecordAreAskedFor) {
  support::run(store_, support::small_options());
  for (const char* key : {"src/20180401.zip", "src/20180401-3.zip", "src/20180401-4.zip", "src/20180409.zip"})
    start_upload(key);
  std::string prefix;
  store_.before = [&](const Call& c) {
    if (c.op == Op::uploads) prefix = c.key;
  };
  store_.alter_uploads = [&](s3::ListMultipartUploadsPage& page) {
    std::erase_if(page.uploads, [&](const s3::MultipartUpload& upload) { return upload.key != prefix; });
  };
  const GcReport report = gc(store_, gc_options());
  EXPECT_TRUE(report.uploads_hidden) << "those of names that nothing tells can't be seen";
  EXPECT_EQ(names(report.removed),
            (std::vector<std::string>{"upload src/20180401-3.zip", "upload src/20180401.zip"}));
  EXPECT_EQ(store_.upload_keys(), (std::multiset<std::string>{"src/20180401-4.zip", "src/20180409.zip"}));
  store_.before = {};
  store_.alter_uploads = {};
  EXPECT_FALSE(gc(store_, gc_options()).uploads_hidden);
}

}  // namespace
}  // namespace s3c::upkeep
