// SPDX-License-Identifier: Apache-2.0
//
// A map from strings whose copies are free and never change: a hash array mapped trie. set() and erase() make a new map
// that shares all but the path to the change, so a reader keeps its snapshot while the writer goes on.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace edgecse::cse {

/// Values are shared and immutable. Concurrent reads of the same map are safe; a map object itself is written by one thread.
template <class Value>
class PersistentMap {
 public:
  using Pointer = std::shared_ptr<const Value>;

  /// nullptr when the key is not there.
  [[nodiscard]] Pointer find(std::string_view key) const {
    const std::size_t hash = std::hash<std::string_view>{}(key);
    const Node* node = root_.get();
    for (unsigned depth = 0; node != nullptr; ++depth) {
      if (depth == kMaximumDepth) return find_in_list(*node, key);
      const std::uint32_t bit = bit_at(hash, depth);
      if ((node->bitmap & bit) == 0) return nullptr;
      const Slot& slot = node->slots[index_of(*node, bit)];
      if (slot.leaf) return slot.leaf->key == key ? slot.leaf->value : nullptr;
      node = slot.node.get();
    }
    return nullptr;
  }

  void set(std::string key, Pointer value) {
    const std::size_t hash = std::hash<std::string_view>{}(key);
    bool added = false;
    root_ = set_below(root_, 0, hash, std::make_shared<const Leaf>(Leaf{std::move(key), std::move(value)}), added);
    if (added) ++size_;
  }

  void erase(std::string_view key) {
    const std::size_t hash = std::hash<std::string_view>{}(key);
    bool removed = false;
    auto root = erase_below(root_, 0, hash, key, removed);
    if (!removed) return;
    root_ = std::move(root);
    --size_;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  /// In no particular order; visit(key, pointer).
  template <class Visit>
  void for_each(Visit&& visit) const {
    if (root_) visit_below(*root_, visit);
  }

 private:
  static constexpr unsigned kBits = 5;
  static constexpr unsigned kMaximumDepth = 12;  // 60 bits of hash; below, a list

  struct Leaf {
    std::string key;
    Pointer value;
  };
  struct Node;
  using NodePointer = std::shared_ptr<const Node>;
  using LeafPointer = std::shared_ptr<const Leaf>;
  struct Slot {
    NodePointer node;
    LeafPointer leaf;
  };
  struct Node {
    std::uint32_t bitmap = 0;   // unused in a list node
    std::vector<Slot> slots;
  };

  static std::uint32_t bit_at(std::size_t hash, unsigned depth) { return 1U << (hash >> (depth * kBits) & 31U); }
  static std::size_t index_of(const Node& node, std::uint32_t bit) {
    return static_cast<std::size_t>(std::popcount(node.bitmap & (bit - 1)));
  }

  static Pointer find_in_list(const Node& node, std::string_view key) {
    for (const Slot& slot : node.slots)
      if (slot.leaf->key == key) return slot.leaf->value;
    return nullptr;
  }

  static NodePointer set_below(const NodePointer& node, unsigned depth, std::size_t hash, LeafPointer leaf, bool& added) {
    auto copy = node ? std::make_shared<Node>(*node) : std::make_shared<Node>();
    if (depth == kMaximumDepth) {
      for (Slot& slot : copy->slots) {
        if (slot.leaf->key == leaf->key) {
          slot.leaf = std::move(leaf);
          return copy;
        }
      }
      copy->slots.push_back({nullptr, std::move(leaf)});
      added = true;
      return copy;
    }
    const std::uint32_t bit = bit_at(hash, depth);
    const std::size_t index = index_of(*copy, bit);
    if ((copy->bitmap & bit) == 0) {
      copy->bitmap |= bit;
      copy->slots.insert(copy->slots.begin() + static_cast<std::ptrdiff_t>(index), Slot{nullptr, std::move(leaf)});
      added = true;
      return copy;
    }
    Slot& slot = copy->slots[index];
    if (slot.node) {
      slot.node = set_below(slot.node, depth + 1, hash, std::move(leaf), added);
    } else if (slot.leaf->key == leaf->key) {
      slot.leaf = std::move(leaf);
    } else {
      const std::size_t other_hash = std::hash<std::string_view>{}(slot.leaf->key);
      bool ignored = false;
      NodePointer below = set_below(nullptr, depth + 1, other_hash, std::move(slot.leaf), ignored);
      slot.leaf = nullptr;
      slot.node = set_below(below, depth + 1, hash, std::move(leaf), added);
    }
    return copy;
  }

  static NodePointer erase_below(const NodePointer& node, unsigned depth, std::size_t hash, std::string_view key,
                                 bool& removed) {
    if (!node) return node;
    std::size_t index = 0;
    std::uint32_t bit = 0;
    if (depth == kMaximumDepth) {
      while (index < node->slots.size() && node->slots[index].leaf->key != key) ++index;
      if (index == node->slots.size()) return node;
    } else {
      bit = bit_at(hash, depth);
      if ((node->bitmap & bit) == 0) return node;
      index = index_of(*node, bit);
      const Slot& slot = node->slots[index];
      if (slot.node) {
        NodePointer below = erase_below(slot.node, depth + 1, hash, key, removed);
        if (!removed) return node;
        if (below) {
          auto copy = std::make_shared<Node>(*node);
          copy->slots[index].node = std::move(below);
          return copy;
        }
      } else if (slot.leaf->key != key) {
        return node;
      }
    }
    removed = true;
    if (node->slots.size() == 1) return nullptr;
    auto copy = std::make_shared<Node>(*node);
    copy->bitmap &= ~bit;
    copy->slots.erase(copy->slots.begin() + static_cast<std::ptrdiff_t>(index));
    return copy;
  }

  template <class Visit>
  static void visit_below(const Node& node, Visit& visit) {
    for (const Slot& slot : node.slots) {
      if (slot.leaf) {
        visit(slot.leaf->key, slot.leaf->value);
      } else {
        visit_below(*slot.node, visit);
      }
    }
  }

  NodePointer root_;
  std::size_t size_ = 0;
};

}  // namespace edgecse::cse
