#include "archive/verify_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "archive/age_limit.h"
#include "archive/committed_volume.h"
#include "archive/volume_audit.h"
#include "archive/volume_listing.h"
#include "archive/volume_state.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/in_order.h"
#include "base/memory_budget.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorKind;

/// Volumes that are read at a time: each has several ranges in flight.
constexpr int kDeepVolumes = 2;

/// What came out about one volume.
struct Finding {
  enum class Kind { whole, damaged, frozen, unfinished, garbage, foreign, failed };
  Kind kind = Kind::whole;
  VolumeInfo volume;
  std::vector<Damage> damages;
  std::uint64_t damage_count = 0;
  std::uint64_t members_read = 0;
  std::optional<Error> error;

  void damage(std::string what) {
    kind = Kind::damaged;
    ++damage_count;
    damages.push_back({"", std::move(what)});
  }
};

class VerifyRun {
 public:
  VerifyRun(const VerifyOptions& options, const VerifyContext& context)
      : options_(options),
        context_(context),
        store_(context.store),
        bucket_(options.scope.archive_bucket),
        catalog_(context.store, bucket_),
        limit_(context.clock.now(), options.min_age),
        memory_(options.memory_bytes) {}

  VerifyReport run() {
    std::optional<VolumeListing> listing;
    if (options_.volumes.empty()) listing.emplace(store_, options_.scope);
    base::in_order<ListedVolume, Finding>(
        options_.deep ? kDeepVolumes : options_.threads,
        [&]() -> std::optional<ListedVolume> {
          if (context_.stop.stop_requested()) return std::nullopt;
          return listing ? listing->next() : next_named();
        },
        [this](ListedVolume& volume) { return look_at(volume); },
        [this](Finding&& finding) { take(finding); });
    report_.interrupted = context_.stop.stop_requested();
    return std::move(report_);
  }

 private:
  /// The volumes that were asked for by name, as a listing would show them.
  std::optional<ListedVolume> next_named() {
    while (waiting_.empty() && next_volume_ < options_.volumes.size()) {
      const std::string& key = options_.volumes[next_volume_++];
      std::optional<s3::ObjectSummary> archive;
      if (const auto head = store_.head_object(bucket_, key)) {
        archive = s3::ObjectSummary{.key = key,
                                    .size_bytes = head->size_bytes,
                                    .etag = head->etag,
                                    .last_modified = head->last_modified,
                                    .storage_class = head->storage_class,
                                    .thaw = head->thaw};
      }
      CatalogListing records(store_, bucket_, key + "/");
      while (const auto record = records.next()) waiting_.push_back({key, record, archive});
      if (!waiting_.empty()) break;
      if (!archive) {
        throw Error(ErrorKind::not_found, "there is no such volume, neither an archive nor a record of one",
                    {.operation = "verify", .resource = bucket_ + "/" + base::printable(key)});
      }
      waiting_.push_back({key, std::nullopt, archive});
    }
    if (waiting_.empty()) return std::nullopt;
    ListedVolume volume = std::move(waiting_.back());
    waiting_.pop_back();
    return volume;
  }

  // --- one volume, on any thread

  Finding look_at(const ListedVolume& listed) {
    Finding finding;
    try {
      finding.volume = find_state(store_, catalog_, listed);
      judge(listed, finding);
      if (finding.kind == Finding::Kind::whole && options_.deep) read(finding);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      finding.volume.archive_key = listed.archive_key;
      finding.kind = Finding::Kind::failed;
      finding.error = error;
    }
    ++context_.progress.volumes;
    context_.progress.damages += finding.damage_count;
    return finding;
  }

  void judge(const ListedVolume& listed, Finding& finding) {
    const VolumeInfo& volume = finding.volume;
    switch (volume.state) {
      case VolumeState::committed:
        if (!listed.record->index_bytes) {
          finding.damage("its index is not there: find, ls and restore can't use it");
        } else if (*listed.record->index_bytes != volume.manifest->index_size_bytes) {
          finding.damage(fmt::format("its index has {} bytes, the manifest says {}",
                                     *listed.record->index_bytes, volume.manifest->index_size_bytes));
        }
        return;
      case VolumeState::replaced:
      case VolumeState::unreadable:
        return finding.damage(volume.detail);
      case VolumeState::no_manifest:
        if (id_of(store_.head_object(bucket_, volume.archive_key)).empty()) {
          finding.kind = Finding::Kind::foreign;
        } else {
          finding.damage("it carries an id, but no manifest in the catalog is its own");
        }
        return;
      case VolumeState::unfinished:
        return judge_unfinished(listed, finding);
    }
  }

  void judge_unfinished(const ListedVolume& listed, Finding& finding) {
    if (!limit_.passed_by(made_at(listed.record->name.id, listed.record->last_modified))) {
      finding.kind = Finding::Kind::unfinished;
    } else if (listed.record->manifest_bytes && finding.volume.manifest && !listed.archive) {
      finding.damage(
          "there is a manifest but no archive: it was deleted, or its run was killed before it was there (gc "
          "removes such records)");
    } else {
      finding.kind = Finding::Kind::garbage;  // another run's archive stands there, or only an index is left
    }
  }

  void read(Finding& finding) {
    const index::Manifest& manifest = *finding.volume.manifest;
    try {
      compare_index(manifest, finding);
      const AuditReport audit =
          audit_volume(store_, {bucket_, manifest.archive_key, etag_of(finding.volume)}, manifest,
                       catalog_.open_index(manifest), memory_,
                       [this](std::uint64_t bytes) { context_.progress.bytes_read += bytes; });
      finding.members_read = audit.members;
      finding.damage_count += audit.damages;
      finding.damages.insert(finding.damages.end(), audit.named.begin(), audit.named.end());
      if (finding.damage_count != 0) finding.kind = Finding::Kind::damaged;
    } catch (const Error& error) {
      if (error.context().code == "InvalidObjectState") {
        finding.kind = Finding::Kind::frozen;
      } else if (error.kind() == ErrorKind::corrupt) {
        finding.damage(error.what());
      } else {
        throw;
      }
    }
  }

  std::string etag_of(const VolumeInfo& volume) {
    if (volume.archive) return volume.archive->etag;
    const auto head = store_.head_object(bucket_, volume.archive_key);
    return head ? head->etag : "";
  }

  void compare_index(const index::Manifest& manifest, Finding& finding) {
    base::Digest digest = base::Digest::sha256();
    s3::GetObjectRequest request;
    request.bucket = bucket_;
    request.key = index_key(manifest.archive_key, manifest.id);
    store_.read_object(request, [&digest](std::string_view bytes) { digest.update(bytes); });
    if (base::to_hex(digest.finish()) != manifest.index_sha256)
      finding.damage("its index has another SHA-256 than the manifest says");
  }

  // --- what is told

  void take(const Finding& finding) {
    const std::string& key = finding.volume.archive_key;
    switch (finding.kind) {
      case Finding::Kind::whole:
        ++report_.whole;
        report_.objects += finding.volume.manifest->objects;
        report_.archive_bytes += finding.volume.manifest->archive_size_bytes;
        break;
      case Finding::Kind::damaged:
        ++report_.damaged;
        report_.damages += finding.damage_count;
        for (const Damage& damage : finding.damages) {
          context_.log.warn("damaged: {}: {}{}{}", base::printable(key), base::printable(damage.key),
                            damage.key.empty() ? "" : ": ", damage.what);
          if (report_.named.size() < VerifyReport::kMaxNamed)
            report_.named.push_back({key, damage.key, damage.what});
        }
        break;
      case Finding::Kind::frozen:
        ++report_.frozen;
        if (report_.frozen_named.size() < VerifyReport::kMaxNamed) report_.frozen_named.push_back(key);
        break;
      case Finding::Kind::unfinished:
        ++report_.unfinished;
        return;
      case Finding::Kind::garbage:
        ++report_.garbage;
        return;
      case Finding::Kind::foreign:
        ++report_.foreign;
        return;
      case Finding::Kind::failed:
        constexpr std::size_t kMaxKept = 20;
        ++report_.failed;
        if (report_.failures.size() < kMaxKept) report_.failures.push_back(*finding.error);
        return;
    }
    ++report_.volumes;
    report_.members_read += finding.members_read;
  }

  const VerifyOptions& options_;
  const VerifyContext& context_;
  s3::ObjectStore& store_;
  const std::string bucket_;
  Catalog catalog_;
  const AgeLimit limit_;
  base::MemoryBudget memory_;

  // The calling thread's.
  std::size_t next_volume_ = 0;
  std::vector<ListedVolume> waiting_;
  VerifyReport report_;
};

}  // namespace

void validate(const VerifyOptions& o) {
  validate(o.scope);
  const auto refuse = [](const char* message) { throw Error(ErrorKind::invalid_argument, message); };
  if (o.threads < 1 || o.threads > 4096) refuse("--threads must be between 1 and 4096");
  if (o.memory_bytes < std::uint64_t{64} << 20) refuse("--memory must be at least 64MiB");
}

VerifyReport run_verify(const VerifyOptions& options, const VerifyContext& context) {
  return VerifyRun(options, context).run();
}

}  // namespace s3c::archive
