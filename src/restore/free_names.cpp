#include "restore/free_names.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "s3/listing.h"
#include "s3/object_listing.h"

namespace s3c::restore {
namespace {

/// A LIST costs as much as a dozen HEADs.
constexpr std::size_t kHeadsForOneList = 12;

/// The numbers of the rows in the order of their keys.
std::vector<std::size_t> in_key_order(const std::vector<index::Row>& rows) {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&rows](std::size_t a, std::size_t b) { return rows[a].key < rows[b].key; });
  return order;
}

}  // namespace

std::vector<bool> find_free_names(s3::ObjectStore& store, const std::string& bucket,
                                  const std::string& prefix, const std::vector<index::Row>& rows) {
  std::vector<bool> free(rows.size(), false);
  if (rows.size() <= kHeadsForOneList) return free;
  const std::vector<std::size_t> order = in_key_order(rows);
  const auto key_of = [&](std::size_t place) { return prefix + rows[order[place]].key; };
  s3::ListObjectsRequest request;
  request.bucket = bucket;
  request.prefix = prefix;
  request.start_after = s3::key_before(key_of(0));
  std::size_t place = 0;  // of the first row that the listing hasn't reached
  std::size_t pages_left = rows.size() / kHeadsForOneList;
  try {
    s3::ObjectPages pages(store, std::move(request));
    while (place != order.size()) {
      const std::optional<s3::ListObjectsPage> page = pages.next();
      if (!page) break;
      for (const s3::ObjectSummary& object : page->objects) {
        for (; place != order.size() && key_of(place) < object.key; ++place) free[order[place]] = true;
        if (place != order.size() && key_of(place) == object.key) ++place;
      }
      if (place != order.size() && pages_left-- == 0) return free;
    }
  } catch (const base::Error&) {
    return std::vector<bool>(rows.size(), false);
  }
  for (; place != order.size(); ++place) free[order[place]] = true;
  return free;
}

}  // namespace s3c::restore
