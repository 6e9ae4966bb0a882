// What a dry run of a restore says of what it can't foresee.
#include "restore/restore_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "restore_run_fixture.h"

namespace s3c::restore {
namespace {

using base::ErrorKind;
using support::day_key;
using ::testing::HasSubstr;
using testing::RestoreRunTest;

TEST_F(RestoreRunTest, ThePlanTellsWhatItCanNotForesee) {
  archive({{day_key(1, 0), "a"}, {day_key(1, 1), "b"}, {day_key(1, 2), "c"}});
  target_.unclear = day_key(1, 0);
  target_.unlookable = day_key(1, 1);
  const RestorePlan planned = plan();
  EXPECT_EQ(planned.to_compare, 1u);
  EXPECT_EQ(planned.volumes.at(0).missing, 3u) << "none of them is known to be there";
  const RestoreReport foreseen = foresee_restore(planned);
  const RestoreReport done = restore();
  for (const RestoreReport* report : {&foreseen, &done}) {
    EXPECT_EQ(report->failed, 1u);
    EXPECT_EQ(report->failed_by_kind, (base::KindCounts{{ErrorKind::access_denied, 1}}));
    ASSERT_EQ(report->not_restored.count(), 1u);
    EXPECT_EQ(report->not_restored.named()[0].key, day_key(1, 1));
    EXPECT_THAT(report->not_restored.named()[0].why, HasSubstr("access denied"));
  }
}

}  // namespace
}  // namespace s3c::restore
