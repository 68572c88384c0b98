package toolchain_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/toolchain"
)

type testBundle struct {
	builder toolchain.Builder
	// reports returns the details reported so far.
	reports func() []string
}

// setup makes a checkout whose tools/generate module has one tool, which prints the given text.
func setup(t *testing.T, prints string) testBundle {
	t.Helper()

	source := t.TempDir()
	module := filepath.Join(source, "tools", "generate")

	write(t, filepath.Join(module, "go.mod"), "module example.com/generate\n\ngo 1.26\n\ntool example.com/generate/hello\n")
	write(t, filepath.Join(module, "go.sum"), "")
	write(t, filepath.Join(module, "hello", "main.go"), "package main\n\nfunc main() { print(\""+prints+"\") }\n")

	var (
		mutex    sync.Mutex
		reported []string
	)

	return testBundle{
		builder: toolchain.Builder{
			CacheDir: t.TempDir(), SourceDir: source,
			Progress: func(part, detail string) {
				mutex.Lock()
				defer mutex.Unlock()

				reported = append(reported, part+": "+detail)
			},
		},
		reports: func() []string {
			mutex.Lock()
			defer mutex.Unlock()

			return append([]string(nil), reported...)
		},
	}
}

func TestBuild_Cold_CompilesEveryTool(t *testing.T) {
	t.Parallel()

	bundle := setup(t, "hello")

	folder, err := bundle.builder.Build(t.Context(), toolchain.Generate())
	require.NoError(t, err)

	output, err := exec.CommandContext(t.Context(), filepath.Join(folder, "hello")).CombinedOutput()
	require.NoError(t, err)
	require.Equal(t, "hello", string(output))
	require.Contains(t, bundle.reports(), "generate: looking up packages")
}

func TestBuild_Warm_RunsNoCompiler(t *testing.T) {
	bundle := setup(t, "hello")

	cold, err := bundle.builder.Build(t.Context(), toolchain.Generate())
	require.NoError(t, err)

	reports := len(bundle.reports())

	t.Setenv("PATH", "")

	warm, err := bundle.builder.Build(t.Context(), toolchain.Generate())
	require.NoError(t, err)
	require.Equal(t, cold, warm)
	require.Len(t, bundle.reports(), reports)
}

func TestBuild_PinsChanged_BuildsAnew(t *testing.T) {
	t.Parallel()

	bundle := setup(t, "hello")

	first, err := bundle.builder.Build(t.Context(), toolchain.Generate())
	require.NoError(t, err)

	write(t, filepath.Join(bundle.builder.SourceDir, "tools", "generate", "go.sum"), "\n")

	second, err := bundle.builder.Build(t.Context(), toolchain.Generate())
	require.NoError(t, err)
	require.NotEqual(t, first, second)
}

func TestBuild_TwoAtOnce_BuildOnce(t *testing.T) {
	t.Parallel()

	bundle := setup(t, "hello")

	var group sync.WaitGroup

	folders := make([]string, 2)
	for i := range folders {
		group.Go(func() {
			folder, err := bundle.builder.Build(t.Context(), toolchain.Generate())
			if err != nil {
				t.Error(err)
			}

			folders[i] = folder
		})
	}

	group.Wait()
	require.Equal(t, folders[0], folders[1])

	looked := 0

	for _, report := range bundle.reports() {
		if report == "generate: looking up packages" {
			looked++
		}
	}

	require.Equal(t, 1, looked)
}

func TestBuild_DoesNotCompile_LeavesNothingAndSaysWhy(t *testing.T) {
	t.Parallel()

	bundle := setup(t, `" + nothing + "`)

	_, err := bundle.builder.Build(t.Context(), toolchain.Generate())
	require.ErrorContains(t, err, "undefined: nothing")

	left, err := filepath.Glob(filepath.Join(bundle.builder.CacheDir, "tools", "generate-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestSourceDir_OutsideACheckout_SaysToRunItThere(t *testing.T) {
	t.Chdir(t.TempDir())

	_, err := toolchain.SourceDir()
	require.ErrorContains(t, err, "not inside a checkout of Zeitwork")
}

func TestSourceDir_FromAFolderBelow_FindsTheRoot(t *testing.T) {
	t.Parallel()

	root, err := toolchain.SourceDir()
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(root, "tools", "daemons", "go.mod"))
}

func write(t *testing.T, path, content string) {
	t.Helper()

	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
}
