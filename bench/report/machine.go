package report

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// Machine says where and of what the figures are. It names no host.
type Machine struct {
	CPU    string
	Procs  int // GOMAXPROCS
	Memory string
	Kernel string
	Go     string
	Commit string // with "+" if the tree was changed since
}

// Here describes this machine and the repository of the working directory.
// What cannot be found out is "unknown".
func Here(ctx context.Context) Machine {
	m := Machine{
		CPU:    field("/proc/cpuinfo", "model name"),
		Procs:  runtime.GOMAXPROCS(0),
		Memory: field("/proc/meminfo", "MemTotal"),
		Kernel: firstLine("/proc/sys/kernel/osrelease"),
		Go:     runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH,
		Commit: git(ctx, "rev-parse", "--short=12", "HEAD"),
	}
	if changed := git(ctx, "status", "--porcelain", "--untracked-files=no"); changed != "" && changed != unknown {
		m.Commit += "+"
	}
	return m
}

const unknown = "unknown"

func git(ctx context.Context, arguments ...string) string {
	out, err := exec.CommandContext(ctx, "git", arguments...).Output()
	if err != nil {
		return unknown
	}
	return strings.TrimSpace(string(out))
}

// field returns what follows "name:" in the file.
func field(file, name string) string {
	f, err := os.Open(file)
	if err != nil {
		return unknown
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		key, value, ok := strings.Cut(lines.Text(), ":")
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return unknown
}

func firstLine(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return unknown
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}

// String is one line for the head of a page.
func (m Machine) String() string {
	return fmt.Sprintf("%s, %d processors, %s of memory, kernel %s, %s, commit %s",
		m.CPU, m.Procs, m.Memory, m.Kernel, m.Go, m.Commit)
}
