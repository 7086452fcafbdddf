// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Hash.h"

#include <bit>
#include <cstring>
#include <initializer_list>

namespace hcr {

namespace {

constexpr uint64_t Prime1 = 0x9e3779b185ebca87u, Prime2 = 0xc2b2ae3d27d4eb4fu,
                   Prime3 = 0x165667b19e3779f9u, Prime4 = 0x85ebca77c2b2ae63u,
                   Prime5 = 0x27d4eb2f165667c5u;

template <class T> T load(const uint8_t *At) {
  static_assert(std::endian::native == std::endian::little);
  T Value;
  memcpy(&Value, At, sizeof(T));
  return Value;
}

/// One lane takes in eight bytes.
uint64_t absorb(uint64_t Lane, uint64_t Input) {
  return std::rotl(Lane + Input * Prime2, 31) * Prime1;
}

uint64_t merge(uint64_t Hash, uint64_t Lane) {
  return (Hash ^ absorb(0, Lane)) * Prime1 + Prime4;
}

/// Four lanes over blocks of 32 bytes.
uint64_t hashBlocks(const uint8_t *&At, const uint8_t *End, uint64_t Seed) {
  uint64_t Lanes[4] = {Seed + Prime1 + Prime2, Seed + Prime2, Seed,
                       Seed - Prime1};
  for (; End - At >= 32; At += 32)
    for (int I = 0; I < 4; ++I)
      Lanes[I] = absorb(Lanes[I], load<uint64_t>(At + 8 * I));
  uint64_t Hash = std::rotl(Lanes[0], 1) + std::rotl(Lanes[1], 7) +
                  std::rotl(Lanes[2], 12) + std::rotl(Lanes[3], 18);
  for (uint64_t Lane : Lanes)
    Hash = merge(Hash, Lane);
  return Hash;
}

} // namespace

uint64_t hashBytes(const void *Data, size_t Size, uint64_t Seed) {
  const auto *At = static_cast<const uint8_t *>(Data);
  const uint8_t *End = At + Size;
  uint64_t Hash = Size >= 32 ? hashBlocks(At, End, Seed) : Seed + Prime5;
  Hash += Size;
  for (; End - At >= 8; At += 8)
    Hash =
        std::rotl(Hash ^ absorb(0, load<uint64_t>(At)), 27) * Prime1 + Prime4;
  if (End - At >= 4) {
    Hash =
        std::rotl(Hash ^ (load<uint32_t>(At) * Prime1), 23) * Prime2 + Prime3;
    At += 4;
  }
  for (; At != End; ++At)
    Hash = std::rotl(Hash ^ (*At * Prime5), 11) * Prime1;
  Hash = (Hash ^ (Hash >> 33)) * Prime2;
  Hash = (Hash ^ (Hash >> 29)) * Prime3;
  return Hash ^ (Hash >> 32);
}

uint64_t programId(uint64_t Size, int64_t Time) {
  uint64_t Hash = 0xcbf29ce484222325u;
  for (uint64_t Value : {Size, static_cast<uint64_t>(Time)})
    for (int I = 0; I < 8; ++I)
      Hash = (Hash ^ ((Value >> (8 * I)) & 0xff)) * 0x100000001b3u;
  return Hash;
}

} // namespace hcr
