// Listings that lie: the next page, the last one, pages with keys left out. One thread.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "sim/fault_rules.h"
#include "sim/request.h"

namespace s3c::sim {

/// The request for the page that follows page, which answered request. nullopt: no listing whose pages can be
/// followed (ListObjects, the old one, can't), or the last page.
std::optional<Request> request_for_next_page(const RequestFacts& facts, Request request,
                                             const Response& page);

/// Leaves the keys that match a glob out of a page of a listing. False: there was none.
bool omit_keys(Response& page, const std::string& glob);

/// The last page of each listing, for those who want to see it again.
class LastPages {
 public:
  void remember(const RequestFacts& facts, const Response& page);
  /// The page before the one that is asked for; nullptr if that is the first one.
  const Response* before(const RequestFacts& facts, const Request& request) const;

 private:
  std::map<std::string, Response> pages_;
};

}  // namespace s3c::sim
