package toolchain

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/caarlos0/env/v11"
)

// Config says where binaries are kept.
type Config struct {
	CacheDir string `doc:"Folder of what is built once and kept: daemons, base images." env:"ZEITWORK_CACHE_DIR" envDefault:"/var/cache/zeitwork"`
}

// ReadConfig reads the configuration from the environment.
func ReadConfig() (Config, error) {
	config, err := env.ParseAs[Config]()
	if err != nil {
		return Config{}, fmt.Errorf("read the configuration: %w", err)
	}

	return config, nil
}

// Progress is told which part is being worked on and how far it is. It is never called twice at once.
type Progress func(part, detail string)

// Builder builds tools. Processes may share a cache and build at the same time; each module is built once.
type Builder struct {
	// CacheDir is the folder that the binaries are kept in; it is created.
	CacheDir string
	// SourceDir is the root of the checkout, as SourceDir finds it.
	SourceDir string
	// Progress may be nil.
	Progress Progress
}

// Build returns the folder of the module's binaries, and builds them first where no earlier call has. Finding them built costs two small
// reads.
func (b Builder) Build(ctx context.Context, module Module) (string, error) {
	source := filepath.Join(b.SourceDir, "tools", module.name)

	key, err := module.key(source)
	if err != nil {
		return "", err
	}

	folder := filepath.Join(b.CacheDir, "tools", key)
	if isDir(folder) {
		return folder, nil
	}

	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return "", fmt.Errorf("make the cache folder; set ZEITWORK_CACHE_DIR to one that can be written: %w", err)
	}

	held, err := lock(ctx, filepath.Join(b.CacheDir, "tools", module.name+".lock"), func() {
		b.report(module, "waiting for another build")
	})
	if err != nil {
		return "", err
	}
	defer func() { _ = held.Close() }()

	// The process that held the lock may have built it.
	if isDir(folder) {
		return folder, nil
	}

	return folder, b.buildInto(ctx, module, source, folder)
}

// buildInto compiles beside the folder and moves the result there, so that the folder is complete whenever it exists.
func (b Builder) buildInto(ctx context.Context, module Module, source, folder string) error {
	const unfinished = "-building-"

	// This process holds the lock, so any such folder was left by a build that was killed.
	left, err := filepath.Glob(filepath.Join(filepath.Dir(folder), module.name+unfinished+"*"))
	if err != nil {
		return fmt.Errorf("look for what a killed build left: %w", err)
	}

	for _, leftover := range left {
		_ = os.RemoveAll(leftover)
	}

	temporary, err := os.MkdirTemp(filepath.Dir(folder), module.name+unfinished)
	if err != nil {
		return fmt.Errorf("make a folder to build in: %w", err)
	}

	defer func() { _ = os.RemoveAll(temporary) }()

	start := time.Now()

	for _, step := range module.builds {
		if err := b.compile(ctx, module, step, source, temporary); err != nil {
			return fmt.Errorf("build tools/%s: %w", module.name, err)
		}
	}

	if err := os.Chmod(temporary, 0o755); err != nil { //nolint:gosec // Everyone may run the binaries.
		return fmt.Errorf("open the binaries to everyone: %w", err)
	}

	if err := os.Rename(temporary, folder); err != nil {
		return fmt.Errorf("keep the binaries: %w", err)
	}

	b.report(module, "built in "+time.Since(start).Round(time.Second).String())

	return nil
}

func (b Builder) report(module Module, detail string) {
	if b.Progress != nil {
		b.Progress(module.name, detail)
	}
}

func isDir(path string) bool {
	info, err := os.Stat(path)

	return err == nil && info.IsDir()
}
