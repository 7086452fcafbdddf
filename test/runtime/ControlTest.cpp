// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The control socket: its answers, and peers that misbehave.
#include "RuntimeTest.h"

#include "core/Control.h"

#include <algorithm>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

using namespace hcr;

namespace {
/// A connection as `hcr reload` makes one.
class Client {
public:
  explicit Client(const std::string &Path) {
    Socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un Address = {};
    Address.sun_family = AF_UNIX;
    memcpy(Address.sun_path, Path.c_str(), Path.size() + 1);
    Connected = !connect(Socket, reinterpret_cast<sockaddr *>(&Address),
                         sizeof(Address));
  }
  ~Client() { close(Socket); }
  bool send(std::string_view Text) {
    return ::send(Socket, Text.data(), Text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(Text.size());
  }
  /// One line, or what came until the end of the connection.
  std::string line() {
    std::string Text;
    for (char C; recv(Socket, &C, 1, 0) == 1 && C != '\n';)
      Text += C;
    return Text;
  }
  /// Some bytes of what came; false at the end.
  bool take(size_t Most) {
    char Buffer[256];
    return recv(Socket, Buffer, std::min(Most, sizeof(Buffer)), 0) > 0;
  }
  void hangUp() { shutdown(Socket, SHUT_RDWR); }
  std::string ask(const std::string &Request) {
    send(Request + "\n");
    return line();
  }
  bool Connected;

private:
  int Socket;
};

class ControlSocket : public RuntimeTest {
protected:
  void SetUp() override {
    Error E = Control::start(*R);
    ASSERT_FALSE(E) << E.text();
    Path = images() + "/live/" + std::to_string(getpid()) + "/control";
  }
  void TearDown() override {
    // The thread ends at its next look; it must not outlive the runtime.
    Control::stop(*R);
  }
  std::string Path;
};
} // namespace

TEST_F(ControlSocket, IsPrivate) {
  struct stat S;
  ASSERT_EQ(stat(Path.c_str(), &S), 0);
  EXPECT_EQ(S.st_mode & 07777, 0600u);
}

TEST_F(ControlSocket, Answers) {
  Client C(Path);
  ASSERT_TRUE(C.Connected);
  EXPECT_EQ(C.ask("ping"), "{\"pid\": " + std::to_string(getpid()) + "}");
  EXPECT_NE(C.ask("reload").find("\"result\": \"unchanged\""),
            std::string::npos);
  EXPECT_NE(C.ask("status").find("\"generation\": 0, \"modules\": []"),
            std::string::npos);
  EXPECT_NE(C.ask("nonsense").find("\"error\": "), std::string::npos);
  EXPECT_NE(C.ask("").find("\"error\": "), std::string::npos);
}

TEST_F(ControlSocket, Reloads) {
  TestImage I("a.c");
  I.proc("f", "int f_actual(void) { return 4; }");
  build("a.c", I);
  Client C(Path);
  EXPECT_NE(C.ask("reload").find("\"result\": \"reloaded\""),
            std::string::npos);
  EXPECT_NE(C.ask("status").find("{\"name\": \"a.c\", \"generation\": 1"),
            std::string::npos);
  EXPECT_NE(C.ask("reload force").find("\"generation\": 2"), std::string::npos);
  EXPECT_EQ(call("a.c", "f"), 4);
}

TEST_F(ControlSocket, RequestsInPieces) {
  Client C(Path);
  C.send("pi");
  Client Other(Path);
  EXPECT_NE(Other.ask("ping").find("pid"), std::string::npos)
      << "half a request blocks nobody";
  C.send("ng\npin");
  EXPECT_NE(C.line().find("pid"), std::string::npos);
  C.send("g\n");
  EXPECT_NE(C.line().find("pid"), std::string::npos);
}

TEST_F(ControlSocket, EndlessRequestsEndTheConnection) {
  Client C(Path);
  std::string Long(100000, 'x');
  C.send(Long);
  EXPECT_EQ(C.line(), "");
  EXPECT_NE(Client(Path).ask("ping").find("pid"), std::string::npos);
}

TEST_F(ControlSocket, Garbage) {
  Client C(Path);
  C.send(std::string("\0\xff\x80\n", 4));
  EXPECT_NE(C.line().find("error"), std::string::npos);
}

TEST_F(ControlSocket, PeersThatVanish) {
  for (int I = 0; I < 50; ++I) {
    Client C(Path);
    C.send("status\n");
  }
  EXPECT_NE(Client(Path).ask("ping").find("pid"), std::string::npos);
}

TEST_F(ControlSocket, APeerThatNeverReads) {
  Client Deaf(Path);
  std::string Many;
  for (int I = 0; I < 2000; ++I)
    Many += "status\n";
  // Until the program's end is full of answers, too.
  std::thread Sender([&] {
    for (int I = 0; I < 50 && Deaf.send(Many); ++I)
      ;
  });
  EXPECT_NE(Client(Path).ask("ping").find("pid"), std::string::npos);
  Deaf.hangUp();
  Sender.join();
  EXPECT_NE(Client(Path).ask("ping").find("pid"), std::string::npos);
}

/// Takes its answers so slowly that each wait for it is short.
TEST_F(ControlSocket, APeerThatReadsSlowly) {
  Client Slow(Path);
  std::string Many;
  for (int I = 0; I < 2000; ++I)
    Many += "status\n";
  std::atomic<bool> Done = false;
  std::thread Sender([&] {
    for (int I = 0; I < 50 && Slow.send(Many); ++I)
      ;
  });
  std::thread Reader([&] {
    while (!Done && Slow.take(64))
      sys::rest(20);
  });
  EXPECT_NE(Client(Path).ask("ping").find("pid"), std::string::npos);
  Done = true;
  Slow.hangUp();
  Sender.join();
  Reader.join();
}

TEST_F(ControlSocket, ManyPeersAtOnce) {
  std::vector<std::thread> All;
  std::atomic<int> Answered = 0;
  for (int I = 0; I < 8; ++I)
    All.emplace_back([&] {
      for (int J = 0; J < 25; ++J)
        Answered += Client(Path).ask("ping").find("pid") != std::string::npos;
    });
  for (std::thread &T : All)
    T.join();
  EXPECT_EQ(Answered, 200);
}

TEST_F(ControlSocket, ManyIdlePeers) {
  std::vector<std::unique_ptr<Client>> Idle;
  for (int I = 0; I < 60; ++I)
    Idle.push_back(std::make_unique<Client>(Path));
  EXPECT_NE(Client(Path).ask("ping").find("pid"), std::string::npos);
}

TEST_F(ControlSocket, ASecondStartDoesNothing) {
  EXPECT_FALSE(Control::start(*R));
  EXPECT_TRUE(hcr_listen());
  EXPECT_NE(Client(Path).ask("ping").find("pid"), std::string::npos);
}
