// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Nim's garbage collector, which lives in libnimrtl.so.
//
// Nim lets each module tell the collector about its globals in a list that
// system.so keeps, and the collector of libnimrtl.so never reads that one: what
// only globals refer to in a cycle is freed while it is in use. A libnimrtl.so
// made by `utils/nimrtl` exports the procedure that adds to its own list.
#ifndef HCR_NIM_COLLECTOR_H
#define HCR_NIM_COLLECTOR_H

namespace hcr::nim {

class Collector {
public:
  /// Looks for libnimrtl.so, which the program has loaded.
  void find();
  /// False: the library cannot be told.
  bool addMarker(void (*Marker)());
  /// Marks an object that the runtime alone refers to.
  void mark(void *Object);

  /// While it exists the collector rests.
  class Pause {
  public:
    explicit Pause(Collector &C);
    ~Pause();
    Pause(const Pause &) = delete;
    Pause &operator=(const Pause &) = delete;

  private:
    Collector &C;
  };

private:
  void (*Disable)() = nullptr;
  void (*Enable)() = nullptr;
  void (*Add)(void (*)()) = nullptr;
  void (*Visit)(void *, long) = nullptr;
};

} // namespace hcr::nim

#endif
