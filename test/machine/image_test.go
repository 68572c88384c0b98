package machine_test

import (
	"archive/tar"
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/test/rig"
)

// pushApp puts an image of the app of nodeagent's tests into the registry that the handler is, and returns its reference for a registry at host.
func pushApp(t *testing.T, handler http.Handler, host string) string {
	t.Helper()

	path := filepath.Join(t.TempDir(), "app")
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-s -w", "-o", path, "github.com/zeitwork/zeitwork/nodeagent/testdata/app")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")

	_, err := rig.Run(build)
	require.NoError(t, err)

	app, err := os.ReadFile(path)
	require.NoError(t, err)

	var archive bytes.Buffer

	w := tar.NewWriter(&archive)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: "app", Mode: 0o755, Size: int64(len(app))}))
	_, err = w.Write(app)
	require.NoError(t, err)
	require.NoError(t, w.Close())

	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(archive.Bytes())), nil })
	require.NoError(t, err)

	image, err := mutate.AppendLayers(empty.Image, layer)
	require.NoError(t, err)

	file, err := image.ConfigFile()
	require.NoError(t, err)

	file = file.DeepCopy()
	file.OS, file.Architecture = "linux", "amd64"
	file.Config.Entrypoint = []string{"/app"}

	image, err = mutate.ConfigFile(image, file)
	require.NoError(t, err)

	server := httptest.NewServer(handler)
	defer server.Close()

	repository, err := name.NewRepository(strings.TrimPrefix(server.URL, "http://")+"/projects/app", name.Insecure)
	require.NoError(t, err)

	digest, err := image.Digest()
	require.NoError(t, err)
	require.NoError(t, remote.Write(repository.Digest(digest.String()), image))

	return host + "/projects/app@" + digest.String()
}
