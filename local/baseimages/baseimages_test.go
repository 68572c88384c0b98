package baseimages

import (
	"archive/tar"
	"errors"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/toolchain"
	"github.com/zeitwork/zeitwork/test/fixtures/npm"
)

// cacheDir returns the cache that `up` uses too, because making the images takes a minute.
func cacheDir(t *testing.T) string {
	t.Helper()

	if os.Getuid() != 0 {
		t.Skip("making base images needs root")
	}

	for _, program := range []string{"mmdebstrap", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed: run through `go tool task test`")
		}
	}

	config, err := toolchain.ReadConfig()
	require.NoError(t, err)

	return config.CacheDir
}

// ensure skips the test where the images are not in the cache and cannot be made.
func ensure(t *testing.T, options Options) {
	t.Helper()

	err := Ensure(t.Context(), options)
	npm.SkipIfCause(t, err)
	require.NoError(t, err)
}

func pull(t *testing.T, host, reference string) v1.Image {
	t.Helper()

	tag, err := name.NewTag(host+"/docker.io/library/"+reference, name.Insecure)
	require.NoError(t, err)

	image, err := remote.Image(tag)
	require.NoError(t, err)

	return image
}

func TestEnsure_PushesEveryTag_AndNothingTheSecondTime(t *testing.T) {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)

	var pushed []string

	options := Options{
		CacheDir: cacheDir(t),
		Registry: strings.TrimPrefix(server.URL, "http://"),
		Progress: func(_, detail string) { pushed = append(pushed, detail) },
	}

	ensure(t, options)

	tags := lo.SumBy(recipes, func(r recipe) int { return len(r.Tags) + len(lo.FromPtr(r.Exact).Tags) })
	require.Len(t, lo.Filter(pushed, func(detail string, _ int) bool { return strings.HasPrefix(detail, "pushing ") }), tags)

	pushed = nil

	ensure(t, options)
	require.Empty(t, pushed)

	files, executables := map[string]bool{}, map[string]bool{}

	for reader := tar.NewReader(mutate.Extract(pull(t, options.Registry, "node:22-slim"))); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}

		require.NoError(t, err)

		files[filepath.Clean("/"+header.Name)] = true
		executables[filepath.Clean("/"+header.Name)] = header.Mode&0o111 != 0
	}

	require.Subset(t, files, map[string]bool{"/usr/local/bin/node": true, "/usr/local/bin/npm": true, "/home/node": true, certificatePath: true, "/etc/debian_version": true})
	require.True(t, executables["/usr/local/bin/node"])
	require.True(t, executables[npmPrefix+"/node_modules/@npmcli/run-script/lib/node-gyp-bin/node-gyp"], "packages compile themselves by it")
}

func TestEnsure_ImageIsToBeHadByItsExactVersion(t *testing.T) {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)

	options := Options{CacheDir: cacheDir(t), Registry: strings.TrimPrefix(server.URL, "http://")}
	ensure(t, options)

	line := pull(t, options.Registry, "ruby:3.3-slim")
	file, err := line.ConfigFile()
	require.NoError(t, err)

	assignment, found := lo.Find(file.Config.Env, func(assignment string) bool { return strings.HasPrefix(assignment, "RUBY_VERSION=3.3.") })
	require.True(t, found, "%v", file.Config.Env)

	exact := pull(t, options.Registry, "ruby:"+strings.TrimPrefix(assignment, "RUBY_VERSION=")+"-slim")
	require.Equal(t, lo.Must(line.Digest()), lo.Must(exact.Digest()))
}

func TestEnsure_OtherCertificates_MakesOtherImages(t *testing.T) {
	t.Parallel()
	require.NotEqual(t, layoutDir("/cache", []byte("one")), layoutDir("/cache", []byte("two")))
}

func TestArchive_NotThePinnedOne_IsRefused(t *testing.T) {
	t.Parallel()

	err := archive{Integrity: "sha512-AAAA"}.verify(strings.NewReader("something else"))
	require.ErrorContains(t, err, "not the pinned sha512-AAAA")
}

func TestRecipes_TagsAreUnique(t *testing.T) {
	t.Parallel()

	tags := lo.FlatMap(recipes, func(r recipe, _ int) []string {
		return lo.Map(r.Tags, func(tag string, _ int) string { return r.Name + ":" + tag })
	})
	require.Empty(t, lo.FindDuplicates(tags))
}
