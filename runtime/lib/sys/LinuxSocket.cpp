// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Socket.h"

#include "Process.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace hcr::sys {

/// Out of the way of programs that count on getting 3, and of select().
static int raise(int Low) {
  int High = fcntl(Low, F_DUPFD_CLOEXEC, 200);
  if (High < 0)
    return Low;
  close(Low);
  return High;
}

/// An address holds 108 bytes, a path may have 4096: longer ones go through a
/// descriptor of the directory.
static int bindIn(int Socket, const std::string &Directory, const char *Name) {
  sockaddr_un Address = {};
  Address.sun_family = AF_UNIX;
  std::string Path = Directory + "/" + Name;
  int Through = -1;
  if (Path.size() >= sizeof(Address.sun_path)) {
    Through = open(Directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (Through < 0)
      return errno;
    Path = "/proc/self/fd/" + std::to_string(Through) + "/" + Name;
  }
  memcpy(Address.sun_path, Path.c_str(), Path.size() + 1);
  unlink(Path.c_str());
  // The mode of the socket file is that of the socket's inode; the program's
  // umask must not matter and cannot be changed for other threads.
  fchmod(Socket, 0600);
  int Failed = 0;
  if (bind(Socket, reinterpret_cast<sockaddr *>(&Address), sizeof(Address)) ||
      chmod(Path.c_str(), 0600) || listen(Socket, 16))
    Failed = errno;
  if (Through >= 0)
    ::close(Through);
  return Failed;
}

int Listener::open(const std::string &Directory, const char *Name) {
  int Socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (Socket < 0)
    return errno;
  Socket = raise(Socket);
  if (int Failed = bindIn(Socket, Directory, Name)) {
    ::close(Socket);
    return Failed;
  }
  // Unknown, it could not be told from one of the program's later.
  Id = identifyDescriptor(Socket);
  if (!Id) {
    int Failed = errno;
    ::close(Socket);
    return Failed;
  }
  Descriptor = Socket;
  return 0;
}

bool Listener::isIntact() const {
  return Descriptor >= 0 && stillIs(Descriptor, Id);
}

int Listener::accept(FileId &PeerId) {
  if (!isIntact())
    return -1;
  int Peer =
      accept4(Descriptor, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (Peer < 0)
    return -1;
  Peer = raise(Peer);
  ucred Who = {};
  socklen_t Size = sizeof(Who);
  if (getsockopt(Peer, SOL_SOCKET, SO_PEERCRED, &Who, &Size) ||
      (Who.uid != geteuid() && Who.uid != 0) ||
      !(PeerId = identifyDescriptor(Peer))) {
    ::close(Peer);
    return -1;
  }
  return Peer;
}

void Listener::wake() {
  if (isIntact())
    shutdown(Descriptor, SHUT_RDWR);
}

void Listener::close() {
  if (isIntact())
    ::close(Descriptor);
  Descriptor = -1;
}

void waitFor(std::vector<Awaited> &All, int Milliseconds) {
  std::vector<pollfd> Set;
  for (const Awaited &A : All)
    Set.push_back(
        {A.Descriptor, static_cast<short>(A.ToSend ? POLLOUT : POLLIN), 0});
  bool Any = poll(Set.data(), Set.size(), Milliseconds) > 0;
  for (size_t I = 0; I < Set.size(); ++I)
    All[I].IsReady = Any && Set[I].revents;
}

Received receive(int Descriptor, std::string &Into) {
  char Buffer[4096];
  ssize_t Done;
  do
    Done = recv(Descriptor, Buffer, sizeof(Buffer), MSG_DONTWAIT);
  while (Done < 0 && errno == EINTR);
  if (Done < 0)
    return errno == EAGAIN || errno == EWOULDBLOCK ? Received::Nothing
                                                   : Received::End;
  if (!Done)
    return Received::End;
  Into.append(Buffer, static_cast<size_t>(Done));
  return Received::Data;
}

bool sendSome(int Descriptor, std::string &Text) {
  size_t Sent = 0;
  while (Sent < Text.size()) {
    ssize_t Done = send(Descriptor, Text.data() + Sent, Text.size() - Sent,
                        MSG_NOSIGNAL | MSG_DONTWAIT);
    if (Done < 0 && errno == EINTR)
      continue;
    if (Done < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      break;
    if (Done < 0)
      return false;
    Sent += static_cast<size_t>(Done);
  }
  Text.erase(0, Sent);
  return true;
}

void closeSocket(int Descriptor) { ::close(Descriptor); }

} // namespace hcr::sys
