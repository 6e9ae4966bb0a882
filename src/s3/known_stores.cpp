#include "s3/known_stores.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace s3c::s3 {
namespace {

using enum Fact::Basis;
using Domain = std::string_view;

// Amazon S3. Nothing is measured: no test leaves this machine.
constexpr Domain kAwsDomains[] = {"amazonaws.com", "amazonaws.com.cn", "api.aws"};
constexpr Domain kAwsConditions =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html";
constexpr Domain kAwsWrites = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html";
constexpr Domain kAwsIntegrity =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html";
constexpr Domain kAwsConsistency =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel";
constexpr Fact kAws[] = {
    {Power::listing, true, documented,
     "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html"},
    {Power::list_after_put, true, documented, kAwsConsistency},
    {Power::metadata, true, documented,
     "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html"},
    {Power::conditional_complete, true, documented, kAwsWrites},
    // "the first write operation to finish succeeds", the others get 412 or 409.
    {Power::atomic_complete, true, documented, kAwsWrites},
    {Power::checksums, true, documented, kAwsIntegrity},
    {Power::upload_etags, true, documented, kAwsIntegrity},
    {Power::upload_prefixes, true, documented,
     "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html"},
    {Power::conditional_put, true, documented, kAwsWrites},
    {Power::conditional_delete, true, documented, kAwsConditions},
    {Power::conditional_single_delete, true, documented, kAwsConditions},
    {Power::delete_objects, true, documented,
     "https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"},
    {Power::md5_etags, true, documented, "https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html"},
    {Power::tag_counts, true, documented,
     "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"},
    {Power::upload_tags, true, documented,
     "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html"},
    {Power::key_encodings, true, documented,
     "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html"},
    {Power::uneven_parts, true, documented,
     "https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html"},
};

// Ceph RADOS Gateway 16, which scripts/rgw-up starts. Newer ones can do more.
constexpr Fact kRgw[] = {
    {Power::listing, true, measured, "contract/listing_contract_test.cpp: Listing.OddKeysComeBackAsTheyWere"},
    {Power::list_after_put, true, measured,
     "contract/listing_contract_test.cpp: Listing.ShowsWhatWasJustPut"},
    {Power::harmless_aborts, true, measured,
     "contract/multipart_contract_test.cpp: Multipart.AnAbortAfterCompleteLeavesTheObject"},
    {Power::metadata, true, measured,
     "contract/multipart_contract_test.cpp: Multipart.FromPartsToAnArchivedObject"},
    {Power::conditional_complete, false, measured,
     "contract/multipart_contract_test.cpp: Multipart.ConditionalComplete"},
    {Power::checksums, false, measured,
     "contract/multipart_contract_test.cpp: Multipart.FromPartsToAnArchivedObject"},
    {Power::upload_etags, true, measured,
     "contract/multipart_contract_test.cpp: Multipart.FromPartsToAnArchivedObject"},
    {Power::upload_prefixes, true, measured, "e2e/test_check_store.py: OnAGateway.test_what_it_can"},
    {Power::conditional_put, true, measured, "contract/object_contract_test.cpp: Objects.PutIfNoneMatch"},
    {Power::conditional_delete, false, measured,
     "contract/delete_contract_test.cpp: Delete.EachKeyGetsItsOwnAnswer"},
    {Power::conditional_single_delete, false, measured,
     "contract/delete_contract_test.cpp: Delete.ConditionOnAKeyXmlCannotCarry"},
    {Power::delete_objects, true, measured, "contract/delete_contract_test.cpp: Delete.AThousandAtOnce"},
    {Power::md5_etags, true, measured, "contract/object_contract_test.cpp: Objects.EtagOfAPutIsItsMd5"},
    {Power::upload_tags, false, measured,
     "contract/restore_contract_test.cpp: Restores.AnUploadInPartsKeepsEverything"},
    {Power::key_encodings, true, measured,
     "contract/listing_contract_test.cpp: Listing.OddKeysComeBackAsTheyWere"},
};

constexpr Domain kMinioConditions = "https://github.com/minio/minio/pull/19713";
constexpr Domain kMinioPage =
    "https://docs.min.io/enterprise/aistor-object-store/developers/s3-api-compatibility";
constexpr Fact kMinio[] = {
    {Power::conditional_complete, true, documented, kMinioConditions},
    {Power::upload_prefixes, false, documented, kMinioPage},
    {Power::conditional_put, true, documented, kMinioConditions},
};
// The commercial MinIO.
constexpr Fact kAistor[] = {
    {Power::upload_prefixes, false, documented, kMinioPage},
    {Power::conditional_put, true, documented, kMinioPage},
    {Power::conditional_delete, true, documented, kMinioPage},
    {Power::conditional_single_delete, true, documented, kMinioPage},
    {Power::delete_objects, true, documented, kMinioPage},
};

constexpr Fact kSeaweed[] = {
    {Power::conditional_put, true, documented, "https://github.com/seaweedfs/seaweedfs/pull/7154"},
};

// versitygw 1.8 over files, which scripts/test-versitygw starts.
constexpr Fact kVersity[] = {
    {Power::listing, true, measured, "contract/listing_contract_test.cpp: Listing.PagesAreExactAtTheirEdges"},
    {Power::list_after_put, true, measured,
     "contract/listing_contract_test.cpp: Listing.ShowsWhatWasJustPut"},
    {Power::harmless_aborts, true, measured,
     "contract/multipart_contract_test.cpp: Multipart.AnAbortAfterCompleteLeavesTheObject"},
    {Power::metadata, true, measured,
     "contract/multipart_contract_test.cpp: Multipart.FromPartsToAnArchivedObject"},
    {Power::conditional_complete, true, measured,
     "contract/multipart_contract_test.cpp: Multipart.ConditionalComplete"},
    {Power::checksums, true, measured,
     "contract/multipart_contract_test.cpp: Multipart.FromPartsToAnArchivedObject"},
    {Power::upload_etags, true, measured,
     "contract/multipart_contract_test.cpp: Multipart.FromPartsToAnArchivedObject"},
    {Power::upload_prefixes, true, measured, "interop/test_job.py: Job.test_check_store"},
    {Power::conditional_put, true, measured, "contract/object_contract_test.cpp: Objects.PutIfNoneMatch"},
    {Power::conditional_delete, false, measured,
     "contract/delete_contract_test.cpp: Delete.EachKeyGetsItsOwnAnswer"},
    {Power::conditional_single_delete, true, measured,
     "contract/delete_contract_test.cpp: Delete.ConditionOnAKeyXmlCannotCarry"},
    {Power::delete_objects, true, measured, "contract/delete_contract_test.cpp: Delete.AThousandAtOnce"},
    {Power::md5_etags, true, measured, "contract/object_contract_test.cpp: Objects.EtagOfAPutIsItsMd5"},
    {Power::tag_counts, true, measured, "interop/test_job.py: Job.test_check_store"},
    {Power::upload_tags, true, measured,
     "contract/restore_contract_test.cpp: Restores.AnUploadInPartsKeepsEverything"},
    {Power::key_encodings, false, measured, "interop/test_job.py: Job.test_check_store"},
};

constexpr Domain kR2Domains[] = {"r2.cloudflarestorage.com"};
constexpr Domain kR2Page = "https://developers.cloudflare.com/r2/api/s3/api/";
constexpr Domain kR2Conditions = "https://developers.cloudflare.com/r2/api/s3/conditional-operations/";
constexpr Domain kR2Parts = "https://developers.cloudflare.com/r2/objects/multipart-objects/";
constexpr Fact kR2[] = {
    {Power::conditional_complete, true, documented, kR2Conditions},
    // CRC32 only as COMPOSITE.
    {Power::checksums, false, documented, kR2Page},
    {Power::upload_etags, true, documented, kR2Parts},
    {Power::upload_prefixes, true, documented, kR2Page},
    {Power::conditional_put, true, documented, kR2Conditions},
    {Power::delete_objects, true, documented, kR2Page},
    {Power::upload_tags, false, documented, kR2Page},
    {Power::uneven_parts, false, documented, kR2Parts},
};

constexpr Domain kWasabiDomains[] = {"wasabisys.com"};

constexpr Domain kB2Domains[] = {"backblazeb2.com"};
constexpr Fact kB2[] = {
    // x-amz-tagging is refused.
    {Power::upload_tags, false, documented, "https://www.backblaze.com/apidocs/s3-copy-object"},
};

constexpr Domain kGcsDomains[] = {"storage.googleapis.com"};
constexpr Fact kGcs[] = {
    // Such an object has a CRC-32C, but no MD5. Then archive can prove nothing, unless checksums work there.
    {Power::upload_etags, false, documented,
     "https://docs.cloud.google.com/storage/docs/xml-api/post-object-complete"},
    {Power::delete_objects, true, documented,
     "https://docs.cloud.google.com/storage/docs/xml-api/post-bucket"},
};

constexpr Fact kSwift[] = {
    {Power::delete_objects, true, documented, "https://docs.openstack.org/swift/latest/s3_compat.html"},
};

constexpr KnownStore kKnownStores[] = {
    {"Amazon S3", kAwsDomains, kAws, true},
    {"Ceph RGW 16", {}, kRgw},
    {"MinIO", {}, kMinio},
    {"MinIO AIStor", {}, kAistor},
    {"SeaweedFS", {}, kSeaweed},
    {"versitygw 1.8",
     {},
     kVersity,
     false,
     "It keeps wrong checksums of copied parts: reading archives of several parts back before their commit, and "
     "mending archives, fail there; nothing is lost. It tells the class STANDARD of every object: ask for that."},
    {"Cloudflare R2", kR2Domains, kR2},
    {"Wasabi", kWasabiDomains, {}},
    {"Backblaze B2", kB2Domains, kB2},
    {"Google Cloud Storage", kGcsDomains, kGcs},
    {"OpenStack Swift", {}, kSwift},
};

/// "s3.eu-west-1.amazonaws.com" of "https://s3.eu-west-1.amazonaws.com:443/path", in lower case.
std::string host_of(std::string_view url) {
  if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos)
    url.remove_prefix(scheme + 3);
  std::string host(url.substr(0, url.find_first_of(":/")));
  std::transform(host.begin(), host.end(), host.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return host;
}

const Fact* fact_at(const aws::EndpointSettings& endpoint, Power power) {
  const KnownStore* store = find_known_store(endpoint);
  return store == nullptr ? nullptr : find_fact(*store, power);
}

}  // namespace

std::span<const KnownStore> known_stores() {
  return kKnownStores;
}

const KnownStore* find_known_store(const aws::EndpointSettings& endpoint) {
  if (endpoint.url.empty()) return &kKnownStores[0];  // AWS
  const std::string host = host_of(endpoint.url);
  const auto is_at = [&](const KnownStore& store) {
    return std::any_of(store.domains.begin(), store.domains.end(), [&](std::string_view domain) {
      return host == domain || host.ends_with("." + std::string(domain));
    });
  };
  const auto* const found = std::find_if(std::begin(kKnownStores), std::end(kKnownStores), is_at);
  return found == std::end(kKnownStores) ? nullptr : found;
}

const Fact* find_fact(const KnownStore& store, Power power) {
  const auto found = std::find_if(store.facts.begin(), store.facts.end(),
                                  [power](const Fact& fact) { return fact.power == power; });
  return found == store.facts.end() ? nullptr : &*found;
}

bool completes_atomically(const aws::EndpointSettings& endpoint) {
  const Fact* fact = fact_at(endpoint, Power::atomic_complete);
  return fact != nullptr && fact->has_it && fact->basis == documented;
}

bool tells_tag_counts(const aws::EndpointSettings& endpoint) {
  const Fact* fact = fact_at(endpoint, Power::tag_counts);
  return fact != nullptr && fact->has_it;
}

bool is_aws(const aws::EndpointSettings& endpoint) {
  const KnownStore* store = find_known_store(endpoint);
  return store != nullptr && store->is_aws;
}

}  // namespace s3c::s3
