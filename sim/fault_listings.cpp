#include "sim/fault_listings.h"

#include <algorithm>
#include <array>
#include <pugixml.hpp>
#include <string_view>
#include <vector>

#include "base/encoding.h"
#include "sim/fault_xml.h"
#include "sim/glob.h"
#include "sim/query.h"
#include "sim/route.h"

namespace s3c::sim {
namespace {

/// An element of a page, and the parameter that asks for the next page with it.
struct Continuation {
  const char* element;
  std::string_view parameter;
};
struct Listing {
  Operation operation;
  std::array<Continuation, 2> continuations;  ///< the second one may be empty
};
constexpr Listing kListings[] = {
    {Operation::list_objects_v2, {{{"NextContinuationToken", "continuation-token"}, {}}}},
    {Operation::list_object_versions,
     {{{"NextKeyMarker", "key-marker"}, {"NextVersionIdMarker", "version-id-marker"}}}},
    {Operation::list_multipart_uploads,
     {{{"NextKeyMarker", "key-marker"}, {"NextUploadIdMarker", "upload-id-marker"}}}},
    {Operation::list_parts, {{{"NextPartNumberMarker", "part-number-marker"}, {}}}},
};

const Listing* listing_of(Operation operation) {
  const auto* found = std::find_if(std::begin(kListings), std::end(kListings),
                                   [&](const Listing& listing) { return listing.operation == operation; });
  return found == std::end(kListings) ? nullptr : found;
}

/// A key of a page, as it is in the store.
std::string key_text(const pugi::xml_node& root, const char* text) {
  const bool is_encoded = std::string_view(root.child_value("EncodingType")) == "url";
  return is_encoded ? base::percent_decode(text, true).value_or(text) : text;
}

/// raw_query with a parameter set to value.
std::string with_parameter(std::string_view raw_query, std::string_view parameter, std::string_view value) {
  std::string out;
  while (!raw_query.empty()) {
    const std::size_t end = std::min(raw_query.find('&'), raw_query.size());
    const std::string_view pair = raw_query.substr(0, end);
    if (pair.substr(0, pair.find('=')) != parameter) out.append(pair).append("&");
    raw_query.remove_prefix(std::min(end + 1, raw_query.size()));
  }
  return out.append(parameter).append("=").append(base::percent_encode(value));
}

std::string place(const RequestFacts& facts) {
  return std::string(name(facts.operation)) + '\n' + facts.bucket + '\n' + facts.keys.front();
}

}  // namespace

std::optional<Request> request_for_next_page(const RequestFacts& facts, Request request,
                                             const Response& page) {
  const Listing* listing = listing_of(facts.operation);
  const std::optional<pugi::xml_document> document = parse_answer(page);
  if (listing == nullptr || !document) return std::nullopt;
  const pugi::xml_node root = document->document_element();
  if (std::string_view(root.child_value("IsTruncated")) != "true") return std::nullopt;
  std::string query = request.raw_query;
  for (const auto& [element, parameter] : listing->continuations) {
    if (parameter.empty()) continue;
    const bool is_key = parameter == "key-marker";
    const char* text = root.child_value(element);
    query = with_parameter(query, parameter, is_key ? key_text(root, text) : text);
  }
  request.after_signature = [query](Request& signed_request) { signed_request.raw_query = query; };
  return request;
}

bool omit_keys(Response& page, const std::string& glob) {
  std::optional<pugi::xml_document> document = parse_answer(page);
  if (!document) return false;
  pugi::xml_node root = document->document_element();
  std::vector<pugi::xml_node> omitted;
  for (const char* element : {"Contents", "Version", "DeleteMarker", "Upload"}) {
    for (const pugi::xml_node& entry : root.children(element)) {
      if (glob_matches(glob, key_text(root, entry.child_value("Key")))) omitted.push_back(entry);
    }
  }
  if (omitted.empty()) return false;
  for (const pugi::xml_node& entry : omitted) root.remove_child(entry);
  if (pugi::xml_text count = root.child("KeyCount").text()) {
    count.set(count.as_ullong() - omitted.size());
  }
  page.body = to_payload(*document);
  return true;
}

void LastPages::remember(const RequestFacts& facts, const Response& page) {
  if (listing_of(facts.operation) != nullptr && page.status == 200)
    pages_.insert_or_assign(place(facts), page);
}

const Response* LastPages::before(const RequestFacts& facts, const Request& request) const {
  const Listing* listing = listing_of(facts.operation);
  if (listing == nullptr || !Query(request.raw_query).has(listing->continuations[0].parameter))
    return nullptr;
  const auto found = pages_.find(place(facts));
  return found == pages_.end() ? nullptr : &found->second;
}

}  // namespace s3c::sim
