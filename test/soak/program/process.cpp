// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "process.h"

#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <unistd.h>

namespace soak {

unsigned openDescriptors() {
  DIR *Directory = opendir("/proc/self/fd");
  if (!Directory)
    return 0;
  unsigned Count = 0;
  while (dirent *Entry = readdir(Directory))
    Count += Entry->d_name[0] != '.';
  closedir(Directory);
  return Count - 1;
}

static uint64_t readNumber(const char *Path, const char *Format) {
  uint64_t Number = 0;
  if (FILE *File = fopen(Path, "re")) {
    if (fscanf(File, Format, &Number) != 1)
      Number = 0;
    fclose(File);
  }
  return Number;
}

uint64_t residentBytes() {
  return readNumber("/proc/self/statm", "%*u %" SCNu64) *
         static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

uint64_t mostMappings() {
  return readNumber("/proc/sys/vm/max_map_count", "%" SCNu64);
}

Memory memory() {
  Memory Out;
  FILE *File = fopen("/proc/self/smaps", "re");
  if (!File)
    return Out;
  char Line[4096];
  bool IsImage = false;
  while (fgets(Line, sizeof Line, File)) {
    uint64_t From, To, KiloBytes;
    if (sscanf(Line, "%" SCNx64 "-%" SCNx64 " ", &From, &To) == 2) {
      const char *Path = strchr(Line, '/');
      // Their zeroed variables are few and lie in the last page of the file.
      IsImage = Path && strstr(Path, "/live/");
      Out.Images += IsImage;
      Out.Mapped += IsImage ? To - From : 0;
    } else if (sscanf(Line, "Rss: %" SCNu64 " kB", &KiloBytes) == 1) {
      (IsImage ? Out.ImagesResident : Out.RestResident) += KiloBytes * 1024;
    }
  }
  fclose(File);
  return Out;
}

} // namespace soak
