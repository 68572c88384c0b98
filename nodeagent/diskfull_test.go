package nodeagent_test

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

// smallDisk mounts a disk of that many bytes, where a containerd in the folder keeps its images.
func smallDisk(t *testing.T, folder string, size string) string {
	t.Helper()

	if os.Geteuid() != 0 {
		t.Skip("it mounts a disk: run it as root")
	}

	root := filepath.Join(folder, "root")
	require.NoError(t, os.Mkdir(root, 0o700))
	require.NoError(t, unix.Mount("tmpfs", root, "tmpfs", 0, "size="+size))
	t.Cleanup(func() { require.NoError(t, unix.Unmount(root, 0)) })

	return root
}

// free returns how many bytes are left.
func free(t *testing.T, path string) int64 {
	t.Helper()

	var stat unix.Statfs_t
	require.NoError(t, unix.Statfs(path, &stat))

	return int64(stat.Bavail) * stat.Bsize
}

// fillUp writes a file that leaves that many bytes free.
func fillUp(t *testing.T, folder string, leave int64) string {
	t.Helper()

	path := filepath.Join(folder, "ballast")
	file, err := os.Create(path)
	require.NoError(t, err)

	_, err = io.CopyN(file, rand.Reader, free(t, folder)-leave)
	require.NoError(t, err)
	require.NoError(t, file.Close())

	return path
}

// blobs counts the blobs of images in containerd: complete ones and partial ones.
func (b *testBundle) blobs(t *testing.T) (whole int, partial int) {
	t.Helper()

	ctx := context.Background()

	require.NoError(t, b.client.ContentStore().Walk(ctx, func(content.Info) error {
		whole++

		return nil
	}))

	statuses, err := b.client.ContentStore().ListStatuses(ctx)
	require.NoError(t, err)

	return whole, len(statuses)
}

func TestAgent_DiskFull_SaysSoLeavesNothingAndGoesOnWhenThereIsRoom(t *testing.T) {
	t.Parallel()

	for name, leave := range map[string]int64{"for the layer": 1 << 20, "for what is unpacked": 6 << 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			folder := shortFolder(t)
			root := smallDisk(t, folder, "64m")
			b := setupOn(t, newDaemonIn(t, testBinaries(t), folder).socket)
			image := pushApp(t, b.registry, func(c *v1.Config) { c.Labels = map[string]string{"test": id.New().String()} })
			ballast := fillUp(t, root, leave)

			vm := b.vm(image, "")
			b.api.assign(vm)
			b.startAgent(t)

			report := b.api.waitForMessage(t, vm.ID, "The node's disk is full: it could not fetch the image. It is tried again.")
			require.Equal(t, client.VMReportStatePulling, report.State)

			require.Eventually(t, func() bool {
				whole, partial := b.blobs(t)

				return whole+partial == 0 && free(t, root) > leave-1<<20
			}, 20*time.Second, time.Millisecond, "a failed pull keeps the disk full: %s", lo.Must(os.ReadDir(root)))

			require.NoError(t, os.Remove(ballast))

			begun := time.Now()

			report = b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
			require.Nil(t, report.Message)
			t.Logf("healthy %s after there was room", time.Since(begun).Round(time.Millisecond))
		})
	}
}
