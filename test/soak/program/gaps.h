// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How long threads wait between two calls: a histogram with steps of 1/16, so
// that hundreds of millions of gaps take a few kilobytes.
#ifndef HCR_SOAK_GAPS_H
#define HCR_SOAK_GAPS_H

#include <bit>
#include <cstddef>
#include <cstdint>
#include <ctime>

namespace soak {

inline uint64_t now() {
  timespec Time;
  clock_gettime(CLOCK_MONOTONIC, &Time);
  return static_cast<uint64_t>(Time.tv_sec) * 1'000'000'000 +
         static_cast<uint64_t>(Time.tv_nsec);
}

class Gaps {
public:
  void add(uint64_t Nanoseconds) {
    ++Counts[bucket(Nanoseconds)];
    ++Total;
    Longest = Nanoseconds > Longest ? Nanoseconds : Longest;
  }
  void add(const Gaps &Other) {
    for (size_t I = 0; I < Buckets; ++I)
      Counts[I] += Other.Counts[I];
    Total += Other.Total;
    Longest = Other.Longest > Longest ? Other.Longest : Longest;
  }
  /// At least so many of all gaps, 0 to 1, are not longer.
  uint64_t quantile(double Part) const {
    uint64_t Wanted = static_cast<uint64_t>(Part * static_cast<double>(Total));
    uint64_t Sum = 0;
    for (size_t I = 0; I < Buckets; ++I)
      if ((Sum += Counts[I]) > Wanted)
        return upperEnd(I);
    return Longest;
  }
  uint64_t longest() const { return Longest; }
  uint64_t total() const { return Total; }

private:
  static constexpr unsigned Steps = 16, Buckets = 64 * Steps;
  static size_t bucket(uint64_t N) {
    if (N < Steps)
      return N;
    unsigned Power = 63 - static_cast<unsigned>(std::countl_zero(N));
    return (Power - 3) * Steps + ((N >> (Power - 4)) & (Steps - 1));
  }
  static uint64_t upperEnd(size_t Bucket) {
    if (Bucket < Steps)
      return Bucket;
    unsigned Power = static_cast<unsigned>(Bucket / Steps) + 3;
    return (Steps + Bucket % Steps + 1) << (Power - 4);
  }
  uint64_t Counts[Buckets] = {}, Total = 0, Longest = 0;
};

} // namespace soak

#endif
