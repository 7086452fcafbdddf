// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Threads that call without a pause, while this one reloads thousands of times:
// no call may be lost, come into a version that it cannot be, or give a wrong
// value; nothing may leak. utils/soak builds it and says what it is given.
#include "images.h"
#include "process.h"
#include "worker.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <hcr/hcr.h>
#include <string>
#include <thread>
#include <vector>

using namespace soak;

namespace {

struct Options {
  std::string Set, Directory;
  uint64_t Reloads = 10000;
  unsigned Threads = 16;
  uint64_t Seconds = 0; // 0: as long as it takes
  bool Collect = false, Measure = true, Progress = true;
};

/// Memory at one moment of the run.
struct Sample {
  uint64_t Reloads, Resident;
};

class Soak {
public:
  explicit Soak(const Options &O) : O(O) {}
  int run();

private:
  bool start();
  bool reload(uint64_t Number);
  void quiet(uint64_t Nanoseconds);
  void sample();
  void progress(const char *End);
  void stop();
  void report();
  void checkCalls();
  void checkMemory();
  void printGaps();

  const Options O;
  Images All;
  Run R;
  std::vector<std::thread> Threads;
  std::vector<std::unique_ptr<Worker>> Workers;
  uint64_t Done = 0, Loaded = 0; // reloads, images in them
  uint64_t Began = 0, Took = 0, LastLine = 0;
  uint64_t SlowestReload = 0, ReloadTime = 0;
  unsigned DescriptorsBefore = 0, DescriptorsAfter = 0;
  Memory MemoryBefore, MemoryAfter;
  uint64_t LoadedBefore = 0;
  std::vector<Sample> Samples;
};

constexpr unsigned Blocks = 20; // of reloads, with a quiet time after each

} // namespace

/// Every eighth thread makes threads that make one round and end.
static void work(Run &R, Worker &W, unsigned Index) {
  for (uint32_t Round = 0; !R.Stop; ++Round) {
    if (Index % 8 != 7) {
      W.round();
      continue;
    }
    Worker Short(R, Round);
    // Its thread-locals are that thread's.
    std::thread([&] { Short.round(); }).join();
    W.add(Short);
  }
}

bool Soak::start() {
  if (!All.load(O.Set, O.Directory, {"first.cpp", "second.cpp", "third.cpp"}))
    return false;
  R.Edits = All.edits();
  // Four mappings for each image, five with some linkers.
  uint64_t Needed = O.Collect ? 0 : (O.Reloads + O.Reloads / 8) * 5 + 1000;
  if (Needed > mostMappings()) {
    fprintf(stderr,
            "soak: %llu reloads need %llu mappings, a process may have %llu "
            "(/proc/sys/vm/max_map_count): ask for fewer, or with --collect\n",
            static_cast<unsigned long long>(O.Reloads),
            static_cast<unsigned long long>(Needed),
            static_cast<unsigned long long>(mostMappings()));
    return false;
  }
  struct sigaction Action = {};
  Action.sa_sigaction = onSignal;
  Action.sa_flags = SA_SIGINFO | SA_RESTART;
  if (sigaction(SIGUSR1, &Action, nullptr))
    return false;
  for (unsigned I = 0; I < O.Threads; ++I) {
    Workers.push_back(std::make_unique<Worker>(R, I));
    Threads.emplace_back(work, std::ref(R), std::ref(*Workers.back()), I);
  }
  return true;
}

bool Soak::reload(uint64_t Number) {
  std::vector<unsigned> Modules = {static_cast<unsigned>(Number % ModuleCount)};
  // Now and then all of them at once.
  if (Number % 16 == 0)
    Modules = {First, Second, Third};
  for (unsigned M : Modules) {
    R.Begun[M].store(Number, std::memory_order_release);
    if (!All.put(M, static_cast<unsigned>(Number % R.Edits), Number)) {
      perror("soak: cannot write an image");
      return false;
    }
  }
  uint64_t Start = now();
  hcr_result Result = hcr_perform_code_reload();
  uint64_t Time = now() - Start;
  ReloadTime += Time;
  SlowestReload = std::max(SlowestReload, Time);
  if (Result != HCR_RELOADED) {
    char Text[4096];
    hcr_last_message(Text, sizeof Text);
    fprintf(stderr, "soak: reload %llu: %s: %s\n",
            static_cast<unsigned long long>(Number),
            Result == HCR_REFUSED ? "refused" : "nothing new", Text);
    return false;
  }
  for (unsigned M : Modules)
    R.Finished[M].store(Number, std::memory_order_release);
  Loaded += Modules.size();
  return true;
}

/// The same work without reloads.
void Soak::quiet(uint64_t Nanoseconds) {
  R.Phase = Quiet;
  for (uint64_t End = now() + Nanoseconds, N = 0; now() < End; ++N)
    All.pretend(N % ModuleCount, N % R.Edits, N);
  R.Phase = Reloading;
}

void Soak::sample() {
  Samples.push_back({Done, residentBytes()});
  if (Samples.size() == Blocks / 4) {
    MemoryBefore = memory();
    LoadedBefore = Loaded;
  }
}

void Soak::progress(const char *End) {
  uint64_t Time = now();
  if (!O.Progress || (Time - LastLine < 1'000'000'000 && *End != '\n'))
    return;
  LastLine = Time;
  fprintf(stderr,
          "\rsoak: %llu of %llu reloads, %llu s, %llu MB resident, %u wrong %s",
          static_cast<unsigned long long>(Done),
          static_cast<unsigned long long>(O.Reloads),
          static_cast<unsigned long long>((Time - Began) / 1'000'000'000),
          static_cast<unsigned long long>(residentBytes() >> 20),
          R.Wrong.load(), End);
}

int Soak::run() {
  Began = now();
  if (!start())
    return 1;
  R.Phase = Reloading;
  uint64_t BlockStart = now();
  bool Whole = true;
  uint64_t BlockSize = std::max<uint64_t>(O.Reloads / Blocks, 1);
  for (uint64_t Number = 1; Number <= O.Reloads; ++Number) {
    if (!(Whole = reload(Number)))
      break;
    Done = Number;
    if (Number == 1)
      DescriptorsBefore = openDescriptors();
    progress("");
    if (Number % BlockSize == 0) {
      sample();
      quiet((now() - BlockStart) / 4);
      BlockStart = now();
    }
    if (O.Seconds && now() - Began > O.Seconds * 1'000'000'000)
      break;
  }
  DescriptorsAfter = openDescriptors();
  MemoryAfter = memory();
  progress("\n");
  stop();
  Took = now() - Began;
  report();
  return Whole && !R.Wrong ? 0 : 1;
}

void Soak::stop() {
  R.Stop = true;
  for (std::thread &T : Threads)
    T.join();
}

void Soak::checkCalls() {
  uint64_t Made[ModuleCount] = {}, Sum = 0;
  for (const auto &W : Workers)
    for (unsigned M = 0; M < ModuleCount; ++M)
      Made[M] += W->Calls[M];
  const std::atomic<uint64_t> *Came[] = {&FirstCalls, &SecondCalls,
                                         &ThirdCalls};
  for (unsigned M = 0; M < ModuleCount; ++M) {
    Sum += Made[M];
    if (Made[M] != *Came[M])
      R.fail(std::to_string(Made[M]) + " calls were made, " +
             std::to_string(*Came[M]) + " came in");
  }
  printf("calls         %llu, %u wrong\n", static_cast<unsigned long long>(Sum),
         R.Wrong.load());
}

static double mega(uint64_t Bytes) { return static_cast<double>(Bytes) / 1e6; }

/// With collection the process must not grow; without, by what is mapped of the
/// images and by next to nothing else.
void Soak::checkMemory() {
  if (!O.Measure || Samples.size() < Blocks)
    return;
  uint64_t Images = Loaded - LoadedBefore;
  auto Growth = static_cast<int64_t>(MemoryAfter.RestResident) -
                static_cast<int64_t>(MemoryBefore.RestResident);
  auto OfImages = static_cast<int64_t>(MemoryAfter.ImagesResident) -
                  static_cast<int64_t>(MemoryBefore.ImagesResident);
  auto Mapped = static_cast<int64_t>(MemoryAfter.Mapped) -
                static_cast<int64_t>(MemoryBefore.Mapped);
  auto Each = [&](int64_t Bytes) {
    return static_cast<double>(Bytes) / static_cast<double>(Images) / 1024;
  };
  printf("resident      ");
  for (size_t I = Blocks / 4 - 1; I < Blocks; I += Blocks / 4)
    printf("%.1f MB after %llu%s", mega(Samples[I].Resident),
           static_cast<unsigned long long>(Samples[I].Reloads),
           I + 1 == Blocks ? "\n" : ", ");
  printf("per image     %.2f KiB of images resident (%.2f mapped), %.2f KiB of "
         "everything else\n",
         Each(OfImages), Each(Mapped), Each(Growth));
  printf("mappings      %llu of images\n",
         static_cast<unsigned long long>(MemoryAfter.Images));
  int64_t Grown = static_cast<int64_t>(Samples[Blocks - 1].Resident) -
                  static_cast<int64_t>(Samples[Blocks / 4 - 1].Resident);
  constexpr int64_t Slack = 8 << 20; // of malloc's arenas, stacks and the like
  if (O.Collect) {
    if (Grown > Slack)
      R.fail("resident memory grew by " + std::to_string(Grown) +
             " bytes though old versions are collected");
    return;
  }
  if (OfImages > Mapped)
    R.fail("more of the images is resident than is mapped");
  if (Growth > Slack + static_cast<int64_t>(Images) * 4096)
    R.fail("something besides the images grows with each reload");
  // Linear: the second half of what was measured grows like the first.
  int64_t Half = static_cast<int64_t>(Samples[Blocks * 5 / 8 - 1].Resident) -
                 static_cast<int64_t>(Samples[Blocks / 4 - 1].Resident);
  if (std::abs(Grown - 2 * Half) > Slack + Grown / 5)
    R.fail("memory does not grow by the same in both halves of the run");
}

void Soak::printGaps() {
  Gaps Seen[Phases];
  for (const auto &W : Workers)
    for (unsigned P = 0; P < Phases; ++P)
      Seen[P].add(W->Seen[P]);
  printf("between calls       median       99 %%     99.9 %%    99.99 %%    "
         "longest  gaps\n");
  for (unsigned P : {Quiet, Reloading}) {
    printf("  %-14s", P == Quiet ? "no reloads" : "reloading");
    for (double Part : {0.5, 0.99, 0.999, 0.9999})
      printf(" %7.2f us", static_cast<double>(Seen[P].quantile(Part)) / 1e3);
    printf(" %7.1f ms  %llu\n", static_cast<double>(Seen[P].longest()) / 1e6,
           static_cast<unsigned long long>(Seen[P].total()));
  }
}

void Soak::report() {
  printf("reloads       %llu (%llu images of %u edits) in %.1f s, collection "
         "%s, %u threads\n",
         static_cast<unsigned long long>(Done),
         static_cast<unsigned long long>(Loaded), R.Edits,
         static_cast<double>(Took) / 1e9, O.Collect ? "on" : "off", O.Threads);
  printf("one reload    %.2f ms on average, %.1f ms at most\n",
         static_cast<double>(ReloadTime) / 1e6 /
             static_cast<double>(std::max<uint64_t>(Done, 1)),
         static_cast<double>(SlowestReload) / 1e6);
  if (DescriptorsBefore != DescriptorsAfter)
    R.fail(std::to_string(DescriptorsBefore) + " open descriptors became " +
           std::to_string(DescriptorsAfter));
  printf("descriptors   %u at the start, %u at the end\n", DescriptorsBefore,
         DescriptorsAfter);
  checkMemory();
  printGaps();
  checkCalls();
}

static bool parse(int Count, char **Words, Options &O) {
  for (int I = 1; I < Count; ++I) {
    std::string Word = Words[I];
    auto Number = [&] {
      return strtoull(I + 1 < Count ? Words[++I] : "", nullptr, 10);
    };
    if (Word == "--set" && I + 1 < Count)
      O.Set = Words[++I];
    else if (Word == "--directory" && I + 1 < Count)
      O.Directory = Words[++I];
    else if (Word == "--reloads")
      O.Reloads = Number();
    else if (Word == "--threads")
      O.Threads = static_cast<unsigned>(Number());
    else if (Word == "--seconds")
      O.Seconds = Number();
    else if (Word == "--collect")
      O.Collect = true;
    else if (Word == "--no-measure")
      O.Measure = false;
    else if (Word == "--no-progress")
      O.Progress = false;
    else
      return false;
  }
  return !O.Set.empty() && !O.Directory.empty() && O.Threads && O.Reloads;
}

int main(int Count, char **Words) {
  Options O;
  if (!parse(Count, Words, O)) {
    fprintf(stderr, "soak: wrong usage; start it by utils/soak\n");
    return 2;
  }
  return Soak(O).run();
}
