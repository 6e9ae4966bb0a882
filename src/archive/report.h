// What a run did, as values: cli/ prints them, tests compare them.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/delete_conditions.h"
#include "base/counted.h"
#include "base/error.h"
#include "base/storage_bill.h"
#include "source/group_finder.h"
#include "source/group_source.h"

namespace s3c::archive {

/// Why a source object stays where it is.
enum class LeftReason {
  changed,             ///< it was overwritten between listing and GET: a later run archives the new one
  unreadable,          ///< GET failed for good
  frozen,              ///< it is itself in a Glacier class and not thawed
  damaged,             ///< its bytes don't match its ETag or checksum, each time it was read
  too_large,           ///< it can't be streamed within --memory
  not_deleted,         ///< archived and committed, but the store refused to delete it
  overwritten,         ///< archived and committed, then overwritten: the newer object survives
  not_restorable,      ///< its metadata or tags are not known whole, or could not be written back to a bucket
  tags_not_archived,   ///< archived and committed without its tags, and it has tags
  attributes_changed,  ///< archived and committed, then its tags or metadata were changed
  stale,               ///< it isn't the one that a row of options.rows tells of: a later run archives it
  own_archive,         ///< it carries a volume's id: it is an archive of this program, or a copy of one
};

/// A text for people, such as "changed while it was being archived".
std::string_view describe(LeftReason reason);

/// One source object that was left in place, and why.
struct LeftObject {
  std::string key;
  LeftReason reason = LeftReason::changed;
  std::string detail;  ///< the error, on one line; may be empty
};

/// Objects left in place: each is counted, also by reason, and the first thousand are named (LeftLog names
/// every one as it happens).
class LeftObjects {
 public:
  void add(LeftObject object);
  void add(const LeftObjects& others);
  std::uint64_t count() const { return all_.count(); }
  const std::map<LeftReason, std::uint64_t>& by_reason() const { return by_reason_; }
  const std::vector<LeftObject>& named() const { return all_.named(); }

 private:
  base::Counted<LeftObject> all_;
  std::map<LeftReason, std::uint64_t> by_reason_;
};

/// One committed volume.
struct VolumeReport {
  std::string archive_key;
  std::uint64_t objects = 0;
  std::uint64_t source_bytes = 0;
  std::uint64_t archive_bytes = 0;
};

struct ObjectSums {
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
};

/// What volumes add up to.
struct VolumeSums {
  std::uint64_t objects = 0;
  std::uint64_t source_bytes = 0;
  std::uint64_t archive_bytes = 0;
};

/// A committed volume whose archive has another class or encryption than was asked for.
struct OtherwiseStored {
  std::string archive_key;
  std::string difference;  ///< "storage class STANDARD instead of GLACIER"
};

/// What the archived objects are billed for.
struct Bills {
  explicit Bills(const base::Prices& prices = base::list_prices()) : sources(prices), archives(prices) {}

  base::StorageBill sources;   ///< the objects that this run packed, as they lie in the source bucket
  base::StorageBill archives;  ///< what it made of them: archives and their records

  void add(const Bills& other) {
    sources.add(other.sources);
    archives.add(other.archives);
  }
};

struct GroupReport {
  std::string prefix;
  std::string day;  ///< "2018-04-01", or "2018-04", "2018"; empty: its name has no date
  std::chrono::milliseconds duration{
      0};  ///< from its listing to its last delete; groups are in work side by side
  Bills bills;
  std::uint64_t listed = 0;  ///< source objects that were selected, with their bytes
  std::uint64_t listed_bytes = 0;
  std::uint64_t already_archived = 0;  ///< of these, found in committed volumes of earlier runs
  std::uint64_t already_archived_bytes = 0;
  std::uint64_t to_archive = 0;  ///< dry run: what would be packed
  std::uint64_t to_archive_bytes = 0;
  std::vector<VolumeReport> volumes;              ///< committed by this run
  std::vector<OtherwiseStored> otherwise_stored;  ///< of these, unless that is accepted
  std::uint64_t vanished = 0;                     ///< deleted by another process between listing and GET
  std::uint64_t deleted = 0;
  /// Dry run, with options.delete_versions: archived versions that lie under delete markers already, and that
  /// would be deleted permanently.
  std::uint64_t versions_to_delete = 0;
  std::uint64_t versions_to_delete_bytes = 0;
  /// Objects whose tags and metadata are compared with what was archived before they are deleted; in a dry run:
  /// would be.
  std::uint64_t to_compare = 0;
  std::uint64_t markers = 0;           ///< delete markers that this run added
  std::uint64_t versions_deleted = 0;  ///< archived versions under markers, deleted permanently
  /// Versions that stay under delete markers, stored and billed. Without options.delete_versions only the
  /// versions that this run archived are known; with it, all versions of the group.
  std::uint64_t versions_kept = 0;
  std::uint64_t versions_kept_bytes = 0;
  std::uint64_t lost_races = 0;  ///< volumes another run committed first
  /// Archives of the group that were committed once and are gone or replaced; their records are still there.
  std::vector<std::string> lost;
  LeftObjects left;
  std::optional<base::Error> failure;  ///< why the group was given up

  /// The sums over volumes.
  VolumeSums archived() const;
  /// Dry run: what a run that deletes its sources would delete: what it archives, and what is archived already.
  ObjectSums to_delete() const {
    return {to_archive + already_archived, to_archive_bytes + already_archived_bytes};
  }
  /// True: no object of the group was selected, and there is nothing else to report.
  bool is_empty() const {
    return listed == 0 && versions_deleted == 0 && versions_kept == 0 && versions_to_delete == 0 &&
           left.count() == 0 && lost.empty() && !failure;
  }
};

struct RunReport {
  bool dry_run = false;                    ///< made by plan_archive(): nothing was done
  std::vector<GroupReport> group_reports;  ///< by prefix; empty ones (is_empty()) are not kept
  /// What the source's store does with the condition of a delete; nullopt: nothing was deleted, or not enough
  /// to tell.
  std::optional<DeleteConditions> delete_conditions;
  /// Requests that asked for the tags of an object only because the store doesn't tell which objects have some.
  std::uint64_t untold_tag_requests = 0;
  /// What the search saw under the prefix that belongs to no group. It stays as it is.
  source::OutsideLayout outside;
  source::RowCounts rows;                   ///< of options.rows
  Bills bills;                              ///< of all groups
  std::string left_file;                    ///< names every object that was left; empty: no file does
  std::optional<base::Error> left_failure;  ///< why left_file does not name every one of them
  bool interrupted = false;                 ///< asked to stop before everything was done
  std::optional<base::Error> failure;       ///< why the search did not find every group

  /// Sums over the groups; failure is the run's own or the first group's.
  GroupReport total() const;
};

}  // namespace s3c::archive
