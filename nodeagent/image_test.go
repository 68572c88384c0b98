package nodeagent_test

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

// compileApp builds testdata/app once for all tests.
var compileApp = sync.OnceValues(func() ([]byte, error) { //nolint:gochecknoglobals // Tests share what takes seconds to build.
	folder, err := os.MkdirTemp("", "zeitwork-test-app")
	if err != nil {
		return nil, err
	}

	defer func() { _ = os.RemoveAll(folder) }()

	path := filepath.Join(folder, "app")
	command := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, "./testdata/app")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	command.Stderr = os.Stderr

	if err := command.Run(); err != nil {
		return nil, err
	}

	return os.ReadFile(path)
})

// pushApp pushes an image of the app, in a repository of its own, and returns its reference by digest.
func pushApp(t *testing.T, registry string, configure func(*v1.Config)) string {
	t.Helper()

	app, err := compileApp()
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
	file.OS, file.Architecture = "linux", goarch()
	file.Config.Entrypoint = []string{"/app"}

	if configure != nil {
		configure(&file.Config)
	}

	image, err = mutate.ConfigFile(image, file)
	require.NoError(t, err)

	repository, err := name.NewRepository(registry+"/projects/"+id.New().String(), name.Insecure)
	require.NoError(t, err)

	digest, err := image.Digest()
	require.NoError(t, err)
	require.NoError(t, remote.Write(repository.Digest(digest.String()), image))

	return repository.Name() + "@" + digest.String()
}
