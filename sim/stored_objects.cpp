#include "sim/stored_objects.h"

namespace s3c::sim {

class StoredObjects::Cursor final : public KeyCursor {
 public:
  explicit Cursor(const std::map<std::string, Versions, std::less<>>& keys)
      : keys_(keys), at_(keys.begin()) {}

  void seek(std::string_view key) override { at_ = keys_.lower_bound(key); }
  bool at_end() const override { return at_ == keys_.end(); }
  void advance() override { ++at_; }
  std::string_view key() const override { return at_->first; }
  bool is_live() const override { return !at_->second.back().is_delete_marker; }

 private:
  const std::map<std::string, Versions, std::less<>>& keys_;
  std::map<std::string, Versions, std::less<>>::const_iterator at_;
};

std::unique_ptr<KeyCursor> StoredObjects::cursor() const {
  return std::make_unique<Cursor>(keys_);
}

Versions* StoredObjects::find(std::string_view key) {
  const auto found = keys_.find(key);
  return found == keys_.end() ? nullptr : &found->second;
}

bool StoredObjects::erase(std::string_view key) {
  const auto found = keys_.find(key);
  if (found == keys_.end()) return false;
  keys_.erase(found);
  return true;
}

}  // namespace s3c::sim
