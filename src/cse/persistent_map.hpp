// SPDX-License-Identifier: Apache-2.0
//
// A map from strings whose copies are free and never change: a hash array mapped trie. set() and erase() copy the path to the
// change and share the rest, so a reader keeps its snapshot while the writer goes on. Nodes that no copy shares are changed in
// place: between two copies only the first change of a path pays for it.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edgecse::cse {

/// Values are shared and immutable. Concurrent reads of the same map are safe; a map object itself is written by one thread,
/// and copied for others by that thread only (so a node whose count is 1 is nobody else's).
template <class Value, class Hash = std::hash<std::string_view>>
class PersistentMap {
 public:
  using Pointer = std::shared_ptr<const Value>;

  /// nullptr when the key is not there.
  [[nodiscard]] Pointer find(std::string_view key) const {
    const std::size_t hash = Hash{}(key);
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
    const std::size_t hash = Hash{}(key);
    bool added = false;
    set_below(root_, 0, hash, std::make_shared<const Leaf>(Leaf{std::move(key), std::move(value)}), added);
    if (added) ++size_;
  }

  void erase(std::string_view key) {
    const std::size_t hash = Hash{}(key);
    if (!find(key)) return;
    erase_below(root_, 0, hash, key);
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
  using NodePointer = std::shared_ptr<Node>;
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

  /// Makes the node the caller's own: its parent is already.
  static void own(NodePointer& node) {
    if (!node) {
      node = std::make_shared<Node>();
    } else if (node.use_count() != 1) {
      node = std::make_shared<Node>(*node);
    }
  }

  static void set_below(NodePointer& node, unsigned depth, std::size_t hash, LeafPointer leaf, bool& added) {
    own(node);
    if (depth == kMaximumDepth) {
      for (Slot& slot : node->slots) {
        if (slot.leaf->key == leaf->key) {
          slot.leaf = std::move(leaf);
          return;
        }
      }
      node->slots.push_back({nullptr, std::move(leaf)});
      added = true;
      return;
    }
    const std::uint32_t bit = bit_at(hash, depth);
    const std::size_t index = index_of(*node, bit);
    if ((node->bitmap & bit) == 0) {
      node->bitmap |= bit;
      node->slots.insert(node->slots.begin() + static_cast<std::ptrdiff_t>(index), Slot{nullptr, std::move(leaf)});
      added = true;
      return;
    }
    Slot& slot = node->slots[index];
    if (slot.leaf && slot.leaf->key == leaf->key) {
      slot.leaf = std::move(leaf);
      return;
    }
    if (slot.leaf) {
      const std::size_t other_hash = Hash{}(slot.leaf->key);
      bool ignored = false;
      set_below(slot.node, depth + 1, other_hash, std::exchange(slot.leaf, nullptr), ignored);
    }
    set_below(slot.node, depth + 1, hash, std::move(leaf), added);
  }

  /// The key is there. Leaves node null when nothing is left of it.
  static void erase_below(NodePointer& node, unsigned depth, std::size_t hash, std::string_view key) {
    own(node);
    std::size_t index = 0;
    std::uint32_t bit = 0;
    if (depth == kMaximumDepth) {
      while (node->slots[index].leaf->key != key) ++index;
    } else {
      bit = bit_at(hash, depth);
      index = index_of(*node, bit);
      Slot& slot = node->slots[index];
      if (slot.node) {
        erase_below(slot.node, depth + 1, hash, key);
        if (slot.node) return;
      }
    }
    node->bitmap &= ~bit;
    node->slots.erase(node->slots.begin() + static_cast<std::ptrdiff_t>(index));
    if (node->slots.empty()) node = nullptr;
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
