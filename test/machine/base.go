package machine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/internal/flock"
)

// revision is part of the base's hash: raise it when the code that makes the base changes what it makes.
const revision = 1

// Base is a folder with the disk and the kernel of a machine that was never started.
type Base string

// HostPackages are the Debian packages that making and running machines needs.
func HostPackages() []string {
	return []string{"qemu-system-x86", "qemu-utils", "mmdebstrap", "debian-archive-keyring", "e2fsprogs"}
}

func (b Base) disk() string { return filepath.Join(string(b), "disk.img") }

func (b Base) kernel() string { return filepath.Join(string(b), "vmlinuz") }

// EnsureBase returns the base, which the first call makes below the folder of the cache in about a minute. say is told what takes long.
func EnsureBase(ctx context.Context, cacheDir string, say func(detail string)) (Base, error) {
	base := Base(filepath.Join(cacheDir, "machine", "base-"+hash()))
	if base.made() {
		return base, nil
	}

	if err := os.MkdirAll(filepath.Dir(string(base)), 0o755); err != nil {
		return "", fmt.Errorf("make the cache of the machine: %w", err)
	}

	held, err := flock.Wait(ctx, filepath.Join(cacheDir, "machine", "lock"), flock.Exclusive)
	if err != nil {
		return "", err
	}
	defer func() { _ = held.Close() }()

	// The process that held the lock may have made it.
	if base.made() {
		return base, nil
	}

	say("making a Debian with systemd (about a minute)")

	making, err := os.MkdirTemp(filepath.Dir(string(base)), "making-")
	if err != nil {
		return "", fmt.Errorf("make a folder for the machine: %w", err)
	}
	defer os.RemoveAll(making) //nolint:errcheck // What is left does no harm.

	if err := Base(making).make(ctx); err != nil {
		return "", err
	}

	if err := os.Rename(making, string(base)); err != nil {
		return "", fmt.Errorf("keep the machine: %w", err)
	}

	return base, nil
}

func (b Base) made() bool {
	_, err := os.Stat(b.disk())

	return err == nil
}

// hash names everything that the base depends on but the versions of Debian's packages.
func hash() string {
	// Encoding cannot fail: it is all strings, lists and maps.
	encoded, _ := json.Marshal([]any{revision, suite, packages(), offered, files(), masked(), confined()}) //nolint:errchkjson // See above.
	sum := sha256.Sum256(encoded)

	const enough = 8

	return hex.EncodeToString(sum[:enough])
}
