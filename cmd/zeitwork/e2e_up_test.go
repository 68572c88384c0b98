package main_test

import (
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"

	"github.com/zeitwork/zeitwork/test/rig"
)

// upRange is the cluster's range in the tests of `up`.
const upRange = "10.89.0.0/16"

func TestUp_OnceThenUntilInterrupted_DeploysTheSampleAndLeavesOnlyData(t *testing.T) {
	t.Parallel()

	p := startPlatform(t) // For its binary, and to skip where it cannot run.

	data, err := rig.NewScratch()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(data)) })

	environ := upEnviron(t, data)

	once := exec.CommandContext(t.Context(), p.binary, "up", "--once")
	once.Env = environ

	printed, err := once.CombinedOutput()
	require.NoError(t, err, "%s", printed)
	require.Contains(t, string(printed), "The sample answers on")
	require.Contains(t, string(printed), "A demo GitHub is on")
	require.Empty(t, onMachine(t, data))

	app, err := os.ReadFile(filepath.Join(data, "github-app.pem"))
	require.NoError(t, err)

	var output lockedBuffer

	interrupted := exec.CommandContext(t.Context(), p.binary, "up")
	interrupted.Env = environ
	interrupted.Stdout, interrupted.Stderr = &output, &output
	require.NoError(t, interrupted.Start())
	require.Eventually(t, func() bool { return strings.Contains(output.String(), "The sample answers on") }, time.Minute, 10*time.Millisecond)

	// Otherwise the empty list below would prove nothing.
	there := strings.Join(onMachine(t, data), "\n")
	for _, kind := range []string{"process ", "mount ", "route "} {
		require.Contains(t, there, kind)
	}

	again, err := os.ReadFile(filepath.Join(data, "github-app.pem"))
	require.NoError(t, err)
	require.Equal(t, string(app), string(again), "the demo GitHub is that of the first start")

	require.NoError(t, interrupted.Process.Signal(os.Interrupt))
	require.NoError(t, interrupted.Wait(), "%s", output.String())
	require.Empty(t, onMachine(t, data))
}

func TestUp_WithoutRoot_EndsWithOneSentence(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)

	const nobody = 65534

	// Where an ordinary user finds it.
	program := filepath.Join(os.TempDir(), "zeitwork-of-nobody-"+strconv.Itoa(os.Getpid()))
	copyProgram(t, p.binary, program)

	command := exec.CommandContext(t.Context(), program, "up", "--once")
	command.Dir = "/"
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}

	started := time.Now()
	output, err := command.CombinedOutput()
	require.Error(t, err)
	require.Less(t, time.Since(started), 10*time.Second, "it waits for what cannot come")
	require.Contains(t, string(output), "root")
	require.Equal(t, 1, strings.Count(strings.TrimSpace(string(output)), "\n")+1, "%s", output)
}

func copyProgram(t *testing.T, from, to string) {
	t.Helper()

	content, err := os.ReadFile(from)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(to, content, 0o755))
	t.Cleanup(func() { require.NoError(t, os.Remove(to)) })
}

// upEnviron is the environment of an `up` beside the tests' platform.
func upEnviron(t *testing.T, data string) []string {
	t.Helper()

	environ := append(os.Environ(),
		"ZEITWORK_DATA_DIR="+data, "ZEITWORK_CLUSTER_RANGE="+upRange, "ZEITWORK_UP_BUILD_RANGE=10.90.0.0/16")

	for _, service := range []string{"API", "EDGE", "POSTGRES", "REGISTRY", "GITHUB"} {
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)

		// All are held until the last is chosen, so that none is chosen twice.
		defer func() { require.NoError(t, listener.Close()) }()

		_, port, err := net.SplitHostPort(listener.Addr().String())
		require.NoError(t, err)

		environ = append(environ, "ZEITWORK_UP_"+service+"_PORT="+port)
	}

	return environ
}

// onMachine lists the processes, mounts and routes of the platform in the folder.
func onMachine(t *testing.T, data string) []string {
	t.Helper()

	var found []string

	commandLines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)

	for _, path := range commandLines {
		// The process may have ended meanwhile.
		if content, err := os.ReadFile(path); err == nil && bytes.Contains(content, []byte(data)) {
			found = append(found, "process "+string(content))
		}
	}

	mounts, err := os.ReadFile("/proc/self/mountinfo")
	require.NoError(t, err)

	if bytes.Contains(mounts, []byte(data)) {
		found = append(found, "mount in "+data)
	}

	routes, err := netlink.RouteList(nil, netlink.FAMILY_V4)
	require.NoError(t, err)

	for _, route := range routes {
		if strings.Contains(route.String(), strings.TrimSuffix(upRange, "0.0/16")) {
			found = append(found, "route "+route.String())
		}
	}

	return found
}

// lockedBuffer is a buffer that may be read while a process writes to it.
type lockedBuffer struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
}

var _ io.Writer = (*lockedBuffer)(nil)

func (b *lockedBuffer) Write(content []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	return b.buffer.Write(content)
}

func (b *lockedBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	return b.buffer.String()
}
