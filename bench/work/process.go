package work

import (
	"runtime"
	"strings"
	"syscall"
	"time"
)

// cpuTime returns how much processor time this process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// wakeUps returns how often a thread of this process has given up its
// processor of its own accord: the trace that timers leave.
func wakeUps() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return u.Nvcsw
}

// heldBytes returns the bytes of live objects and of goroutines' stacks.
func heldBytes() uint64 {
	for range 3 { // finalizers and pools let go in the second and third
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

// heldTimers returns how many timers and tickers of package time are
// reachable, stopped or not: live objects that time.newTimer allocated. It
// cannot tell unless GODEBUG=memprofilerate=1 was set when the process began.
func heldTimers() (timers int64, ok bool) {
	if runtime.MemProfileRate != 1 {
		return 0, false
	}
	runtime.GC() // the profile is that of the last collection but one
	runtime.GC()
	n, _ := runtime.MemProfile(nil, false)
	records := make([]runtime.MemProfileRecord, n+1000)
	n, ok = runtime.MemProfile(records, false)
	for _, r := range records[:min(n, len(records))] {
		if allocatedBy(r.Stack(), "time.newTimer") {
			timers += r.InUseObjects()
		}
	}
	return timers, ok
}

// allocatedBy says whether function is the first on the stack outside of the
// runtime.
func allocatedBy(stack []uintptr, function string) bool {
	frames := runtime.CallersFrames(stack)
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "runtime.") {
			if !more {
				return false
			}
			continue
		}
		return f.Function == function
	}
}
