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
  int accept(FileId &PeerId);
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

struct Awaited {
  int Descriptor;
  bool ToSend; // until it takes more; else until there is something to read
  bool IsReady = false;
};
/// Waits until one of them is ready, or the time is over.
void waitFor(std::vector<Awaited> &All, int Milliseconds);

enum class Received { Data, Nothing, End };
Received receive(int Descriptor, std::string &Into);
/// Sends what the peer takes at once and removes it from Text. False if the
/// peer is gone. Never raises SIGPIPE.
bool sendSome(int Descriptor, std::string &Text);
void closeSocket(int Descriptor);

} // namespace hcr::sys

#endif
