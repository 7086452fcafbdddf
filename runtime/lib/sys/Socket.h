// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A Unix stream socket that only this user can talk to.
#ifndef HCR_SYS_SOCKET_H
#define HCR_SYS_SOCKET_H

#include "Files.h"

#include <vector>

namespace hcr::sys {

class Listener {
public:
  /// Makes Directory/Name, mode 0600. Paths of any length work.
  int open(const std::string &Directory, const char *Name);
  /// The next peer of the same user, -1 if there is none.
  int accept();
  int descriptor() const { return Descriptor; }
  /// False once the program closed or replaced the descriptor.
  bool isIntact() const;
  /// Ends the wait for a peer on another thread.
  void wake();
  /// Closes the descriptor if it still is ours.
  void close();

private:
  int Descriptor = -1;
  FileId Id;
};

/// Waits until one of the descriptors is ready, or the time is over.
/// Ready[I] is set for each that can be read.
void waitForInput(const std::vector<int> &Descriptors, std::vector<bool> &Ready,
                  int Milliseconds);

enum class Received { Data, Nothing, End };
Received receive(int Descriptor, std::string &Into);
/// False if the peer is gone or does not read. Never raises SIGPIPE.
bool sendAll(int Descriptor, std::string_view Text);
void closeSocket(int Descriptor);

} // namespace hcr::sys

#endif
