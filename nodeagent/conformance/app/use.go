package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Burned is how much processor time the app got.
type Burned struct {
	Processors int           `json:"processors"`
	Wall       time.Duration `json:"wall"`
	Used       time.Duration `json:"used"`
}

// Crowd is how many processes the app could start, and why there were no more.
type Crowd struct {
	Started int64  `json:"started"`
	Error   string `json:"error,omitempty"`
}

// Filled is how many bytes the app could write to its disk, and why there were no more.
type Filled struct {
	Written int64  `json:"written"`
	Error   string `json:"error,omitempty"`
	Full    bool   `json:"full"`
}

const mebibyte = 1 << 20

// burn computes on all processors for that long.
func burn(duration time.Duration) Burned {
	processors := runtime.NumCPU()
	// Go itself would keep to the limit of the cgroup.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))

	begun, used := time.Now(), processorTime()
	done := make(chan struct{})

	for range processors {
		go func() {
			for time.Since(begun) < duration { //revive:disable-line:empty-block // The loop is the use.
			}
			done <- struct{}{}
		}()
	}

	for range processors {
		<-done
	}

	return Burned{Processors: processors, Wall: time.Since(begun), Used: processorTime() - used}
}

func processorTime() time.Duration {
	var usage unix.Rusage

	_ = unix.Getrusage(unix.RUSAGE_SELF, &usage) // It fails for wrong arguments alone.

	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// beCrowded starts up to so many processes from a process of its own: Go ends one that can make no thread.
func beCrowded(ctx context.Context, most int64) Crowd {
	output, err := exec.CommandContext(ctx, "/proc/self/exe", Command, crowd, strconv.FormatInt(most, 10)).Output() //nolint:gosec // It is a number.

	var found Crowd
	if err == nil {
		err = json.Unmarshal(output, &found)
	}

	if err != nil {
		// It could not even be started, or lacked a thread.
		return Crowd{Error: err.Error()}
	}

	return found
}

// gather starts processes until it may not, ends them, and writes how many they were. The processes stand still before their first instruction, as those
// do that are traced, and so take no memory.
func gather(most string) error {
	limit, err := strconv.Atoi(most)
	if err != nil {
		return fmt.Errorf("read the number of processes: %w", err)
	}

	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	var (
		found   Crowd
		started []*exec.Cmd
	)

	for range limit {
		child := exec.CommandContext(context.Background(), "/proc/self/exe")
		child.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}

		if err := child.Start(); err != nil {
			found.Error = err.Error()

			break
		}

		found.Started++
		started = append(started, child)
	}

	for _, child := range started {
		_ = child.Process.Kill()
	}

	return json.NewEncoder(os.Stdout).Encode(found)
}

// fill writes up to so many bytes to the disk, and removes them again.
func fill(most int64) Filled {
	file, err := os.CreateTemp("/", "fill")
	if err != nil {
		return Filled{Error: err.Error()}
	}

	defer func() { _ = errors.Join(file.Close(), os.Remove(file.Name())) }()

	var found Filled

	for block := make([]byte, mebibyte); found.Written < most; {
		written, err := file.Write(block)
		found.Written += int64(written)

		if err != nil {
			found.Error, found.Full = err.Error(), errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)

			break
		}
	}

	return found
}

// allocate takes memory until the kernel ends the app. From one block to the next it needs next to no code: what code an app has in memory the kernel takes
// from it first, and where disks are slow, reading it again makes room for as long as the app goes on asking for it.
func allocate() {
	debug.SetGCPercent(-1)

	const blockSize = 32 * mebibyte

	var kept [][]byte

	for {
		block := make([]byte, blockSize)
		for i := 0; i < len(block); i += os.Getpagesize() {
			block[i] = 1
		}

		kept = append(kept, block)
		_ = kept
	}
}
