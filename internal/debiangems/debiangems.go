// Package debiangems makes gems from Debian's packages, for machines that do not reach rubygems.org.
//
// They are of Debian 13, whose Ruby is 3.3: gems with native extensions hold them compiled for it.
package debiangems

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/baseimages"
)

//go:embed repack.rb
var repack []byte

// packages are the gems that a Gemfile may name, and the Debian packages that hold them.
var packages = map[string]string{
	"rails": "rails", "propshaft": "ruby-rails-propshaft", "sqlite3": "ruby-sqlite3", "puma": "puma", "bootsnap": "ruby-bootsnap",
	"pg": "ruby-pg", "mysql2": "ruby-mysql2", "cssbundling-rails": "ruby-cssbundling-rails",
}

var named = regexp.MustCompile(`(?m)^gem "([\w-]+)"`)

// gemsOf returns the gems that the Gemfile names, in its order, and the packages that hold them.
func gemsOf(gemfile []byte) ([]string, []string, error) {
	gems := lo.Map(named.FindAllSubmatch(gemfile, -1), func(match [][]byte, _ int) string { return string(match[1]) })

	if unknown, found := lo.Find(gems, func(gem string) bool { return packages[gem] == "" }); found {
		return nil, nil, fmt.Errorf("no Debian package is known to hold the gem %s: add it to packages in internal/debiangems", unknown)
	}

	return gems, lo.Map(gems, func(gem string, _ int) string { return packages[gem] }), nil
}

const suite = "trixie"

// Ensure returns a folder to lay over an app with that Gemfile: the gems in vendor/cache, and a Gemfile.lock with Debian's versions of today.
// It is made once for each cache folder and Gemfile, which takes half a minute and needs root and mmdebstrap.
func Ensure(ctx context.Context, cacheDir string, gemfile []byte) (string, error) {
	gems, holders, err := gemsOf(gemfile)
	if err != nil {
		return "", err
	}

	sum := sha256.Sum256(fmt.Append(repack, suite, holders, gemfile))
	folder := filepath.Join(cacheDir, "gems", hex.EncodeToString(sum[:8]))

	if _, err := os.Stat(folder); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return folder, err
	}

	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return "", fmt.Errorf("make the cache of gems: %w", err)
	}

	work, err := os.MkdirTemp(filepath.Dir(folder), "making-")
	if err != nil {
		return "", fmt.Errorf("make a working directory: %w", err)
	}
	defer os.RemoveAll(work) //nolint:errcheck // A leftover is in nobody's way.

	app := filepath.Join(work, "app")

	if err := errors.Join(
		os.Mkdir(app, 0o755),
		os.WriteFile(filepath.Join(work, "repack.rb"), repack, 0o600),
		os.WriteFile(filepath.Join(app, "Gemfile"), gemfile, 0o600),
	); err != nil {
		return "", fmt.Errorf("write what the gems are made with: %w", err)
	}

	// The system is thrown away when the last hook has ended.
	arguments := append([]string{
		"--variant=minbase", "--mode=root", "--format=null", "--quiet", "--architectures=amd64",
		"--include=" + strings.Join(append(holders, "ca-certificates"), ","),
		"--customize-hook=copy-in " + filepath.Join(work, "repack.rb") + " " + app + " /tmp",
		`--customize-hook=chroot "$1" ruby /tmp/repack.rb /tmp/app/vendor/cache ` + strings.Join(gems, " "),
		`--customize-hook=chroot "$1" env BUNDLE_GEMFILE=/tmp/app/Gemfile bundle lock --local --add-platform x86_64-linux`,
		"--customize-hook=copy-out /tmp/app/Gemfile.lock /tmp/app/vendor " + work,
		suite, "-",
	}, baseimages.DebianSources(ctx, suite)...)

	command := exec.CommandContext(ctx, "mmdebstrap", arguments...) //nolint:gosec // The arguments are ours.
	// mmdebstrap unmounts what it mounted when it is interrupted, and cannot when it is killed.
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = time.Minute

	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("make gems of Debian's packages: %w: %s", err, output)
	}

	if err := os.RemoveAll(app); err != nil {
		return "", fmt.Errorf("remove what the gems were made with: %w", err)
	}

	if err := os.Remove(filepath.Join(work, "repack.rb")); err != nil {
		return "", fmt.Errorf("remove what the gems were made with: %w", err)
	}

	// Another process may have been faster; both made the same.
	if err := os.Rename(work, folder); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("keep the gems: %w", err)
	}

	return folder, nil
}
