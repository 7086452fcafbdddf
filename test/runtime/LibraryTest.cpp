// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// libhcr.so as a program meets it: exports, C programs, forks, the end.
#include "TestImage.h"

#include <hcr/hcr.h>

#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace {
class Library : public testing::Test {
protected:
  Library() {
    char Name[] = "/tmp/hcr-library-XXXXXX";
    Path = mkdtemp(Name);
  }
  ~Library() override { std::filesystem::remove_all(Path); }

  static std::string output(const std::string &Command, int *Code = nullptr) {
    FILE *Pipe = popen(Command.c_str(), "r");
    std::string Text;
    for (int C; (C = fgetc(Pipe)) != EOF;)
      Text += static_cast<char>(C);
    int Status = pclose(Pipe);
    if (Code)
      *Code = WIFEXITED(Status) ? WEXITSTATUS(Status) : -WTERMSIG(Status);
    return Text;
  }
  /// Compiles a C program with libhcr.so and runs it.
  std::string program(const std::string &Source, int *Code = nullptr,
                      const std::string &Environment = "") {
    std::ofstream(Path + "/program.c") << Source << "\n";
    std::string Command =
        std::string(HCR_TEST_CC) +
        " -std=c99 -pedantic -Wall -Wextra -Werror "
        "-D_GNU_SOURCE " HCR_TEST_FLAGS " -I" HCR_TEST_INCLUDE " -o " +
        Path + "/program " + Path +
        "/program.c " HCR_TEST_LIBRARY " -Wl,-rpath," +
        std::filesystem::path(HCR_TEST_LIBRARY).parent_path().string() +
        " 2>&1";
    int Built;
    std::string Said = output(Command, &Built);
    EXPECT_EQ(Built, 0) << Said;
    return output(Environment + " " + Path + "/program 2>&1", Code);
  }
  std::string Path;
};
} // namespace

TEST_F(Library, ExportsTheCallsAndNothingElse) {
  std::istringstream Lines(output("nm -D --defined-only " HCR_TEST_LIBRARY));
  int Count = 0;
  for (std::string Line; std::getline(Lines, Line);) {
    std::string Name = Line.substr(Line.rfind(' ') + 1);
    EXPECT_EQ(Name.substr(0, 3), "hcr") << Line;
    ++Count;
  }
  EXPECT_GE(Count, 20);
}

#ifndef HCR_TEST_SANITIZED
TEST_F(Library, NeedsOnlyTheCLibrary) {
  std::istringstream Lines(output("readelf -dW " HCR_TEST_LIBRARY));
  for (std::string Line; std::getline(Lines, Line);)
    if (Line.find("(NEEDED)") != std::string::npos) {
      EXPECT_TRUE(Line.find("libc.so") != std::string::npos ||
                  Line.find("libm.so") != std::string::npos ||
                  Line.find("ld-linux") != std::string::npos)
          << Line;
    }
}
#endif

TEST_F(Library, HeaderAndMacrosInAPlainCProgram) {
  int Code;
  EXPECT_EQ(program(R"(
    #include <hcr/hcr.h>
    #include <stdio.h>
    static void before(void) {}
    static void after(void) {}
    HCR_BEFORE_RELOAD(before);
    HCR_AFTER_RELOAD(after);
    HCR_NONRELOADABLE static int direct(void) { return 3; }
    int main(void) {
      printf("%d %d %d %d\n", direct(), hcr_reload_needed(),
             hcr_perform_code_reload(), (int)hcr_generation());
      return 5;
    }
  )",
                    &Code),
            "3 0 0 0\n");
  EXPECT_EQ(Code, 5);
}

TEST_F(Library, NothingIsWrittenUnlessNeeded) {
  program(R"(
    #include <hcr/hcr.h>
    int main(void) { return hcr_perform_code_reload(); }
  )");
  EXPECT_FALSE(std::filesystem::exists(Path + "/program.hcr"));
}

TEST_F(Library, ControlSocketLivesAsLongAsTheProgram) {
  int Code;
  std::string Said = program(R"(
    #include <stdio.h>
    #include <stdlib.h>
    #include <unistd.h>
    int main(void) {
      char Name[64];
      snprintf(Name, sizeof(Name), "program.hcr/live/%d/control", (int)getpid());
      printf("%d\n", access(Name, F_OK));
      return 7;
    }
  )",
                             &Code, "cd " + Path + " && HCR_CONTROL=1");
  EXPECT_EQ(Said, "0\n");
  EXPECT_EQ(Code, 7);
  EXPECT_TRUE(std::filesystem::is_empty(Path + "/program.hcr/live"));
}

TEST_F(Library, AForkedChildLeavesTheParentsDirectory) {
  int Code;
  program(R"(
    #include <hcr/hcr.h>
    #include <stdlib.h>
    #include <stdio.h>
    #include <sys/wait.h>
    #include <unistd.h>
    int main(void) {
      char Name[64];
      int Status;
      snprintf(Name, sizeof(Name), "program.hcr/live/%d/control", (int)getpid());
      if (!fork()) {
        hcr_perform_code_reload();
        exit(hcr_generation() != 0);
      }
      wait(&Status);
      if (Status || access(Name, F_OK))
        return 1;
      if (!fork())
        exit(!hcr_listen());
      wait(&Status);
      return Status || access(Name, F_OK);
    }
  )",
          &Code,
          "cd " + Path +
              " && TSAN_OPTIONS=die_after_fork=0 "
              "ASAN_OPTIONS=detect_leaks=0 HCR_CONTROL=1");
  EXPECT_EQ(Code, 0);
}

/// A module image that the programs below reload: new to them, so any will do.
static void writeModule(const std::string &Directory) {
  std::filesystem::create_directories(Directory);
  TestImage I("extra.c");
  I.proc("extra", "int extra_actual(void) { return 7; }");
  I.write(Directory + "/extra.c.so");
}

TEST_F(Library, AForkInTheMiddleOfAReload) {
  int Code;
  writeModule(Path + "/program.hcr");
  std::string Said = program(R"(
    #include <hcr/hcr.h>
    #include <pthread.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/time.h>
    #include <sys/wait.h>
    #include <unistd.h>
    static int Inside[2], Go[2];
    static void wait_inside(void *C) {
      char Byte;
      (void)C;
      if (write(Inside[1], "i", 1) != 1 || read(Go[0], &Byte, 1) != 1)
        _exit(9);
    }
    static void *reload(void *C) {
      (void)C;
      return (void *)(hcr_perform_code_reload() == HCR_RELOADED ? "" : 0);
    }
    int main(void) {
      char Byte, Message[512];
      int Status;
      pthread_t Thread;
      void *Result;
      /* What is older than the program does not count. */
      if (pipe(Inside) || pipe(Go) || utimes("program.hcr/extra.c.so", 0))
        return 2;
      hcr_add_event_handler(true, wait_inside, 0);
      pthread_create(&Thread, 0, reload, 0);
      if (read(Inside[0], &Byte, 1) != 1)
        return 3;
      /* Now the other thread reloads: live/ has its copy. */
      if (!fork()) {
        int Wrong = hcr_perform_code_reload() != HCR_REFUSED ||
                    hcr_collect() != -1;
        hcr_reload_needed();
        hcr_last_report(Message, sizeof Message);
        exit(Wrong);
      }
      wait(&Status);
      if (Status)
        return 4;
      if (write(Go[1], "g", 1) != 1)
        return 5;
      pthread_join(Thread, &Result);
      if (!Result || hcr_generation() != 1)
        return 6;
      /* A child of a later fork reloads nothing, and could. */
      hcr_remove_event_handler(true, wait_inside, 0);
      if (!fork())
        exit(hcr_perform_code_reload() != HCR_UNCHANGED ||
             hcr_generation() != 1);
      wait(&Status);
      return Status ? 7 : 0;
    }
  )",
                             &Code,
                             "cd " + Path +
                                 " && TSAN_OPTIONS=die_after_fork=0 "
                                 "ASAN_OPTIONS=detect_leaks=0 HCR_CONTROL=1");
  EXPECT_EQ(Code, 0) << Said;
}

// ThreadSanitizer does not follow a child of a process with threads.
#ifndef HCR_TEST_SANITIZED
TEST_F(Library, ChildrenOfAllKindsDuringReloads) {
  int Code;
  writeModule(Path + "/program.hcr");
  std::string Said = program(R"(
    #include <fcntl.h>
    #include <hcr/hcr.h>
    #include <pthread.h>
    #include <spawn.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <sys/socket.h>
    #include <sys/stat.h>
    #include <sys/syscall.h>
    #include <sys/time.h>
    #include <sys/un.h>
    #include <sys/wait.h>
    #include <unistd.h>
    extern char **environ;
    static char Socket[64];
    static volatile int Done;
    static int Reloads;
    /* Asks for what `hcr reload --force` asks for; the parent must answer. */
    static int ask(const char *Text) {
      struct sockaddr_un Name = {.sun_family = AF_UNIX};
      char Answer[4096];
      int Door = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      snprintf(Name.sun_path, sizeof Name.sun_path, "%s", Socket);
      if (connect(Door, (struct sockaddr *)&Name, sizeof Name))
        return 0;
      ssize_t Size = write(Door, Text, 13) == 13 ? read(Door, Answer, 4095) : 0;
      Answer[Size > 0 ? Size : 0] = 0;
      close(Door);
      char Mine[32];
      snprintf(Mine, sizeof Mine, "\"pid\": %d,", (int)getpid());
      for (char *At = Answer; *At; ++At)
        if (!__builtin_strncmp(At, Mine, __builtin_strlen(Mine)))
          return 1;
      return 0;
    }
    static void *reload(void *C) {
      (void)C;
      while (!Done)
        Reloads += ask("reload force\n");
      return 0;
    }
    static int ended(pid_t Child) {
      int Status;
      return waitpid(Child, &Status, 0) == Child && !Status;
    }
    int main(void) {
      pthread_t Thread;
      int Wrong = 0;
      snprintf(Socket, sizeof Socket, "program.hcr/live/%d/control",
               (int)getpid());
      if (utimes("program.hcr/extra.c.so", 0))
        return 5;
      pthread_create(&Thread, 0, reload, 0);
      for (int I = 0; I < 60; ++I) {
        pid_t Child = fork();
        if (!Child) {
          /* Uses the runtime and ends as a program does. */
          free(malloc(100));
          hcr_reload_needed();
          if (I % 2)
            hcr_perform_code_reload();
          exit(0);
        }
        Wrong += !ended(Child);
        /* Without the C library's hooks. */
        Child = (pid_t)syscall(SYS_fork);
        if (!Child)
          _exit(0);
        Wrong += !ended(Child);
        Child = vfork();
        if (!Child) {
          execl("/bin/true", "true", (char *)0);
          _exit(1);
        }
        Wrong += !ended(Child);
        char *Words[] = {"sh", "-c", "exit 0", 0};
        Wrong += posix_spawn(&Child, "/bin/sh", 0, 0, Words, environ) ||
                 !ended(Child);
      }
      Done = 1;
      pthread_join(Thread, 0);
      if (access(Socket, F_OK))
        return 2;
      printf("%d reloads\n", Reloads);
      return Wrong ? 3 : Reloads < 5 ? 4 : 0;
    }
  )",
                             &Code, "cd " + Path + " && HCR_CONTROL=1");
  EXPECT_EQ(Code, 0) << Said;
  EXPECT_TRUE(std::filesystem::is_empty(Path + "/program.hcr/live"));
}
#endif

// Sanitizers have descriptors and a malloc of their own.
#ifndef HCR_TEST_SANITIZED
TEST_F(Library, AProgramThatClosesEverythingAndEndsAtOnce) {
  int Code;
  program(R"(
    #include <stdlib.h>
    #include <unistd.h>
    int main(void) {
      for (int I = 3; I < 1024; ++I)
        close(I);
      if (chdir("/"))
        return 1;
      return 0;
    }
  )",
          &Code, "cd " + Path + " && HCR_CONTROL=1");
  EXPECT_EQ(Code, 0);
}

TEST_F(Library, AProgramWithItsOwnMalloc) {
  int Code;
  EXPECT_EQ(program(R"(
    #include <hcr/hcr.h>
    #include <stdio.h>
    #include <string.h>
    static char Arena[1 << 20];
    static size_t Used;
    void *malloc(size_t Size) {
      void *Out = Arena + Used;
      Used += (Size + 15) & ~(size_t)15;
      return Used <= sizeof(Arena) ? Out : NULL;
    }
    void free(void *P) { (void)P; }
    void *calloc(size_t A, size_t B) { return memset(malloc(A * B), 0, A * B); }
    void *realloc(void *P, size_t Size) {
      void *Out = malloc(Size);
      return P ? memcpy(Out, P, Size) : Out;
    }
    int main(void) {
      for (int I = 0; I < 100; ++I)
        hcr_perform_code_reload();
      puts("fine");
      return 0;
    }
  )",
                    &Code),
            "fine\n");
  EXPECT_EQ(Code, 0);
}
#endif
