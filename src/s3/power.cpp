#include "s3/power.h"

#include <array>
#include <cstddef>

namespace s3c::s3 {
namespace {

constexpr std::array kPowers = {
    PowerText{Power::listing, "listing", true,
              "ListObjectsV2 pages through the names in the order of their bytes",
              "archive, verify and restore refuse the store: they join listings, and would miss names"},
    PowerText{Power::list_after_put, "list-after-put", true,
              "a listing shows an object as soon as its PUT was acknowledged, and not after its delete",
              "archive isn't safe: a run could miss the record of another run"},
    PowerText{Power::harmless_aborts, "harmless-aborts", true,
              "AbortMultipartUpload leaves the finished object at that name alone",
              "archive refuses the store: a clean-up could remove an archive"},
    PowerText{Power::metadata, "metadata", true, "an object that was uploaded in parts keeps its metadata",
              "archive can't commit a volume: the archive's id is in its metadata"},
    PowerText{
        Power::conditional_complete, "conditional-complete", false,
        "If-None-Match on CompleteMultipartUpload is honoured",
        "each commit first stops other runs that write to the same name: one LIST and one HEAD more for "
        "each volume"},
    PowerText{Power::atomic_complete, "atomic-complete", false,
              "of two such Completes that arrive at once, only one can win; only the vendor's word counts",
              "as without conditional-complete"},
    PowerText{Power::checksums, "checksums", false, "a CRC-32 of the whole object is kept, and told on HEAD",
              "archives are proven by the ETag of their parts' MD5s"},
    PowerText{Power::upload_etags, "upload-etags", false,
              "the ETag of an object that was uploaded in parts is made of its parts' MD5s",
              "with checksums, nothing; without both, archive can't prove any volume and commits none"},
    PowerText{Power::upload_prefixes, "upload-prefixes", false,
              "ListMultipartUploads finds uploads by the beginning of their names",
              "gc finds only the uploads that are on record (exit code 3): set a lifecycle rule that aborts "
              "incomplete uploads"},
    PowerText{Power::conditional_put, "conditional-put", false, "If-None-Match on PutObject is honoured",
              "restore to a bucket can overwrite an object that another program writes in the same "
              "milliseconds"},
    PowerText{Power::conditional_delete, "conditional-delete", false, "ETags in DeleteObjects are honoured",
              "with conditional-single-delete, one request for each deleted object; without both, an object "
              "that is overwritten within milliseconds of its delete can be lost"},
    PowerText{
        Power::conditional_single_delete, "conditional-single-delete", false,
        "If-Match on DeleteObject is honoured",
        "without conditional-delete too, an object that is overwritten within milliseconds of its delete "
        "can be lost"},
    PowerText{Power::delete_objects, "delete-objects", false,
              "DeleteObjects deletes many objects in one request", "one request for each deleted object"},
    PowerText{Power::md5_etags, "md5-etags", false, "the ETag of an object from one PUT is its MD5",
              "over plain HTTP, damage to an object on its way is noticed only by its length"},
    PowerText{Power::tag_counts, "tag-counts", false, "GET tells how many tags an object has",
              "one GetObjectTagging more for each object, unless objects are archived without tags"},
    PowerText{
        Power::upload_tags, "upload-tags", false, "an object that was uploaded in parts keeps its tags",
        "the tags that archives shall have are lost, and members above 8 MiB are restored without tags"},
    PowerText{Power::key_encodings, "key-encodings", false,
              "each name that the store accepts comes back from a listing as the same bytes",
              "objects with such names can't be read: they stay in the source and are named"},
    PowerText{Power::uneven_parts, "uneven-parts", false, "the parts of an upload may differ in size",
              "nothing: all parts of an archive but the last have one size"},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kPowers.size(); ++i) {
    if (static_cast<std::size_t>(kPowers[i].power) != i) return false;
  }
  return kPowers.size() == static_cast<std::size_t>(Power::uneven_parts) + 1;
}
static_assert(is_in_order(), "text_of() takes the power for an index");

}  // namespace

std::span<const PowerText> powers() {
  return kPowers;
}

const PowerText& text_of(Power power) {
  return kPowers.at(static_cast<std::size_t>(power));
}

}  // namespace s3c::s3
