package activities

import (
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
)

// mirror is a registry that has those images, and returns where it is and their digests.
func mirror(t *testing.T, references ...string) (string, map[string]v1.Hash) {
	t.Helper()

	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)

	host := strings.TrimPrefix(server.URL, "http://")
	digests := map[string]v1.Hash{}

	for _, reference := range references {
		image, err := random.Image(1, 1)
		require.NoError(t, err)

		tag, err := name.NewTag(host+"/"+reference, name.Insecure)
		require.NoError(t, err)
		require.NoError(t, remote.Write(tag, image))

		digests[reference], err = image.Digest()
		require.NoError(t, err)
	}

	return host, digests
}

func testTable() buildplan.BaseImages {
	one := buildplan.Runtime{Default: "1", Images: map[string]string{"1": "docker.io/library/one:1"}}

	return buildplan.BaseImages{
		"node": {Default: "24", Images: map[string]string{"24": "node:24-slim", "26": "node:26-slim"}},
		"ruby": one, "php": one, "static": one,
	}
}

func TestPinBaseImages_ThoseThatAreThereGetTheirDigest_OthersAreLeftOut(t *testing.T) {
	t.Parallel()

	host, digests := mirror(t, "docker.io/library/node:24-slim", "docker.io/library/one:1")
	options := PinOptions{Mirror: host, Insecure: true}

	pinned, err := PinBaseImages(t.Context(), testTable(), options)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"24": "node:24-slim@" + digests["docker.io/library/node:24-slim"].String()}, pinned["node"].Images)
	require.Equal(t, "docker.io/library/one:1@"+digests["docker.io/library/one:1"].String(), pinned["php"].Images["1"])

	moved := testTable()
	moved["node"].Images["24"] += "@" + digests["docker.io/library/one:1"].String()
	again, err := PinBaseImages(t.Context(), moved, options)
	require.NoError(t, err)
	require.Equal(t, pinned, again)
}

func TestPinBaseImages_DefaultIsNotThere_IsAnError(t *testing.T) {
	t.Parallel()

	host, _ := mirror(t, "docker.io/library/node:26-slim", "docker.io/library/one:1")
	_, err := PinBaseImages(t.Context(), testTable(), PinOptions{Mirror: host, Insecure: true})
	require.ErrorContains(t, err, `node: there is no image of the default version "24"`)
}

func TestPinBaseImages_RegistryDoesNotAnswer_IsAnError(t *testing.T) {
	t.Parallel()

	_, err := PinBaseImages(t.Context(), testTable(), PinOptions{Mirror: "127.0.0.1:1", Insecure: true})
	require.ErrorContains(t, err, "look up 127.0.0.1:1/docker.io/library/")
}
