#include "plan/sampler.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "source/group_finder.h"
#include "zip/member_encoder.h"

namespace s3c::plan {
namespace {

/// What is read of one object at most. A longer piece compresses no better.
constexpr std::uint64_t kMostBytes = std::uint64_t{4} << 20;

/// Each of the things that were offered is kept with the same chance, at most `most` of them.
template <typename Thing>
class Reservoir {
 public:
  explicit Reservoir(std::uint64_t most) : most_(most) {}

  void offer(Thing thing) {
    ++offered_;
    if (kept_.size() < most_) {
      kept_.push_back(std::move(thing));
    } else if (const std::uint64_t at =
                   std::uniform_int_distribution<std::uint64_t>(0, offered_ - 1)(random_);
               at < most_) {
      kept_[at] = std::move(thing);
    }
  }
  std::vector<Thing>& kept() { return kept_; }

 private:
  const std::uint64_t most_;
  std::uint64_t offered_ = 0;
  std::vector<Thing> kept_;
  std::minstd_rand random_;  // the same members in each run: a plan can be compared with the plan before
};

class Sampler {
 public:
  Sampler(const PlanOptions& options, const PlanContext& context)
      : o_(options), c_(context), encoder_(options.level), wanted_(options.selection, context.source.now()) {}

  SizeModel run() {
    Reservoir<std::string> groups(o_.sample);
    if (o_.layout.period()) {
      // Groups by time have members everywhere below their prefix.
      for (const std::string& prefix : o_.selection.prefixes) groups.offer(o_.layout.root(prefix));
    } else {
      source::find_groups(c_.source, {o_.selection, o_.layout, o_.archive_name}, c_.stop,
                          [&](const catalog::Group& group) {
                            groups.offer(group.prefix);
                            return true;
                          });
    }
    std::uint64_t left = o_.sample;
    std::uint64_t groups_left = groups.kept().size();
    for (const std::string& prefix : groups.kept()) {
      // A group that has too few objects leaves its share to those that come after it.
      left -= sample_group(prefix, (left + groups_left - 1) / groups_left);
      --groups_left;
    }
    if (model_.sampled_bytes != 0) {
      model_.ratio =
          static_cast<double>(model_.sampled_compressed_bytes) / static_cast<double>(model_.sampled_bytes);
    }
    return model_;
  }

 private:
  /// Returns how many members were read.
  std::uint64_t sample_group(const std::string& prefix, std::uint64_t most) {
    const s3::ListObjectsPage page =
        c_.source.list_objects({.bucket = o_.selection.bucket, .prefix = prefix, .with_thaw_state = true});
    Reservoir<const s3::ObjectSummary*> objects(most);
    for (const s3::ObjectSummary& object : page.objects) {
      const bool readable = !object.thaw || object.thaw->is_readable();
      if (readable && wanted_(object) && is_of_days(object)) objects.offer(&object);
    }
    std::uint64_t read = 0;
    for (const s3::ObjectSummary* object : objects.kept()) {
      if (c_.stop.stop_requested()) throw base::Error(base::ErrorKind::cancelled, "stopped while sampling");
      read += compress(*object) ? 1 : 0;
    }
    return read;
  }

  /// Of groups that keys tell, find_groups() has chosen the days.
  bool is_of_days(const s3::ObjectSummary& object) const {
    const auto period = o_.layout.period();
    if (!period) return true;
    const catalog::Fields fields = catalog::period_of(*period, object.last_modified);
    return o_.selection.dates.may_contain_group(catalog::date_of(fields));
  }

  bool compress(const s3::ObjectSummary& object) {
    s3::GetObjectRequest request;
    request.bucket = o_.selection.bucket;
    request.key = object.key;
    request.if_match = object.etag;
    if (object.size_bytes > kMostBytes) request.range = s3::ByteRange{0, kMostBytes};
    try {
      const s3::GetObjectResult got = c_.source.get_object(request);
      const zip::EncodedMember member = encoder_.encode(object.key, got.body, object.last_modified);
      ++model_.sampled;
      model_.sampled_bytes += got.body.size();
      model_.sampled_tagged += got.head.tag_count > 0 ? 1 : 0;
      model_.sampled_compressed_bytes += member.data.size();
      c_.progress.add(&PlanCounts::sampled);
      return true;
    } catch (const base::Error& error) {
      // It was overwritten or deleted meanwhile, or it is frozen and the listing didn't tell. Others do as well.
      if (error.kind() == base::ErrorKind::not_found ||
          error.kind() == base::ErrorKind::precondition_failed ||
          error.kind() == base::ErrorKind::wrong_state)
        return false;
      throw;
    }
  }

  const PlanOptions& o_;
  const PlanContext& c_;
  zip::MemberEncoder encoder_;
  const source::ObjectFilter wanted_;
  SizeModel model_;
};

}  // namespace

SizeModel sample_members(const PlanOptions& options, const PlanContext& context) {
  if (options.sample != 0) return Sampler(options, context).run();
  SizeModel assumed;
  if (options.level == 0) assumed.ratio = 1;
  return assumed;
}

}  // namespace s3c::plan
