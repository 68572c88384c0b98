package rig

import (
	"context"
	"os/exec"

	"github.com/zeitwork/zeitwork/local/toolchain"
)

// BuildZeitwork compiles the zeitwork binary to a file. The tags are separated by commas; empty: none.
func BuildZeitwork(ctx context.Context, file, tags string) error { return build(ctx, file, tags, "") }

// BuildVersion is BuildZeitwork for a binary that says it is of the version.
func BuildVersion(ctx context.Context, file, tags, version string) error {
	return build(ctx, file, tags, "-X github.com/zeitwork/zeitwork/internal/version.version="+version)
}

func build(ctx context.Context, file, tags, linker string) error {
	_, err := Run(exec.CommandContext(ctx, "go", "build", "-tags", tags, "-ldflags", linker, "-o", file, "github.com/zeitwork/zeitwork/cmd/zeitwork"))

	return err
}

// buildDaemons returns the folder of the daemons' binaries, which are built where the cache does not have them yet.
func buildDaemons(ctx context.Context, cacheDir string, progress toolchain.Progress) (string, error) {
	source, err := toolchain.SourceDir()
	if err != nil {
		return "", err
	}

	return toolchain.Builder{CacheDir: cacheDir, SourceDir: source, Progress: progress}.Build(ctx, toolchain.Daemons())
}
