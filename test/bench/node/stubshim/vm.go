package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	runtimeapi "github.com/containerd/containerd/api/runtime/task/v3"
	"github.com/containerd/errdefs"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// vm is a VM in which nothing runs.
type vm struct {
	bundle, stdout, stderr string
	// network is the path of its network namespace, and port that of its app. Without one of its own there is no app.
	network, port string
	logs          *logger

	mu       sync.Mutex
	started  bool
	listener net.Listener
	ended    chan struct{}
	code     uint32
	endedAt  time.Time
}

func newVM(ctx context.Context, r *runtimeapi.CreateTaskRequest) (*vm, error) {
	text, err := os.ReadFile(filepath.Join(r.GetBundle(), "config.json"))
	if err != nil {
		return nil, fmt.Errorf("read the bundle: %w", err)
	}

	var spec specs.Spec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, fmt.Errorf("read the bundle: %w", err)
	}

	made := &vm{bundle: r.GetBundle(), stdout: r.GetStdout(), stderr: r.GetStderr(), ended: make(chan struct{})}

	for _, namespace := range spec.Linux.Namespaces {
		if namespace.Type == specs.NetworkNamespace {
			made.network = namespace.Path
		}
	}

	for _, variable := range spec.Process.Env {
		if port, ok := strings.CutPrefix(variable, "PORT="); ok {
			made.port = port
		}
	}

	if made.logs, err = startLogger(ctx, r.GetID(), r.GetStdout()); err != nil {
		return nil, err
	}

	return made, nil
}

// start listens in the VM's network namespace.
func (v *vm) start() error {
	v.mu.Lock()
	defer v.mu.Unlock()

	if v.started {
		return fmt.Errorf("the VM was started before: %w", errdefs.ErrFailedPrecondition)
	}

	if v.started = true; v.network == "" {
		return nil
	}

	listener, err := listenIn(v.network, ":"+v.port)
	if err != nil {
		return err
	}

	v.listener = listener

	go func() { _ = http.Serve(listener, v) }() //nolint:gosec // Who asks is the agent and the benchmark.

	return nil
}

func (v *vm) isStarted() bool {
	v.mu.Lock()
	defer v.mu.Unlock()

	return v.started
}

// end ends the VM with the exit code of a process that a signal ended, and tells whether it was not at its end before.
func (v *vm) end(signal uint32) bool {
	const signalCodes = 128

	v.mu.Lock()
	defer v.mu.Unlock()

	select {
	case <-v.ended:
		return false
	default:
	}

	if v.listener != nil {
		_ = v.listener.Close()
	}

	v.code, v.endedAt = signalCodes+signal, time.Now()
	close(v.ended)

	return true
}

// ServeHTTP is the app.
func (v *vm) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	lines, _ := strconv.Atoi(r.URL.Query().Get("lines"))

	for n := range lines {
		if _, err := fmt.Fprintf(v.logs.output[0], "%06d GET /articles/42 200 in 12.3 ms: a line as long as those of most apps are\n", n); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)

			return
		}
	}

	w.WriteHeader(http.StatusNoContent)
}

// listenIn listens in a network namespace. The thread that has been there is not used again.
func listenIn(namespace, address string) (net.Listener, error) {
	type result struct {
		listener net.Listener
		err      error
	}

	listening := make(chan result, 1)

	go func() {
		runtime.LockOSThread() // Without an unlock, the thread ends with the goroutine.

		file, err := os.Open(namespace)
		if err == nil {
			err = unix.Setns(int(file.Fd()), syscall.CLONE_NEWNET)
			_ = file.Close()
		}

		if err != nil {
			listening <- result{nil, fmt.Errorf("enter the network namespace: %w", err)}

			return
		}

		listener, err := net.Listen("tcp4", address) //nolint:noctx // It does not wait.
		listening <- result{listener, err}
	}()

	got := <-listening

	return got.listener, got.err
}
