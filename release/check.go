package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// checkAgain compiles the binaries of the release again, from a copy of the checkout in another folder and without anything that was compiled before, and
// fails where a byte differs. The dashboard and the documentation are those of the checkout.
func checkAgain(ctx context.Context, source, out string, identity identity) error {
	folder, err := os.MkdirTemp("", "zeitwork-release-check-")
	if err != nil {
		return fmt.Errorf("make a folder to compile in: %w", err)
	}

	defer func() { _ = os.RemoveAll(folder) }()

	elsewhere := filepath.Join(folder, "source")
	if err := copyCheckout(ctx, source, elsewhere); err != nil {
		return err
	}

	var failed []error

	for _, architecture := range architectures() {
		sayf("compiling zeitwork for linux/%s again, in another folder and from nothing, which takes minutes", architecture)

		r := release{out: out, identity: identity}
		again := filepath.Join(folder, architecture)

		if err := compile(ctx, elsewhere, architecture, again, identity, []string{"GOCACHE=" + filepath.Join(folder, "cache")}); err != nil {
			return err
		}

		failed = append(failed, sameBytes(filepath.Join(out, r.name(architecture)), again))
	}

	return errors.Join(failed...)
}

// copyCheckout copies the files that git knows, and what was built beside them.
func copyCheckout(ctx context.Context, source, target string) error {
	command := exec.CommandContext(ctx, "git", "checkout-index", "--all", "--prefix="+target+"/")
	command.Dir = source

	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("copy the checkout: %w: %s", err, output)
	}

	for _, built := range builtFolders() {
		if err := os.RemoveAll(filepath.Join(target, built)); err != nil {
			return fmt.Errorf("copy %s: %w", built, err)
		}

		if err := os.CopyFS(filepath.Join(target, built), os.DirFS(filepath.Join(source, built))); err != nil {
			return fmt.Errorf("copy %s: %w", built, err)
		}
	}

	return nil
}

func sameBytes(released, again string) error {
	first, err := sumOf(released)
	if err != nil {
		return fmt.Errorf("read the release; make it before you check it: %w", err)
	}

	second, err := sumOf(again)
	if err != nil {
		return fmt.Errorf("read what was compiled again: %w", err)
	}

	if first != second {
		return fmt.Errorf("%s is not what its commit makes: it has %s, and compiled again %s", filepath.Base(released), first, second)
	}

	sayf("%s is the same, byte for byte: %s", filepath.Base(released), first)

	return nil
}
