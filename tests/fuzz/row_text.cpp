// Input: the first byte says which: a manifest.json of an inventory, rows of CSV with the columns of an inventory, or
// rows of an unknown form; then the text, plain or gzip. Error invalid_argument (unsupported for formats of files,
// corrupt for gzip), or rows of one bucket with keys that S3 allows, the same however the text is cut into pieces.
#include "source/row_text.h"

#include "source/gunzip.h"
#include "source/inventory.h"
#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using base::ErrorKind;
using fuzz::require;
using source::RowColumn;

namespace {

struct Found {
  std::vector<source::ObjectRow> rows;
  std::size_t others = 0;
};

std::optional<Found> rows_of(std::string_view text, bool inventory, std::size_t piece) {
  source::RowForm form{.bucket = "b", .place = "f"};
  if (inventory) {
    form.columns = {RowColumn::bucket, RowColumn::key,           RowColumn::is_latest,
                    RowColumn::size,   RowColumn::last_modified, RowColumn::etag};
    form.encoded_keys = true;
  }
  Found found;
  const auto done = fuzz::value_of({ErrorKind::invalid_argument, ErrorKind::corrupt}, [&] {
    source::RowReader reader(
        form, [&](source::ObjectRow row) { found.rows.push_back(std::move(row)); }, [&] { ++found.others; });
    std::optional<source::Gunzip> gunzip;
    if (source::is_gzip(text)) gunzip.emplace([&](std::string_view more) { reader.read(more); });
    for (std::size_t at = 0; at < text.size(); at += piece) {
      if (gunzip) {
        gunzip->read(text.substr(at, piece));
      } else {
        reader.read(text.substr(at, piece));
      }
    }
    if (gunzip) gunzip->finish();
    reader.finish();
  });
  return done ? std::optional(std::move(found)) : std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz::text_of(data, size);
  if (input.empty()) return 0;
  const std::string_view text = input.substr(1);
  if (input.front() == 'm') {
    const auto inventory = fuzz::value_of({ErrorKind::invalid_argument, ErrorKind::unsupported},
                                          [&] { return source::parse_inventory(text, "b"); });
    if (!inventory) return 0;
    require(inventory->source_bucket == "b", "an inventory of another bucket is refused");
    for (const source::InventoryFile& file : inventory->files)
      require(base::from_hex(file.md5).value_or("").size() == 16, "a file has an MD5");
    return 0;
  }
  const bool inventory = input.front() == 'i';
  const auto whole = rows_of(text, inventory, std::max<std::size_t>(text.size(), 1));
  const auto pieces = rows_of(text, inventory, 3);
  require(whole.has_value() == pieces.has_value(), "pieces change nothing");
  if (!whole) return 0;
  require(whole->rows.size() == pieces->rows.size() && whole->others == pieces->others,
          "pieces change nothing");
  for (std::size_t i = 0; i < whole->rows.size(); ++i) {
    const s3::ObjectSummary& object = whole->rows[i].object;
    require(object == pieces->rows[i].object, "pieces change nothing");
    require(!object.key.empty() && object.key.size() <= 1024, "a key is one of S3's");
    require(!whole->rows[i].is_whole() || !object.etag.empty(), "a whole row has an ETag");
  }
  return 0;
}
