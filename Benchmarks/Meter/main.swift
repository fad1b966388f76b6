// meter LOG PROGRAM ARGUMENT…: runs a program to its end and prints what it took, as numbers on one line:
//
//   wall nanoseconds, CPU microseconds (user and system), peak memory in KiB, wait status
//
// A program of its own, without Foundation, since Linux counts the memory of who starts a program as that program's until
// it is replaced: what takes less than this one, about 7 MB, cannot be told from it.
@unsafe @preconcurrency import Glibc

guard CommandLine.argc >= 3 else {
    print("usage: meter LOG PROGRAM ARGUMENT…")
    exit(2)
}
let arguments = unsafe CommandLine.unsafeArgv + 2
var actions = unsafe posix_spawn_file_actions_t()
unsafe posix_spawn_file_actions_init(&actions)
unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
unsafe posix_spawn_file_actions_addopen(
    &actions, 1, CommandLine.arguments[1], O_WRONLY | O_CREAT | O_TRUNC, 0o666)
unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)

var child: pid_t = 0
let start = ContinuousClock.now
let refusal = unsafe posix_spawn(&child, CommandLine.arguments[2], &actions, nil, arguments, environ)
guard refusal == 0 else {
    print("\(CommandLine.arguments[2]): \(unsafe String(cString: strerror(refusal)))")
    exit(1)
}
var status: Int32 = 0
var usage = rusage()
while unsafe wait4(child, &status, 0, &usage) < 0 {
    guard errno == EINTR else { exit(1) }
}
let wall = ContinuousClock.now - start
let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
let microseconds = seconds * 1_000_000 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
print(Int(wall / .nanoseconds(1)), microseconds, usage.ru_maxrss, status)
