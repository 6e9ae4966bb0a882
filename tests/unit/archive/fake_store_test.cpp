// What the fake store promises about frozen objects: others' tests stand on it.
#include "support/fake_store.h"

#include <gtest/gtest.h>

namespace s3c::archive::testing {
namespace {

using s3::RestoreOutcome;
using Kind = s3::ThawState::Kind;

TEST(FakeStore, FrozenUntilItsPollsAreOver) {
  support::FakeStore store;
  store.make_bucket("b");
  store.freezes_archives = true;
  store.thaw_polls = 2;
  store.put_object(
      {.bucket = "b", .key = "k", .attributes = {.tags = {{"a", "1"}}, .storage_class = "GLACIER"}}, "cold");
  const auto thaw = [&] { return store.head_object("b", "k")->thaw.kind; };
  const auto code_of = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const base::Error& error) {
      return error.context().code;
    }
    return "";
  };
  const auto get = [&] { store.get_object({.bucket = "b", .key = "k"}); };
  const s3::RestoreObjectRequest restore{.bucket = "b", .key = "k", .days = 1};

  EXPECT_EQ(thaw(), Kind::frozen);
  EXPECT_EQ(code_of(get), "InvalidObjectState");
  EXPECT_EQ(store.restore_object(restore), RestoreOutcome::started);
  EXPECT_EQ(store.restore_object(restore), RestoreOutcome::in_progress);
  EXPECT_EQ(thaw(), Kind::in_progress);
  EXPECT_EQ(code_of(get), "InvalidObjectState");
  EXPECT_EQ(thaw(), Kind::in_progress);
  EXPECT_EQ(thaw(), Kind::thawed);
  EXPECT_EQ(code_of(get), "");
  EXPECT_EQ(store.restore_object(restore), RestoreOutcome::extended);
  EXPECT_EQ(store.get_object_tagging("b", "k", "").size(), 1u);

  store.put("b", "warm", "");
  EXPECT_EQ(code_of([&] { store.restore_object({.bucket = "b", .key = "warm"}); }), "InvalidObjectState");
  store.restores = false;
  EXPECT_EQ(code_of([&] { store.restore_object(restore); }), "NotImplemented");
}

}  // namespace
}  // namespace s3c::archive::testing
