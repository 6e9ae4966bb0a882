#include "sim/synthetic_objects.h"

#include <algorithm>
#include <bit>
#include <chrono>

#include "base/error.h"
#include "sim/digits.h"

namespace s3c::sim {
namespace {

constexpr std::size_t kNumberDigits = 8;
constexpr std::size_t kDayBytes = 10;  // yyyy/mm/dd

/// The day of "2018/04/01".
std::optional<std::chrono::sys_days> parse_day(std::string_view text) {
  const auto year = parse_number<int>(text.substr(0, 4));
  const auto month = parse_number<unsigned>(text.substr(5, 2));
  const auto day = parse_number<unsigned>(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

}  // namespace

std::uint64_t RemainingNumbers::first_from(std::uint64_t number) const {
  if (number >= size_) return size_;
  std::uint64_t word = number / 64;
  std::uint64_t remaining = ~removed_[word] & (~std::uint64_t{0} << (number % 64));
  while (remaining == 0) {
    if (++word == removed_.size()) return size_;
    remaining = ~removed_[word];
  }
  return std::min(size_, word * 64 + static_cast<std::uint64_t>(std::countr_zero(remaining)));
}

class SyntheticObjects::Cursor final : public KeyCursor {
 public:
  explicit Cursor(const SyntheticObjects& objects) : objects_(objects) { go_to(0); }

  void seek(std::string_view key) override { go_to(objects_.first_not_below(key)); }
  bool at_end() const override { return number_ == objects_.spec_.objects(); }
  void advance() override { go_to(number_ + 1); }
  std::string_view key() const override { return key_; }
  bool is_live() const override { return true; }

 private:
  void go_to(std::uint64_t number) {
    number_ = objects_.remaining_.first_from(number);
    if (!at_end()) key_ = objects_.key_of(number_);
  }

  const SyntheticObjects& objects_;
  std::uint64_t number_ = 0;
  std::string key_;
};

SyntheticObjects::SyntheticObjects(SyntheticSpec spec)
    : spec_(std::move(spec)),
      key_start_(spec_.prefix + '/'),
      name_start_(kind_of(spec_.data).name_start),
      name_end_(kind_of(spec_.data).name_end),
      bodies_(spec_.data),
      remaining_(spec_.objects()) {}

std::unique_ptr<KeyCursor> SyntheticObjects::cursor() const {
  return std::make_unique<Cursor>(*this);
}

Versions* SyntheticObjects::find(std::string_view key) {
  const std::optional<std::uint64_t> number = number_of(key);
  if (!number || !remaining_.contains(*number)) return nullptr;
  // One request asks several times for the same object: for its conditions, then for its bytes.
  if (made_ != number) {
    found_.clear();
    found_.push_back(make(*number));
    made_ = number;
  }
  return &found_;
}

Versions& SyntheticObjects::find_or_add(const std::string& key) {
  throw base::Error(base::ErrorKind::internal, "a write into a synthetic bucket: " + key);
}

bool SyntheticObjects::erase(std::string_view key) {
  const std::optional<std::uint64_t> number = number_of(key);
  if (!number || !remaining_.contains(*number)) return false;
  remaining_.remove(*number);
  if (made_ == number) made_.reset();
  return true;
}

std::string SyntheticObjects::key_of(std::uint64_t number) const {
  const std::chrono::days day(number / spec_.objects_per_day);
  const std::chrono::year_month_day date(spec_.first_day + day);
  std::string key;
  key.reserve(key_start_.size() + kDayBytes + name_start_.size() + kNumberDigits + name_end_.size());
  key += key_start_;
  append_digits(key, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
  key += '/';
  append_digits(key, static_cast<unsigned>(date.month()), 2);
  key += '/';
  append_digits(key, static_cast<unsigned>(date.day()), 2);
  key += name_start_;
  append_digits(key, number % spec_.objects_per_day, kNumberDigits);
  key += name_end_;
  return key;
}

std::optional<std::uint64_t> SyntheticObjects::number_of(std::string_view key) const {
  // All keys have the same size. The numbers read at their fixed places are right if they make this key
  // again.
  const std::size_t number_at = key_start_.size() + kDayBytes + name_start_.size();
  if (key.size() != number_at + kNumberDigits + name_end_.size()) return std::nullopt;
  const auto date = parse_day(key.substr(key_start_.size(), kDayBytes));
  const auto within_day = parse_number<std::uint64_t>(key.substr(number_at, kNumberDigits));
  if (!date || !within_day || *within_day >= spec_.objects_per_day) return std::nullopt;
  const auto day = (*date - spec_.first_day).count();
  if (day < 0 || day >= spec_.days) return std::nullopt;
  const std::uint64_t number = static_cast<std::uint64_t>(day) * spec_.objects_per_day + *within_day;
  if (key_of(number) != key) return std::nullopt;
  return number;
}

std::uint64_t SyntheticObjects::first_not_below(std::string_view key) const {
  std::uint64_t low = 0, high = spec_.objects();
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (key_of(middle) < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

Object SyntheticObjects::make(std::uint64_t number) const {
  constexpr std::uint64_t kDayMilliseconds = 86'400'000;
  const std::chrono::days day(number / spec_.objects_per_day);
  const std::uint64_t within_day = number % spec_.objects_per_day;
  SyntheticBodies::Body body = bodies_.body(key_of(number));
  Object object;
  object.body = std::move(body.bytes);
  object.etag = std::move(body.etag);
  // Spread over the day.
  object.last_modified = spec_.first_day + day +
                         std::chrono::milliseconds(within_day * kDayMilliseconds / spec_.objects_per_day);
  object.attributes.headers.push_back({"content-type", std::string(kind_of(spec_.data).content_type)});
  return object;
}

}  // namespace s3c::sim
