#include <cstdio>

struct Object {
  const char *Name;
  Object(const char *Name) : Name(Name) { std::printf("object %s\n", Name); }
  ~Object() { std::printf("gone %s\n", Name); }
};

[[gnu::destructor]] static void one() { std::puts("destructor one"); }
[[gnu::destructor(200)]] static void low() { std::puts("destructor 200"); }
[[gnu::destructor]] static void late() { std::puts("destructor late"); }
Object First("first");
[[gnu::init_priority(1000)]] Object Early("early");
static Object Second("second");
[[gnu::constructor]] static void plain() { std::puts("constructor"); }
[[gnu::constructor(200)]] static void high() { std::puts("constructor 200"); }

int main() { std::puts("main"); }
