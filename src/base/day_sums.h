// What was done for each day, for a chart: never more bars than can be looked at, whatever the number of days and
// groups. Values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace s3c::base {

/// Days are joined into months, and months into years, as soon as there are more than kMost of them.
class DaySums {
 public:
  static constexpr std::size_t kMost = 100;

  struct Sums {
    std::uint64_t objects = 0;
    std::uint64_t source_bytes = 0;
    std::uint64_t archive_bytes = 0;

    void add(const Sums& other) {
      objects += other.objects;
      source_bytes += other.source_bytes;
      archive_bytes += other.archive_bytes;
    }
  };
  struct Bar {
    std::string day;    ///< "2018-04-01", "2018-04", "2018"; empty: a group without a date
    std::string group;  ///< its prefix; empty, without a day: all groups for which there was no bar left
    Sums sums;
  };

  /// day: as day_text() makes it. group: counts if day is empty.
  void add(const std::string& day, const std::string& group, const Sums& sums);
  /// By day, then by group. All days are equally exact.
  std::vector<Bar> bars() const;

 private:
  void join_days();

  std::size_t day_digits_ = 10;           ///< "2018-04-01" 10, "2018-04" 7, "2018" 4
  std::map<std::string, Sums> by_day_;    ///< at most kMost
  std::map<std::string, Sums> by_group_;  ///< at most kMost
  Sums others_;
};

}  // namespace s3c::base
