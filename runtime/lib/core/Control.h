// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The control socket (docs/Abi.md) and the thread behind it.
#ifndef HCR_CORE_CONTROL_H
#define HCR_CORE_CONTROL_H

#include "../sys/Socket.h"
#include "Runtime.h"

namespace hcr {

class Control {
public:
  /// Makes the socket and starts the thread. One per runtime, for ever.
  static Error start(Runtime &R);
  /// Ends the thread and waits for that; for tests. A program just ends.
  static void stop(Runtime &R);
  /// Sends a line to everybody who asked for events.
  static void announce(Runtime &R, const std::string &Event);
  /// In the child of a fork: the thread is not there, the socket the parent's.
  static void forget(Runtime &R);

private:
  struct Peer {
    int Descriptor;
    sys::FileId Id;
    std::string Input, Output; // not answered, not sent yet
    bool WantsEvents = false;
  };

  explicit Control(Runtime &R) : R(R) {}
  Error listen();
  void serve();
  static bool canAnswer(const Peer &P);
  bool attend(Peer &P);
  bool answerLine(Peer &P);
  void drop(size_t Index);
  void listenToEvents(size_t Index);
  void tellLateNotes();
  void send(const std::string &Line);

  Runtime &R;
  sys::Listener Door;
  std::vector<Peer> Peers;
  sys::Mutex ListenersLock;
  std::vector<Peer> Listeners; // never asked anything again
  sys::Mutex EndLock;
  sys::Condition HasEnded;
  bool Ended = false;
  bool HostsAreKnown = false;
};

/// The answer to one request, one line of JSON without its end.
std::string answer(Runtime &R, std::string_view Request);

} // namespace hcr

#endif
