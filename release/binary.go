package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// architectures are those that a release is made for.
func architectures() []string { return []string{"amd64", "arm64"} }

// compiled are the binaries, by architecture.
type compiled struct {
	folder string
}

func (c compiled) path(architecture string) string {
	return filepath.Join(c.folder, "zeitwork-"+architecture)
}

func (c compiled) remove() { _ = os.RemoveAll(c.folder) }

// binaries compiles the binary for every architecture.
func (r release) binaries(ctx context.Context) (compiled, error) {
	folder, err := os.MkdirTemp("", "zeitwork-release-")
	if err != nil {
		return compiled{}, fmt.Errorf("make a folder to compile in: %w", err)
	}

	binaries := compiled{folder: folder}

	for _, architecture := range architectures() {
		sayf("compiling zeitwork for linux/%s", architecture)

		if err := compile(ctx, r.source, architecture, binaries.path(architecture), r.identity, nil); err != nil {
			binaries.remove()

			return compiled{}, err
		}
	}

	return binaries, nil
}

// compile compiles the binary of the checkout in source. The log process of VMs, which is a part of it, is compiled for the same architecture before; the one
// that the checkout may have is of this machine's. extra is added to the environment.
func compile(ctx context.Context, source, architecture, target string, identity identity, extra []string) error {
	const stamp = "github.com/zeitwork/zeitwork/internal/version"

	logger, overlay := target+"-vmlogger", target+"-overlay.json"

	if err := goBuild(ctx, source, architecture, extra, "-o", logger, "./nodeagent/vmlog/vmlogger"); err != nil {
		return err
	}
	defer func() { _ = os.Remove(logger) }()

	absolute, err := filepath.Abs(source)
	if err != nil {
		return fmt.Errorf("find the checkout: %w", err)
	}

	replaced, err := json.Marshal(map[string]any{
		"Replace": map[string]string{filepath.Join(absolute, "nodeagent", "vmlog", "program", "build", "vmlogger"): logger},
	})
	if err != nil {
		return fmt.Errorf("name the log process: %w", err)
	}

	if err := os.WriteFile(overlay, replaced, 0o600); err != nil {
		return fmt.Errorf("name the log process: %w", err)
	}
	defer func() { _ = os.Remove(overlay) }()

	if err := goBuild(ctx, source, architecture, extra, "-overlay", overlay, "-o", target,
		"-ldflags", fmt.Sprintf("-s -w -buildid= -X %s.version=%s -X %s.commit=%s", stamp, identity.version, stamp, identity.commit), "./cmd/zeitwork"); err != nil {
		return err
	}

	return contains(target, logger)
}

// contains fails where the binary lacks the log process: without its own a node cannot start VMs.
func contains(binary, logger string) error {
	whole, err := os.ReadFile(binary)
	if err != nil {
		return fmt.Errorf("look into the binary: %w", err)
	}

	part, err := os.ReadFile(logger)
	if err != nil {
		return fmt.Errorf("look for the log process: %w", err)
	}

	if !bytes.Contains(whole, part) {
		return errors.New("the binary was compiled without the log process of VMs")
	}

	return nil
}

// goBuild runs the compiler that go.mod names, so that neither another version of it nor the caller's settings change what is built.
func goBuild(ctx context.Context, source, architecture string, extra []string, arguments ...string) error {
	version, err := compilerVersion(source)
	if err != nil {
		return err
	}

	flags := []string{"build", "-trimpath", "-buildvcs=false"}
	if arguments[0] == "-o" { // The caller stamps nothing into it.
		flags = append(flags, "-ldflags", "-s -w -buildid=")
	}

	command := exec.CommandContext(ctx, "go", append(flags, arguments...)...)
	command.Dir = source
	command.Env = append(os.Environ(), append([]string{
		"GOTOOLCHAIN=go" + version, "GOOS=linux", "GOARCH=" + architecture, "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-mod=readonly",
		"GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=", "GOFIPS140=off",
	}, extra...)...)

	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("compile for linux/%s: %w:\n%s", architecture, err, output)
	}

	return nil
}

// compilerVersion is the version of Go in go.mod.
func compilerVersion(source string) (string, error) {
	content, err := os.ReadFile(filepath.Join(source, "go.mod"))
	if err != nil {
		return "", fmt.Errorf("read the compiler's version: %w", err)
	}

	for line := range strings.Lines(string(content)) {
		if version, ok := strings.CutPrefix(line, "go "); ok {
			return strings.TrimSpace(version), nil
		}
	}

	return "", fmt.Errorf("go.mod names no version of Go; this one is %s", runtime.Version())
}
