package builder

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/internal/buildstop"
)

func TestBuildkitd_InstructionsThatWriteWithoutEnd_AreEnded_AndOthersAreNot(t *testing.T) {
	buildkitd := testBuildkitd(t)
	buildkitd.StepBytes = 50e6

	daemon, err := buildkitd.Start(t.Context())
	require.NoError(t, err)

	defer func() { require.NoError(t, daemon.Stop(context.WithoutCancel(t.Context()))) }()

	var group errgroup.Group

	for step, isEnded := range map[string]bool{
		`RUN ["/probe", "write", "files", "/out", "8000"]`:                                    true,
		`RUN ["/probe", "write", "unnamed", "/out", "8000"]`:                                  true,
		`RUN ["/probe", "write", "deep", "/out", "8000"]`:                                     true,
		`RUN --mount=type=cache,target=/cache ["/probe", "write", "files", "/cache", "8000"]`: true,
		`RUN ["/probe", "write", "file", "/out", "20"]`:                                       false,
		`RUN --mount=type=tmpfs,target=/memory ["/probe", "write", "file", "/memory", "80"]`:  false,
	} {
		group.Go(func() error {
			output, err := build(t, buildkitd, daemon, step)
			if isEnded {
				require.Error(t, err, step)
				require.Contains(t, output, buildstop.TooMuch(50e6), step)
			} else {
				require.NoError(t, err, "%s\n%s", step, output)
			}

			return nil
		})
	}

	require.NoError(t, group.Wait())
}

func TestBuildkitd_DiskNearlyFull_EndsTheInstructionThatWroteTheMost(t *testing.T) {
	buildkitd := testBuildkitd(t)
	mountDisk(t, string(buildkitd.Home), "350M")

	buildkitd.FreeBytes = 150e6 * floorShare

	daemon, err := buildkitd.Start(t.Context())
	require.NoError(t, err)

	defer func() { require.NoError(t, daemon.Stop(context.WithoutCancel(t.Context()))) }()

	var group errgroup.Group

	group.Go(func() error {
		output, err := build(t, buildkitd, daemon, `RUN ["/probe", "write", "files", "/out", "8000"]`)
		require.Error(t, err)
		require.Contains(t, output, buildstop.NearlyFull())

		return nil
	})
	group.Go(func() error {
		output, err := build(t, buildkitd, daemon, `RUN ["/probe", "write", "files", "/out", "20"]`)
		require.NoError(t, err, output)

		return nil
	})
	require.NoError(t, group.Wait())
}

// mountDisk mounts a disk of that size on the folder.
func mountDisk(t *testing.T, folder, size string) {
	t.Helper()

	image := filepath.Join(t.TempDir(), "disk.img")

	for _, command := range [][]string{
		{"truncate", "--size", size, image},
		{"mkfs.ext4", "-q", "-F", image},
		{"mount", "-o", "loop", image, folder},
	} {
		output, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput()
		require.NoError(t, err, string(output))
	}

	t.Cleanup(func() {
		output, err := exec.Command("umount", folder).CombinedOutput()
		require.NoError(t, err, string(output))
	})
}

func TestSizeOf_CountsEveryFileOnce(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "below"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "below/one"), make([]byte, 1<<20), 0o600))
	require.NoError(t, os.Link(filepath.Join(folder, "below/one"), filepath.Join(folder, "other")))
	require.NoError(t, os.Symlink("/", filepath.Join(folder, "link")))
	// A file may be longer than it is large.
	require.NoError(t, os.Truncate(filepath.Join(folder, "below/one"), 1<<30))

	size, err := sizeOf(folder)
	require.NoError(t, err)
	require.InDelta(t, 1<<20, size, 64<<10)

	size, err = sizeOf(filepath.Join(folder, "gone"))
	require.NoError(t, err)
	require.Zero(t, size)
}

func TestSizeOf_FoldersNestedWithoutEnd_AreMoreThanAnybodyMayWrite(t *testing.T) {
	t.Parallel()

	folder, err := os.OpenRoot(t.TempDir())
	require.NoError(t, err)

	top := folder

	for range deepest + 2 {
		require.NoError(t, folder.Mkdir("x", 0o700))

		below, err := folder.OpenRoot("x")
		require.NoError(t, err)

		if folder != top {
			require.NoError(t, folder.Close())
		}

		folder = below
	}

	size, err := sizeOf(top.Name())
	require.NoError(t, err)
	require.Greater(t, size, int64(1e12))
	require.NoError(t, folder.Close())
	require.NoError(t, top.Close())
}
