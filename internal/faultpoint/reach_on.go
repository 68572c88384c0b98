//go:build faultpoints

package faultpoint

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Reach kills or freezes this process if the moment of the effect is armed.
func Reach(effect, moment string) {
	folder := os.Getenv(FolderVariable)
	if folder == "" {
		return
	}

	armed := filepath.Join(folder, Name(effect, moment))
	taken := fmt.Sprintf("%s.taken-%d", armed, os.Getpid())

	// Of several processes at the same point one gets the file.
	if err := os.Rename(armed, taken); err != nil {
		return
	}

	what, err := os.ReadFile(taken)
	if err != nil {
		panic(fmt.Sprintf("fault point %s: %v", armed, err))
	}

	switch strings.TrimSpace(string(what)) {
	case Kill:
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)

		select {} // Not one instruction more.
	case Freeze:
		// To this thread, which a signal to the process would let go on until another has taken it.
		runtime.LockOSThread()

		_ = unix.Tgkill(os.Getpid(), unix.Gettid(), unix.SIGSTOP)

		runtime.UnlockOSThread()
	default:
		panic(fmt.Sprintf("fault point %s: %q is neither %s nor %s", armed, what, Kill, Freeze))
	}
}
