int elsewhere(int);
extern int shared, absent __attribute__((weak));
int counter = 5;
static long hidden_from_others;
__attribute__((visibility("hidden"))) short inside = 2;
const int limit = 9;
_Thread_local int each;
static int twice(int x) { return 2 * x; }
int (*callback)(int) = twice;
int *const place[2] = {0, &shared};
int work(int x) {
  each++;
  hidden_from_others += x;
  return elsewhere(x) + twice(x) + counter + inside + shared + limit +
         (&absent ? absent : 0);
}
