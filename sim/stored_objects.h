// Objects kept in memory: those of every bucket that a client made. One thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "sim/object_source.h"

namespace s3c::sim {

class StoredObjects final : public ObjectSource {
 public:
  bool empty() const override { return keys_.empty(); }
  bool is_writable() const override { return true; }
  std::unique_ptr<KeyCursor> cursor() const override;
  Versions* find(std::string_view key) override;
  Versions& find_or_add(const std::string& key) override { return keys_[key]; }
  bool erase(std::string_view key) override;

 private:
  class Cursor;
  std::map<std::string, Versions, std::less<>> keys_;
};

}  // namespace s3c::sim
