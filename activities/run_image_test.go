package activities

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/opencontainers/runtime-spec/specs-go"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect"
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/local/baseimages"
	"github.com/zeitwork/zeitwork/test/fixtures/npm"
	"github.com/zeitwork/zeitwork/test/rig"
)

// setupFrameworks returns a builder for generated Dockerfiles, whose base images are in the registry.
func setupFrameworks(t *testing.T) *builderBundle {
	t.Helper()

	bundle := &builderBundle{testBundle: setup(t)}
	bundle.builder = NewBuilder(BuilderConfig{
		Addresses: []string{part(t, "ZEITWORK_TEST_BUILDKIT")}, Timeout: 10 * time.Minute, MemoryBytes: 2 << 30,
	}, bundle.registry, bundle.key)

	if os.Getuid() != 0 {
		t.Skip("making base images and running a container need root")
	}

	for _, program := range []string{"mmdebstrap", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed: run through `go tool task test`")
		}
	}

	err := ensureBaseImages()
	npm.SkipIfCause(t, err)
	require.NoError(t, err)

	return bundle
}

// ensureBaseImages is done once for all tests: npm tries for minutes where its registry is out of reach.
var ensureBaseImages = sync.OnceValue(func() error {
	return baseimages.Ensure(context.Background(), baseimages.Options{CacheDir: rig.CacheDir(), Registry: os.Getenv("ZEITWORK_TEST_REGISTRY")})
})

// buildTree commits the directory, and detects and builds what is in it.
func (b *builderBundle) buildTree(t *testing.T, directory string, settings buildplan.Settings) (buildplan.Plan, v1.Image) {
	t.Helper()

	repository := newRepository(t, nil)
	require.NoError(t, os.CopyFS(repository.directory, os.DirFS(directory)))
	repository.commit("The app", nil)

	tree := b.open(t, b.clone(t, repository))
	plan, err := detect.Detect(tree.Dir, settings)
	require.NoError(t, err)

	result, log, err := b.build(t.Context(), BuildRequest{ProjectID: b.project, DeploymentID: id.New(), Tree: tree, Plan: plan})
	require.NoError(t, err, log)

	return plan, b.image(t, ImageRepository(b.project), result.Digest)
}

// runningImage is a container of an image, in a network namespace of its own.
type runningImage struct {
	*http.Client

	base      string
	namespace string
	command   *exec.Cmd
	// kill ends what ignores SIGTERM as process 1, which the platform's init would not let it be.
	kill func()
	// exec runs a command in the container.
	exec func(arguments ...string) error
	// ended gets the container's end once.
	ended chan error

	mutex  sync.Mutex
	output bytes.Buffer
}

func (r *runningImage) Write(text []byte) (int, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	return r.output.Write(text)
}

func (r *runningImage) log() string {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	return r.output.String()
}

// head is an answer without its body.
type head struct {
	StatusCode    int
	Header        http.Header
	ContentLength int64
}

// get asks without following redirects; headers are name and value in turn.
func (r *runningImage) get(t *testing.T, method, path string, headers ...string) (head, string) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), method, r.base+path, nil)
	require.NoError(t, err)

	for _, header := range lo.Chunk(headers, 2) {
		request.Header.Set(header[0], header[1])
		if header[0] == "Host" {
			request.Host = header[1]
		}
	}

	response, err := r.Do(request)
	require.NoError(t, err, r.log())

	defer func() { _ = response.Body.Close() }()

	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)

	return head{response.StatusCode, response.Header, response.ContentLength}, string(body)
}

// runImage starts the image's command with runc, and returns when it listens on the port.
func runImage(t *testing.T, image v1.Image, environment ...string) *runningImage {
	t.Helper()

	const (
		port = "3000"
		// Not the address that localhost stands for, on which a server would not be reached from outside.
		address = "127.0.0.2:" + port
	)

	bundle := t.TempDir()
	running := &runningImage{base: "http://" + address, namespace: filepath.Join(bundle, "namespace"), ended: make(chan error, 1)}
	require.NoError(t, netnamespace.Ensure(running.namespace))
	t.Cleanup(func() { require.NoError(t, netnamespace.Remove(running.namespace)) })

	file, err := image.ConfigFile()
	require.NoError(t, err)
	unpackImage(t, image, filepath.Join(bundle, "rootfs"))
	writeSpec(t, bundle, file.Config, append(environment, "PORT="+port))

	running.Client = &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DisableCompression: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			var connection net.Conn

			err := netnamespace.Do(running.namespace, func() error {
				var err error
				connection, err = new(net.Dialer).DialContext(ctx, network, address)

				return err
			})

			return connection, err
		}},
	}
	t.Cleanup(running.CloseIdleConnections)

	runc := filepath.Join(part(t, "ZEITWORK_TEST_BIN"), "runc")
	state, name := filepath.Join(bundle, "state"), "test-"+id.New().String()
	running.kill = func() { _ = exec.Command(runc, "--root", state, "kill", name, "KILL").Run() }
	running.exec = func(arguments ...string) error {
		return exec.Command(runc, append([]string{"--root", state, "exec", name}, arguments...)...).Run()
	}
	running.command = exec.Command(runc, "--root", state, "run", "--bundle", bundle, name)
	running.command.Stdout, running.command.Stderr = running, running
	require.NoError(t, netnamespace.Do(running.namespace, running.command.Start))

	go func() { running.ended <- running.command.Wait() }()

	t.Cleanup(func() {
		_ = running.command.Process.Signal(syscall.SIGTERM)

		select {
		case err := <-running.ended:
			t.Logf("the container has ended: %v", err)
		case <-time.After(20 * time.Second):
			t.Error("the container did not end when it was asked to")
		}
	})

	running.waitUntilItListens(t, address)

	return running
}

func (r *runningImage) waitUntilItListens(t *testing.T, address string) {
	t.Helper()

	require.Eventually(t, func() bool {
		select {
		case err := <-r.ended: // For the test's end.
			r.ended <- err

			return true
		default:
		}

		return netnamespace.Do(r.namespace, func() error {
			connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
			if err == nil {
				_ = connection.Close()
			}

			return err
		}) == nil
	}, time.Minute, 20*time.Millisecond)

	select {
	case err := <-r.ended:
		r.ended <- err

		t.Fatalf("the container ended: %v\n%s", err, r.log())
	default:
	}
}

func unpackImage(t *testing.T, image v1.Image, directory string) {
	t.Helper()

	require.NoError(t, os.Mkdir(directory, 0o755))

	files := mutate.Extract(image)
	defer func() { _ = files.Close() }()

	command := exec.CommandContext(t.Context(), "tar", "--extract", "--numeric-owner", "--preserve-permissions", "--directory", directory)
	command.Stdin = files
	output, err := command.CombinedOutput()
	require.NoError(t, err, string(output))
}

func writeSpec(t *testing.T, bundle string, config v1.Config, environment []string) {
	t.Helper()

	user, known := map[string]specs.User{
		"": {}, "www-data": {UID: 33, GID: 33}, "node": {UID: 1000, GID: 1000}, "1000:1000": {UID: 1000, GID: 1000},
	}[config.User]
	require.True(t, known, config.User)

	content, err := json.Marshal(specs.Spec{
		Version: specs.Version,
		Root:    &specs.Root{Path: "rootfs"},
		Process: &specs.Process{
			User: user, Cwd: lo.CoalesceOrEmpty(config.WorkingDir, "/"), Env: append(config.Env, environment...),
			Args: append(append([]string{}, config.Entrypoint...), config.Cmd...),
		},
		Mounts: []specs.Mount{
			{Destination: "/proc", Type: "proc", Source: "proc"},
			{Destination: "/dev", Type: "tmpfs", Source: "tmpfs", Options: []string{"nosuid", "mode=755"}},
		},
		Linux: &specs.Linux{
			Namespaces:  []specs.LinuxNamespace{{Type: specs.PIDNamespace}, {Type: specs.MountNamespace}, {Type: specs.IPCNamespace}},
			CgroupsPath: "/zeitwork-test/" + id.New().String(),
		},
	})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(bundle, "config.json"), content, 0o600))
}

// sizesOf lists the regular files of an image.
func sizesOf(t *testing.T, image v1.Image) map[string]int64 {
	t.Helper()

	files := mutate.Extract(image)
	defer func() { _ = files.Close() }()

	sizes := map[string]int64{}

	for reader := tar.NewReader(files); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return sizes
		}

		require.NoError(t, err)

		if header.Typeflag == tar.TypeReg {
			sizes["/"+strings.TrimPrefix(header.Name, "/")] = header.Size
		}
	}
}
