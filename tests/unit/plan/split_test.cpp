// How groups are dealt out to tasks, and what of it is written where.
#include "plan/split.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>

#include "plan/plan_run.h"
#include "plan/split_place.h"
#include "s3/one_folder_store.h"
#include "source/row_input.h"
#include "source/split_set.h"
#include "support/promise.h"

namespace s3c::plan {
namespace {

using base::ErrorKind;
using support::FakeStore;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

SplitGroup group(const std::string& prefix, std::uint64_t objects, std::uint64_t bytes = 0) {
  SplitGroup made;
  made.prefix = prefix;
  made.objects = objects;
  made.bytes = bytes;
  return made;
}

std::vector<std::uint64_t> loads(const std::vector<SplitGroup>& groups,
                                 const std::vector<std::vector<std::size_t>>& dealt) {
  std::vector<std::uint64_t> loads;
  for (const auto& task : dealt) {
    std::uint64_t load = 0;
    for (const std::size_t at : task) load += groups[at].cost();
    loads.push_back(load);
  }
  return loads;
}

TEST(DealOutTest, EachGroupGoesToOneTaskAndNoTaskHasMoreThanTheMeanAndOneGroup) {
  std::mt19937_64 random(17);
  for (const std::uint32_t tasks : {1u, 2u, 3u, 7u, 20u, 100u}) {
    for (const std::size_t count : {0u, 1u, 5u, 40u, 3650u}) {
      std::vector<SplitGroup> groups;
      std::uint64_t all = 0;
      std::uint64_t largest = 0;
      for (std::size_t i = 0; i < count; ++i) {
        groups.push_back(group(std::to_string(i), 1 + random() % 5000, random() % (std::uint64_t{1} << 30)));
        all += groups.back().cost();
        largest = std::max(largest, groups.back().cost());
      }
      const auto dealt = deal_out(groups, tasks);
      ASSERT_EQ(dealt.size(), tasks);
      std::vector<std::size_t> seen;
      for (const auto& task : dealt) {
        EXPECT_TRUE(std::is_sorted(task.begin(), task.end()));
        seen.insert(seen.end(), task.begin(), task.end());
      }
      std::sort(seen.begin(), seen.end());
      ASSERT_EQ(seen.size(), count);
      for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(seen[i], i);
      const auto load = loads(groups, dealt);
      EXPECT_LE(*std::max_element(load.begin(), load.end()), all / tasks + largest) << tasks << " " << count;
      if (count == 3650) {
        EXPECT_LE(*std::max_element(load.begin(), load.end()), all / tasks * 101 / 100) << tasks;
      }
    }
  }
}

TEST(DealOutTest, ObjectsAndBytesBothCount) {
  const std::vector<SplitGroup> groups = {group("many", 1000), group("large", 1, 999 * kObjectCostBytes),
                                          group("small", 10), group("tiny", 5)};
  EXPECT_THAT(deal_out(groups, 3), ElementsAre(ElementsAre(1), ElementsAre(0), ElementsAre(2, 3)))
      << "equal costs are dealt out by name";
}

TEST(DealOutTest, TheOrderOfTheGroupsChangesNothing) {
  std::vector<SplitGroup> groups;
  for (std::uint64_t i = 0; i < 60; ++i) groups.push_back(group(std::to_string(i), 1 + i % 4));
  const auto names = [](const std::vector<SplitGroup>& of, std::uint32_t tasks) {
    std::vector<std::set<std::string>> found;
    for (const auto& task : deal_out(of, tasks)) {
      found.emplace_back();
      for (const std::size_t at : task) found.back().insert(of[at].prefix);
    }
    return found;
  };
  const auto before = names(groups, 7);
  std::shuffle(groups.begin(), groups.end(), std::mt19937_64(3));
  EXPECT_EQ(before, names(groups, 7));
}

class SplitTest : public ::testing::Test {
 protected:
  SplitTest() {
    store_.make_bucket(support::kSource);
    store_.make_bucket(support::kArchive);
    store_.make_bucket("lists");
    options_.selection.bucket = support::kSource;
    options_.archive_bucket = support::kArchive;
    options_.split = 3;
    for (int day = 1; day <= 7; ++day) {
      for (int n = 0; n < 3 * day; ++n) store_.put(support::kSource, support::day_key(day, n), "body");
    }
    // A key that JSON can't have, and one that CSV has to quote.
    store_.put(support::kSource, "sources/2018/04/05/\xff", "odd");
    store_.put(support::kSource, "sources/2018/04/05/a,\"b\"\nc", "odd");
  }

  PlanReport plan(SplitPlace& place, std::stop_token stop = {}) {
    PlanProgress progress;
    return run_plan(options_, {store_, store_, progress, std::move(stop), &place}, [](const GroupPlan&) {});
  }
  std::unique_ptr<SplitPlace> in_bucket() {
    folder_.emplace(store_, "lists", "a/");
    return split_in_bucket(*folder_, "lists", "a/");
  }

  /// The objects that a task's manifest has.
  std::vector<s3::ObjectSummary> rows_of(const std::string& file) {
    source::RowInput input;
    input.places = {file};
    std::vector<s3::ObjectSummary> rows;
    source::read_rows(
        store_, input, support::kSource, {},
        [&](source::ObjectRow row) {
          EXPECT_TRUE(row.is_whole()) << row.object.key;
          rows.push_back(std::move(row.object));
        },
        [] { ADD_FAILURE() << "an older version"; });
    return rows;
  }

  /// Every object of the bucket is in exactly one manifest, as the bucket lists it, and each group in one.
  void expect_whole(const SplitReport& split) {
    std::map<std::string, s3::ObjectSummary> all;
    std::map<std::string, std::size_t> task_of;
    for (std::size_t task = 0; task < split.tasks.size(); ++task) {
      const auto rows = rows_of(split.tasks[task].file);
      EXPECT_EQ(rows.size(), split.tasks[task].objects);
      for (const s3::ObjectSummary& row : rows) {
        EXPECT_TRUE(all.emplace(row.key, row).second) << row.key;
        const std::string group = row.key.substr(0, std::string("sources/2018/04/01/").size());
        EXPECT_EQ(task_of.emplace(group, task).first->second, task) << group << " is divided";
      }
    }
    const auto stored = store_.objects(support::kSource);
    ASSERT_EQ(all.size(), stored.size());
    for (const auto& [key, object] : stored) {
      const s3::ObjectSummary& row = all[key];
      EXPECT_EQ(row.size_bytes, object.body.size());
      EXPECT_EQ(row.etag, object.etag);
      EXPECT_EQ(row.last_modified, object.last_modified);
      EXPECT_EQ(row.storage_class, object.storage_class);
    }
  }

  FakeStore store_;
  PlanOptions options_;
  std::optional<s3::OneFolderStore> folder_;
};

TEST_F(SplitTest, TheManifestsHaveEachObjectOnce) {
  const auto place = in_bucket();
  const PlanReport report = plan(*place);
  EXPECT_FALSE(report.failure);
  ASSERT_TRUE(report.split);
  ASSERT_THAT(report.split->tasks, SizeIs(3));
  EXPECT_EQ(report.split->tasks[1].file, "s3://lists/a/task-0001-of-0003.csv.gz");
  expect_whole(*report.split);
}

TEST_F(SplitTest, OutOfRowsToo) {
  const auto first = in_bucket();
  plan(*first);
  options_.rows.emplace();
  options_.rows->places = {"s3://lists/a/"};
  options_.split = 9;
  folder_.emplace(store_, "lists", "b/");
  const auto place = split_in_bucket(*folder_, "lists", "b/");
  const PlanReport report = plan(*place);
  ASSERT_TRUE(report.split);
  expect_whole(*report.split);
  EXPECT_THAT(rows_of("s3://lists/b/task-0008-of-0009.csv.gz"), IsEmpty()) << "7 groups, 9 tasks";
}

// Without the version a task would archive, and delete, an object that the row didn't mean.
TEST_F(SplitTest, TheVersionThatARowNamesIsInIt) {
  store_.put(
      "lists", "rows.csv",
      fmt::format("bucket,key,version_id\n{},{},an-older-one\n", support::kSource, support::day_key(1, 0)));
  options_.rows.emplace();
  options_.rows->places = {"s3://lists/rows.csv"};
  options_.split = 1;
  const auto place = in_bucket();
  const PlanReport report = plan(*place);
  ASSERT_TRUE(report.split);
  const auto rows = rows_of(report.split->tasks[0].file);
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].version_id, "an-older-one");
}

TEST_F(SplitTest, OnlyWhatIsSelectedIsInIt) {
  options_.selection.exclude = {"*/04/05/*", support::day_key(4, 2)};
  const auto place = in_bucket();
  const PlanReport report = plan(*place);
  std::uint64_t objects = 0;
  for (const SplitTask& task : report.split->tasks) {
    objects += task.objects;
    for (const s3::ObjectSummary& row : rows_of(task.file)) {
      EXPECT_THAT(row.key, ::testing::Not(HasSubstr("/04/05/")));
      EXPECT_NE(row.key, support::day_key(4, 2));
    }
  }
  EXPECT_EQ(objects, 3u * (1 + 2 + 3 + 4 + 6 + 7) - 1);
}

TEST_F(SplitTest, ReadingTheGroupsAgainIsNoRequestOfTheRun) {
  const auto place = in_bucket();
  const auto with = plan(*place).total.requests.by_operation();
  options_.split = 0;
  PlanProgress progress;
  const PlanReport without = run_plan(options_, {store_, store_, progress, {}}, [](const GroupPlan&) {});
  EXPECT_EQ(with, without.total.requests.by_operation());
  EXPECT_FALSE(without.split);
}

TEST_F(SplitTest, APlaceWithManifestsIsRefusedBeforeAnythingIsRead) {
  store_.put("lists", "a/task-0000-of-0007.csv.gz", "of another split");
  store_.put("lists", "a/task-force.txt", "of somebody else");
  const auto place = in_bucket();
  store_.forget_journal();
  try {
    plan(*place);
    ADD_FAILURE() << "was written";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_THAT(error.what(),
                HasSubstr("a manifest of an earlier split is there, such as task-0000-of-0007.csv.gz"));
  }
  EXPECT_THAT(store_.keys("lists"), SizeIs(2));
  store_.erase("lists", "a/task-0000-of-0007.csv.gz");
  EXPECT_TRUE(plan(*place).split) << "another object's name is no manifest's";
}

TEST_F(SplitTest, WhatAnotherProcessHasWrittenMeanwhileStays) {
  const auto place = in_bucket();
  store_.before = [this](const support::Call& call) {
    if (call.op != support::Op::put) return;
    store_.before = {};
    store_.put("lists", call.key, "another's");
  };
  options_.open_groups = 1;
  const PlanReport report = plan(*place);
  ASSERT_TRUE(report.failure);
  EXPECT_THAT(report.failure->what(), HasSubstr("another process has written it meanwhile"));
  EXPECT_EQ(store_.objects("lists").at("a/task-0000-of-0003.csv.gz").body, "another's");
  ASSERT_TRUE(report.split);
  EXPECT_THAT(report.split->tasks, IsEmpty());
}

// A store that ignores If-None-Match lets two splits mix.
TEST_F(SplitTest, ManifestsOfAnotherSplitAreNoticedAtTheEnd) {
  for (const char* other : {"a/task-0000-of-0003.csv.gz", "a/task-0001-of-0007.csv.gz"}) {
    const auto place = in_bucket();
    bool last = false;
    store_.after = [&](const support::Call& call) {
      if (call.op != support::Op::put || !call.key.ends_with("task-0002-of-0003.csv.gz") || last) return;
      last = true;
      store_.put("lists", other, "another's");
    };
    options_.open_groups = 1;
    const PlanReport report = plan(*place);
    ASSERT_TRUE(report.failure) << other;
    EXPECT_THAT(report.failure->what(), HasSubstr("another split has written there at the same time"));
    EXPECT_THAT(report.failure->what(), HasSubstr("3 manifests of this split are there: remove them"));
    store_.after = {};
    for (const std::string& key : store_.keys("lists")) store_.erase("lists", key);
  }
}

TEST_F(SplitTest, ALostAnswerIsNoOtherProcess) {
  const auto place = in_bucket();
  bool lost = false;
  store_.before = [&](const support::Call& call) {
    if (call.op != support::Op::put || lost) return;
    lost = true;
    // What the client's second try meets, after the first one's answer was lost.
    store_.before = {};
    store_.after = [](const support::Call& after) {
      if (after.op == support::Op::put)
        throw base::Error(ErrorKind::precondition_failed, "it is there already");
    };
  };
  options_.open_groups = 1;
  const PlanReport report = plan(*place);
  EXPECT_FALSE(report.failure) << report.failure->what();
  EXPECT_THAT(report.split->tasks, SizeIs(3));
}

TEST_F(SplitTest, AFailureNamesWhatWasWritten) {
  const auto place = in_bucket();
  store_.before = [](const support::Call& call) {
    if (call.op == support::Op::put && call.key.ends_with("task-0001-of-0003.csv.gz"))
      throw base::Error(ErrorKind::transient, "no luck");
  };
  options_.open_groups = 1;
  const PlanReport report = plan(*place);
  ASSERT_TRUE(report.failure);
  ASSERT_TRUE(report.split);
  ASSERT_THAT(report.split->tasks, SizeIs(1));
  EXPECT_EQ(report.split->tasks[0].file, "s3://lists/a/task-0000-of-0003.csv.gz");
  EXPECT_EQ(report.failure->kind(), ErrorKind::invalid_argument) << "the same command would be refused now";
  EXPECT_THAT(report.failure->what(), HasSubstr("no luck. A manifest of this split is there: remove it"));
}

TEST_F(SplitTest, AFailureBeforeTheFirstManifestIsWorthAnotherTry) {
  const auto place = in_bucket();
  store_.before = [](const support::Call& call) {
    if (call.op == support::Op::put) throw base::Error(ErrorKind::transient, "no luck");
  };
  const PlanReport report = plan(*place);
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->kind(), ErrorKind::transient);
}

TEST_F(SplitTest, AfterAStopNothingMoreIsWritten) {
  const auto place = in_bucket();
  std::stop_source stop;
  store_.after = [&](const support::Call& call) {
    if (call.op == support::Op::put) stop.request_stop();
  };
  options_.open_groups = 1;
  const PlanReport report = plan(*place, stop.get_token());
  EXPECT_TRUE(report.interrupted);
  EXPECT_FALSE(report.failure);
  EXPECT_THAT(store_.keys("lists"), ElementsAre("a/task-0000-of-0003.csv.gz"));
}

TEST_F(SplitTest, AnIncompletePlanIsNotSplit) {
  const auto place = in_bucket();
  store_.before = [](const support::Call& call) {
    if (call.op == support::Op::list && call.key.ends_with("/04/05/"))
      throw base::Error(ErrorKind::transient, "no luck");
  };
  const PlanReport report = plan(*place);
  EXPECT_TRUE(report.failure);
  EXPECT_FALSE(report.split);
  EXPECT_THAT(store_.keys("lists"), IsEmpty());
}

/// Random keys, so that the manifest is large although it is compressed.
void fill_at_random(FakeStore& store, int objects) {
  std::mt19937_64 random(5);
  for (int i = 0; i < objects; ++i) {
    std::string key = "sources/2018/04/08/";
    while (key.size() < 1000) key += static_cast<char>('0' + random() % 64);
    store.put(support::kSource, key, "x");
  }
}

TEST_F(SplitTest, ALargeManifestIsSentInParts) {
  fill_at_random(store_, 13'000);
  const auto place = in_bucket();
  const PlanReport report = plan(*place);
  ASSERT_FALSE(report.failure) << report.failure->what();
  bool in_parts = false;
  for (const support::Call& call : store_.journal()) in_parts |= call.op == support::Op::complete;
  ASSERT_TRUE(in_parts);
  expect_whole(*report.split);
  // The same when the upload breaks off: nothing of it stays.
  store_.make_bucket("others");
  folder_.emplace(store_, "others", "");
  const auto other = split_in_bucket(*folder_, "others", "");
  store_.before = [](const support::Call& call) {
    if (call.op == support::Op::complete) throw base::Error(ErrorKind::transient, "no luck");
  };
  EXPECT_TRUE(plan(*other).failure);
  EXPECT_EQ(store_.open_uploads(), 0u);
}

TEST_F(SplitTest, AFolderStoreAddsOnlyThere) {
  s3::OneFolderStore folder(store_, "lists", "a/");
  const auto refused = [](const std::function<void()>& call) {
    return support::error_kind(call) == ErrorKind::internal;
  };
  s3::PutObjectRequest put;
  put.bucket = "lists";
  put.key = "a/x";
  EXPECT_TRUE(refused([&] { folder.put_object(put, "x"); })) << "it could overwrite";
  put.if_none_match = true;
  folder.put_object(put, "x");
  s3::CreateMultipartUploadRequest create;
  create.bucket = "lists";
  create.key = "a/y";
  s3::CompleteMultipartUploadRequest complete;
  complete.bucket = "lists";
  complete.key = "a/y";
  complete.if_none_match = false;
  EXPECT_TRUE(refused([&] { folder.complete_multipart_upload(complete); })) << "it could overwrite";
  folder.abort_multipart_upload("lists", "a/y", folder.create_multipart_upload(create));
  for (const auto& [bucket, key] : {std::pair("lists", "b/x"), {"src", "a/x"}, {"lists", "a"}}) {
    put.bucket = create.bucket = complete.bucket = bucket;
    put.key = create.key = complete.key = key;
    complete.if_none_match = true;
    s3::UploadPartRequest part;
    part.bucket = bucket;
    part.key = key;
    EXPECT_TRUE(refused([&] { folder.put_object(put, "x"); })) << key;
    EXPECT_TRUE(refused([&] { folder.create_multipart_upload(create); })) << key;
    EXPECT_TRUE(refused([&] { folder.upload_part(part); })) << key;
    EXPECT_TRUE(refused([&] { folder.complete_multipart_upload(complete); })) << key;
    EXPECT_TRUE(refused([&, b = bucket, k = key] { folder.abort_multipart_upload(b, k, "u"); })) << key;
  }
  EXPECT_TRUE(refused([&] { folder.delete_object("lists", {.key = "a/x"}, FakeStore::Resend::allowed); }));
  EXPECT_TRUE(refused([&] { folder.delete_objects("lists", {{.key = "a/x"}}, FakeStore::Resend::allowed); }));
}

TEST_F(SplitTest, APlaceAmongTheSourcesOrInACatalogIsRefused) {
  options_.selection.prefixes = {"sources", "logs"};
  const auto refused = [this](const std::string& bucket, const std::string& prefix) {
    return support::error_kind([&] { validate_split_place(options_, bucket, prefix); }) ==
           ErrorKind::invalid_argument;
  };
  EXPECT_TRUE(refused(support::kSource, "sources/"));
  EXPECT_TRUE(refused(support::kSource, "logs/2018/04/01/"));
  EXPECT_FALSE(refused(support::kSource, "sources-of/"));
  EXPECT_FALSE(refused(support::kSource, ""));
  EXPECT_FALSE(refused("lists", "sources/"));
  EXPECT_TRUE(refused(support::kArchive, "s3compress_catalog/"));
  EXPECT_TRUE(refused("lists", "s3compress_catalog/x/"));
}

class SplitDirectoryTest : public SplitTest {
 protected:
  SplitDirectoryTest() { std::filesystem::create_directory(folder); }
  ~SplitDirectoryTest() override { std::filesystem::remove_all(folder); }
  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& file : std::filesystem::directory_iterator(folder)) found.insert(file.path().filename());
    return found;
  }
  const std::filesystem::path folder =
      std::filesystem::path(base::default_temp_directory()) / ("split-" + std::to_string(::getpid()));
};

TEST_F(SplitDirectoryTest, OfAFullDiskNothingHalfStays) {
  base::TempFile file(base::default_temp_directory());
  file.write(std::string(100'000, 'x'));
  file.flush();
  const auto place = split_in_directory(folder.string());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{50'000, before.rlim_max};
  ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto kind = support::error_kind([&] { place->write("x", file, {}); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(kind, ErrorKind::transient);
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(SplitDirectoryTest, HasTheManifests) {
  const auto place = split_in_directory(folder.string());
  const PlanReport report = plan(*place);
  EXPECT_FALSE(report.failure);
  EXPECT_THAT(names(), ElementsAre("task-0000-of-0003.csv.gz", "task-0001-of-0003.csv.gz",
                                   "task-0002-of-0003.csv.gz"));
  expect_whole(*report.split);
  place->expect_own();
  std::ofstream(folder / "task-0001-of-0002.csv.gz") << "another's";
  EXPECT_EQ(support::error_kind([&] { place->expect_own(); }), ErrorKind::invalid_argument);
  std::filesystem::remove(folder / "task-0001-of-0002.csv.gz");
  // Nothing is overwritten, and nothing half stays.
  options_.split = 2;
  EXPECT_EQ(support::error_kind([&] { plan(*place); }), ErrorKind::invalid_argument);
  base::TempFile file(base::default_temp_directory());
  file.write("another");
  file.flush();
  EXPECT_EQ(support::error_kind([&] { place->write("task-0000-of-0003.csv.gz", file, {}); }),
            ErrorKind::invalid_argument);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(support::error_kind([&] { place->write("x", file, stop.get_token()); }), ErrorKind::cancelled);
  EXPECT_THAT(names(), SizeIs(3));
  std::filesystem::remove_all(folder);
  EXPECT_EQ(support::error_kind([&] { place->expect_free(); }), ErrorKind::invalid_argument);
  EXPECT_EQ(support::error_kind([&] { place->write("x", file, {}); }), ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace s3c::plan
