/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Hot code reloading for native programs: what a program may call.
 *
 * A program needs none of this: built with hcr-cc and started by `hcr run`, it
 * changes while it runs. Include this header to choose the moment of a reload,
 * to be told of it, or to keep a function out of it. Link with -lhcr to call
 * the functions; the macros need no library.
 *
 * C99 and C++. Every function may be called from any thread, but not from a
 * signal handler, and none of them ever ends the program.
 */
#ifndef HCR_HCR_H
#define HCR_HCR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) || defined(__clang__)
#define HCR_API __attribute__((visibility("default")))
#else
#define HCR_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** What a reload came to. */
typedef enum hcr_result {
  HCR_REFUSED = -1,  /**< Something is wrong with a new image. Nothing was
                          changed; hcr_last_message() says what to do. */
  HCR_UNCHANGED = 0, /**< There is nothing new. */
  HCR_RELOADED = 1   /**< New code is in effect. */
} hcr_result;

/** Says whether hcr_perform_code_reload() would find something new.
 *
 * Costs a few system calls, however many modules the program has: cheap enough
 * for once per frame or request.
 * Threads: any thread, not from a signal handler.
 * Errors:  none; false if PROGRAM.hcr/ does not exist. An image that was
 * refused does not count as new until it, or another one, changes. Source:
 * docs/Abi.md, "Directory PROGRAM.hcr/", decision 0002.
 */
HCR_API bool hcr_reload_needed(void);

/** Reloads every module whose image is newer than the one loaded.
 *
 * All new images take effect together or not at all. Handlers run on the
 * calling thread. Frames that are active finish in their old code and call new
 * code from there. Threads: any thread, not from a signal handler; other
 * threads are not stopped. One reload at a time, a second caller waits for the
 * first and then looks for itself. From inside a handler or an initialiser that
 * a reload runs, the call is refused. Errors:  HCR_REFUSED    an image is
 * damaged, for another build of the program, needs a symbol that nobody
 * defines, or changes the size of a variable that holds a value; the old code
 * keeps running, and the next good image is taken. HCR_UNCHANGED  nothing new,
 * or PROGRAM.hcr/ does not exist. Source:  docs/Abi.md, "Image".
 */
HCR_API hcr_result hcr_perform_code_reload(void);

/** The number of the code that runs: 0 at start, 1 after the first reload.
 *
 * Threads: any thread, also from a signal handler.
 */
HCR_API intptr_t hcr_generation(void);

/** Copies why the last refused reload was refused.
 *
 * Layout:  Buffer[0..Size) gets the text, always ended by a zero byte if Size >
 * 0. Buffer may be NULL if Size is 0. Result:  the length of the whole text,
 * without the zero byte, as snprintf gives it; 0 if the last reload was not
 * refused. Threads: any thread.
 */
HCR_API size_t hcr_last_message(char *Buffer, size_t Size);

/** Copies the report of the last reload that was done or refused, as JSON: the
 * modules and functions that changed, notes on what could not be honoured, and
 * the time of each phase.
 *
 * Layout, result and threads: as hcr_last_message().
 * Source:  docs/Abi.md, `status`.
 */
HCR_API size_t hcr_last_report(char *Buffer, size_t Size);

/** A function that is told of a reload; Context is what was given with it. */
typedef void (*hcr_handler)(void *Context);

/** Calls Handler before each reload takes effect, or after it.
 *
 * "Before" handlers run in the old code, when the new images are known to be
 * good; "after" handlers run when the new code is in effect. Handlers run in
 * the order in which they were added, after those of HCR_BEFORE_RELOAD and
 * HCR_AFTER_RELOAD, on the thread that reloads; no lock is held.
 * Owns:    Context stays the caller's and must live until the handler is
 * removed. Threads: any thread, also from inside a handler (it counts from the
 * next reload on). Errors:  false if Handler is NULL or there is no memory.
 */
HCR_API bool hcr_add_event_handler(bool IsBefore, hcr_handler Handler,
                                   void *Context);

/** Takes back one hcr_add_event_handler() with the same three arguments.
 *
 * Threads: any thread. A reload in progress on another thread may call the
 * handler once more. Errors:  false if there is no such handler.
 */
HCR_API bool hcr_remove_event_handler(bool IsBefore, hcr_handler Handler,
                                      void *Context);

/** Unmaps the old versions of modules that nothing refers to any more, and
 * gives their memory back. HCR_UNLOAD=collect in the environment does it after
 * each reload.
 *
 * All threads are held for a moment (some 0.2 s for each gigabyte that the
 * program has written) while their stacks and all writable memory are looked
 * at: each word that could be an address in an old version keeps it. poll(),
 * epoll_wait() and nanosleep() of other threads may return early, with EINTR.
 * An address that the program hides (packed to an odd place, combined with
 * other bits) is not seen; a program that does so must not collect.
 *
 * Result:  how many images were unmapped; -1 if nobody could look, because a
 * thread blocks all signals, under a sanitizer, or from inside a handler:
 * hcr_last_message() says why, and nothing was changed. Threads: any thread,
 * not from a signal handler.
 */
HCR_API int hcr_collect(void);

/** Copies the names of the record types whose layout the reload changes: inside
 * of a handler those of the reload in progress, else those of the last one.
 *
 * For handlers that keep objects of such types on the heap: a "before" handler
 * runs while the old code reads them, an "after" handler in code that knows the
 * new layout. A reload that gets this far was allowed: variables are migrated
 * by the runtime, objects on the heap are not (HCR_TYPES=warn in the
 * environment, or hcr run --types=warn).
 *
 * Layout:  Buffer[0..Size) gets the names as the source has them
 * ("game::Fish"), one a line; always ended by a zero byte if Size > 0. The text
 * is a copy, the caller's. Buffer may be NULL if Size is 0. Result:  the length
 * of the whole text; 0 if no type changed, and for modules that were compiled
 * without the clang plugin. Threads: any thread, not from a signal handler.
 */
HCR_API size_t hcr_changed_types(char *Buffer, size_t Size);

/** Says whether a function that the waiting reload would exchange is active.
 *
 * A reload does not need it: a function that is active finishes in its old
 * body, and everything that it calls from then on is new. It is for programs
 * that want no mixture of the two, and reload only when this says 1.
 *
 * Looks at the stacks and registers of all threads for functions of the modules
 * that have a newer image, in any version of theirs. A word that merely looks
 * like a return address, in a part of a frame that is not used, counts as one.
 * Stacks that the program switches between by itself (coroutines) are looked at
 * only if a thread is on them.
 *
 * Layout:  Buffer[0..Size) gets one line for each function and thread, "MODULE:
 * FUNCTION is active on thread ID" (as gettid() numbers them), or why nobody
 * knows; always ended by a zero byte if Size > 0. Buffer may be NULL if Size is
 * 0. Result:  1: none is active, or nothing new is waiting; 0: those in Buffer
 * are; -1: nobody could look, so take it for no: under a sanitizer, if a thread
 * blocks all signals, or from inside a handler of a reload. Threads: any
 * thread, not from a signal handler. All others are held for a moment, as by
 * hcr_collect(): poll(), epoll_wait() and nanosleep() may return early, with
 * EINTR. The answer is about that moment: other threads run on. Cost:    if
 * nothing is waiting that of hcr_reload_needed(); else the symbol tables of the
 * program and of the modules' images are read (a millisecond for each
 * megabyte), and the stacks.
 */
HCR_API int hcr_reload_is_safe(char *Buffer, size_t Size);

/** Calls Function(Argument); comes back from it even if new code crashes.
 *
 * A crash (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, an exception that nobody
 * catches) in, or below, code of the latest reload, within 5 seconds of it
 * (HCR_ROLLBACK=milliseconds; 0 switches guards off), ends the call: all
 * functions get their former versions back, and the signal's number is
 * returned. What happened, with the stack of the crash, is in
 * hcr_last_message(). The crashed module is not loaded again until it changes.
 * Any other crash is the program's own, as without a guard.
 *
 * The frames in between are left as by longjmp(): destructors do not run, locks
 * stay locked, half-done work stays half done.
 *
 * Result:  0 when Function returned, else the signal. Exceptions pass through.
 * Threads: any thread, not from a signal handler; guards may be nested, the
 * innermost with new code below it comes back.
 * Source:  docs/Safety.md, "Crashes".
 */
HCR_API int hcr_guard(void (*Function)(void *), void *Argument);

/** One turn of a program's main loop: reloads if something is new, then calls
 * Function(Argument) under a guard.
 *
 *   while (running)
 *     if (hcr_frame(frame, &world))
 *       skipToNextFrame(&world);
 *
 * Result and threads: as hcr_guard().
 */
HCR_API int hcr_frame(void (*Function)(void *), void *Argument);

/** Whether a crash that is rolled back also puts the values of plain variables
 * back to what they were when the reload took effect; HCR_SNAPSHOT=1 in the
 * environment switches it on from the start.
 *
 * Plain variables are those of static storage whose type holds numbers,
 * enumerations, and structures, unions and arrays of them, as the clang plugin
 * told it: no pointers, no destructors, no thread-locals.
 * Threads: any thread. Counts from the next reload on.
 */
HCR_API void hcr_snapshot(bool On);

/** Lets `hcr reload` and `hcr status` control this process, as HCR_CONTROL=1 in
 * its environment does: a thread of the runtime listens on a socket under
 * PROGRAM.hcr/live/ that only the same user can open. Reloads that are asked
 * for there run on that thread.
 *
 * Threads: any thread. A second call does nothing. A forked child does not
 * listen until it calls this itself. Errors:  false if the directory cannot be
 * written or the program is setuid; hcr_last_message() says why.
 */
HCR_API bool hcr_listen(void);

/* The calls that compilers emit, with nimhcr's names. A program may use them
 * too; they do the same as the functions above. */
HCR_API bool hcrReloadNeeded(void);
HCR_API void hcrPerformCodeReload(void);
HCR_API bool hcrHasModuleChanged(const char *SourceHash);
HCR_API void hcrAddEventHandler(bool IsBefore, void (*Handler)(void *),
                                void *Context);
HCR_API intptr_t hcrGeneration(void);

#ifdef __cplusplus
}
#endif

/* HCR_REINIT applies a changed initial value to the variable that lives.
 *
 *   HCR_REINIT static int Limit = 10;
 *   HCR_REINIT static std::vector<Rule> Rules = makeRules(3);
 *
 * When an edit changes what the variable is initialised with, the reload
 * destroys the old object, and the new initialiser makes one in its place,
 * before new code runs. Without HCR_REINIT the variable keeps its value and the
 * report says so. At namespace scope, in classes and in functions.
 */
/** Keeps a function out of reloading: it is called directly, can be inlined,
 * and keeps the code it has until the program is started anew.
 *
 *   HCR_NONRELOADABLE static int hash(const char *Text) { ... }
 *
 * With the clang plugin (hcr-cc has it) [[hcr::nonreloadable]] is the same, and
 * #pragma hcr off ... #pragma hcr on marks whatever is defined in between.
 */
#if defined(__clang__)
#define HCR_NONRELOADABLE __attribute__((annotate("hcr.nonreloadable")))
#define HCR_REINIT __attribute__((annotate("hcr.reinit")))
#define HCR_MARK_HANDLER(Text) __attribute__((used, annotate(Text)))
#else
#define HCR_NONRELOADABLE
#define HCR_REINIT
#define HCR_MARK_HANDLER(Text) __attribute__((unused))
#endif

/** Names the function that makes an object of the new layout of Type out of one
 * of the old layout, when an edit changes Type while a variable of it lives.
 *
 *   struct Old { int Lives; std::string Name; };       // what it was
 *   static void migrate(void *NewObject, const void *OldObject) {
 *     const Old *O = static_cast<const Old *>(OldObject);
 *     new (NewObject) Player{O->Lives, 0, O->Name};
 *   }
 *   HCR_MIGRATE(Player, migrate);
 *
 * For what the runtime does not do member by member: types with constructors,
 * destructors or virtual functions, numbers that become narrower, values to be
 * computed. It belongs into a file that is compiled with the new layout.
 * NewObject holds the constant part of the variable's new initial value. The
 * old object stays as it is and is never destroyed, so what it owns can be
 * taken over. It runs on the thread that reloads while other threads go on; if
 * one of them changes the old object meanwhile, it is called again. When it
 * throws, the reload is refused. Also for variables that have Type in them, and
 * arrays of it. Type as the source calls it; inside of a namespace its name
 * alone will do. At file scope, in C and C++.
 */
#define HCR_MIGRATE(Type, Function)                                            \
  static void (*const hcr_migrate_##Function)(void *, const void *)            \
      HCR_MARK_HANDLER("hcr.migrate:" #Type) = Function

/** Marks a function `void Function(void)` of this file to be called before, or
 * after, each reload; at file scope, any number of times. Modules that others
 * use are called first. Of a module that was reloaded the newest version's
 * handlers are called. Without HCR nothing happens. With the clang plugin the
 * function itself can be marked: [[hcr::before_reload]], [[hcr::after_reload]].
 *
 *   static void keepState(void) { ... }
 *   HCR_BEFORE_RELOAD(keepState);
 */
#define HCR_BEFORE_RELOAD(Function)                                            \
  static void (*const hcr_before_reload_##Function)(void)                      \
      HCR_MARK_HANDLER("hcr.before_reload") = Function
#define HCR_AFTER_RELOAD(Function)                                             \
  static void (*const hcr_after_reload_##Function)(void)                       \
      HCR_MARK_HANDLER("hcr.after_reload") = Function

#endif
