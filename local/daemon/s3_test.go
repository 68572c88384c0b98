package daemon

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/stretchr/testify/require"
)

// newS3 returns an S3 server that is not started.
func newS3(t *testing.T) S3 {
	t.Helper()

	bin := os.Getenv("ZEITWORK_TEST_VERSITYGW")
	if bin == "" {
		t.Skip("needs an S3 server; run it through `go tool task test`, or set ZEITWORK_TEST_VERSITYGW to the folder of versitygw")
	}

	return S3{Home: shortHome(t), Bin: bin, Port: freePort(t), BucketName: "images", AccessKey: rand.Text(), SecretKey: rand.Text()}
}

func TestRegistry_OnS3_FindsItsImagesAfterBothStartAgain(t *testing.T) {
	t.Parallel()

	s3 := newS3(t)
	bucket := s3.Bucket()
	registry := Registry{Home: s3.Home, Bin: testBin(t), Port: freePort(t), Bucket: &bucket}
	require.False(t, s3.HasObjects())

	var pushed name.Digest

	for round := range 2 {
		server, err := s3.Start(t.Context())
		require.NoError(t, err)
		process, err := registry.Start(t.Context())
		require.NoError(t, err)

		if round == 0 {
			repository, err := name.NewRepository(process.Address()+"/projects/one", name.Insecure)
			require.NoError(t, err)

			pushed = pushRandomImage(t, repository, randomLayer(t), "kept")
		}

		requirePullable(t, pushed)
		require.True(t, s3.HasObjects())
		require.NoDirExists(t, registry.data())
		require.NoError(t, process.Stop(t.Context()))
		require.NoError(t, server.Stop(t.Context()))
	}
}

// A server that an earlier run left behind holds the port until it is ended.
func TestS3_LeftByAnEarlierRun_IsReplaced(t *testing.T) {
	t.Parallel()

	s3 := newS3(t)

	first, err := s3.Start(t.Context())
	require.NoError(t, err)

	second, err := s3.Start(t.Context())
	require.NoError(t, err)

	<-first.Done()
	require.DirExists(t, filepath.Join(s3.Home.Folder("s3"), "buckets", "images"))
	require.NoError(t, second.Stop(t.Context()))
}
