package baseimages

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

const (
	debianMirror   = "http://deb.debian.org/debian"
	securityMirror = "http://deb.debian.org/debian-security"
	// debianKeys are the keys of the package debian-archive-keyring: apt on another distribution trusts only that one's archive.
	debianKeys = "/usr/share/keyrings/debian-archive-keyring.gpg"
)

// bootstrap makes the tar of a minimal Debian system at file, unless it is there.
func (r recipe) bootstrap(ctx context.Context, file string, say func(string)) error {
	if _, err := os.Stat(file); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}

	say("making Debian " + r.Suite + " (about half a minute)")

	making := file + ".making"

	arguments := slices.Concat([]string{
		"--variant=minbase", "--mode=root", "--format=tar", "--quiet", "--architectures=amd64",
		"--include=" + strings.Join(r.Packages, ","),
		// As in Docker's images: an image is not lost in a crash, so that dpkg need not wait for the disk after each file.
		"--dpkgopt=force-unsafe-io",
		"--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-include=/usr/share/doc/*/copyright",
		"--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=path-exclude=/usr/share/locale/*",
		r.Suite, making,
	}, DebianSources(ctx, r.Suite))

	command := exec.CommandContext(ctx, "mmdebstrap", arguments...)
	// An interrupted mmdebstrap unmounts what it has mounted. A killed one cannot.
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = time.Minute

	if output, err := command.CombinedOutput(); err != nil {
		_ = os.Remove(making)

		return fmt.Errorf("mmdebstrap: %w: %s", err, lastLines(string(output)))
	}

	if err := os.Rename(making, file); err != nil {
		return fmt.Errorf("keep the Debian system: %w", err)
	}

	return nil
}

// DebianSources returns apt's source lines for the release, with the mirrors that the host uses. The package debian-archive-keyring
// must be installed.
func DebianSources(ctx context.Context, suite string) []string {
	mirror, security := mirrors(ctx)

	return []string{
		fmt.Sprintf("deb [signed-by=%s] %s %s main", debianKeys, mirror, suite),
		fmt.Sprintf("deb [signed-by=%s] %s %s-updates main", debianKeys, mirror, suite),
		fmt.Sprintf("deb [signed-by=%s] %s %s-security main", debianKeys, security, suite),
	}
}

// mirrors returns the Debian mirrors that the host uses, and the public ones on a host that is not Debian.
func mirrors(ctx context.Context) (string, string) {
	mirror, security := debianMirror, securityMirror

	output, err := exec.CommandContext(ctx, "apt-get", "indextargets",
		"--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)", "Created-By: Packages").Output()
	if err != nil {
		return mirror, security
	}

	for line := range strings.Lines(string(output)) {
		label, uri, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "Debian|"), "|")

		switch label {
		case "Debian":
			mirror = strings.TrimSuffix(uri, "/")
		case "Debian-Security":
			security = strings.TrimSuffix(uri, "/")
		}
	}

	return mirror, security
}

// lastLines returns the end of a command's output, which has the reason of a failure.
func lastLines(output string) string {
	const enough = 5

	lines := strings.Split(strings.TrimSpace(output), "\n")

	return strings.Join(lines[max(0, len(lines)-enough):], "\n")
}
