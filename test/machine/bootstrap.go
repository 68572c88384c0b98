package machine

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/local/baseimages"
	"github.com/zeitwork/zeitwork/test/rig"
)

// diskSize is the size of the machine's file system. What it does not use takes no room.
const diskSize = "3G"

// make makes the disk and the kernel in the folder.
func (b Base) make(ctx context.Context) error {
	root := filepath.Join(string(b), "root")
	if err := bootstrap(ctx, root); err != nil {
		return err
	}
	defer os.RemoveAll(root) //nolint:errcheck // Its folder is removed after a failure.

	if err := offer(ctx, root); err != nil {
		return err
	}

	if err := configure(ctx, root); err != nil {
		return err
	}

	kernels, err := filepath.Glob(filepath.Join(root, "boot", "vmlinuz-*"))
	if err != nil || len(kernels) != 1 {
		return fmt.Errorf("the machine has %d kernels, and one is wanted: %w", len(kernels), err)
	}

	if err := os.Rename(kernels[0], b.kernel()); err != nil {
		return fmt.Errorf("take the kernel: %w", err)
	}

	return makeDisk(ctx, root, b.disk(), diskSize)
}

// bootstrap installs Debian with the packages into the folder.
func bootstrap(ctx context.Context, root string) error {
	arguments := append([]string{
		"--variant=minbase", "--mode=root", "--format=directory", "--quiet", "--architectures=amd64", "--include=" + strings.Join(packages(), ","),
		"--aptopt=APT::Install-Recommends false", "--dpkgopt=force-unsafe-io", "--skip=cleanup/apt/lists",
		"--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=path-exclude=/usr/share/locale/*",
		suite, root,
	}, baseimages.DebianSources(ctx, suite)...)

	command := exec.CommandContext(ctx, "mmdebstrap", arguments...)
	// An interrupted mmdebstrap unmounts what it has mounted. A killed one cannot.
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = time.Minute

	_, err := rig.Run(command)

	return err
}

// offer puts a package into a folder of the machine, which apt there takes it from.
func offer(ctx context.Context, root string) error {
	folder := filepath.Join(root, offeredFolder)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make the folder of packages: %w", err)
	}

	resolver, err := os.ReadFile("/etc/resolv.conf")
	if err != nil {
		return fmt.Errorf("read the nameservers: %w", err)
	}

	if err := os.WriteFile(filepath.Join(root, "etc", "resolv.conf"), resolver, 0o644); err != nil { //nolint:gosec // Everyone may read it.
		return fmt.Errorf("write the nameservers: %w", err)
	}

	description, err := exec.CommandContext(ctx, "chroot", root, "apt-cache", "show", "--no-all-versions", offered).Output()
	if err != nil {
		return fmt.Errorf("look the package %s up: %w", offered, err)
	}

	download := exec.CommandContext(ctx, "chroot", root,
		"apt-get", "-o", "Dir::Cache::Archives="+offeredFolder, "--quiet", "--yes", "--download-only", "install", offered)
	if _, err := rig.Run(download); err != nil {
		return err
	}

	found, err := filepath.Glob(filepath.Join(folder, "*.deb"))
	if err != nil || len(found) != 1 {
		return fmt.Errorf("%d packages were downloaded, and one is wanted: %w", len(found), err)
	}

	var index strings.Builder

	for line := range strings.Lines(string(description)) {
		if strings.HasPrefix(line, "Filename: ") {
			line = "Filename: ./" + filepath.Base(found[0]) + "\n"
		}

		index.WriteString(line)
	}

	if err := os.WriteFile(filepath.Join(folder, "Packages"), []byte(index.String()), 0o644); err != nil { //nolint:gosec // As above.
		return fmt.Errorf("write the list of packages: %w", err)
	}

	return nil
}

// configure writes the machine's files, and says which units start.
func configure(ctx context.Context, root string) error {
	for path, content := range files() {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("make the folder of %s: %w", path, err)
		}

		if err := os.WriteFile(path, []byte(content), 0o644); err != nil { //nolint:gosec // As above.
			return fmt.Errorf("write a file of the machine: %w", err)
		}
	}

	for _, arguments := range [][]string{
		append([]string{"mask"}, masked()...),
		// A machine has them installed and not running until a test starts them.
		{"disable", "ufw.service", "docker.service", "docker.socket"},
		{"enable", "systemd-networkd.service", "nftables.service", "containerd.service"},
	} {
		if _, err := rig.Run(exec.CommandContext(ctx, "chroot", append([]string{root, "systemctl"}, arguments...)...)); err != nil {
			return err
		}
	}

	for _, list := range []string{"var/lib/apt/lists", "var/cache/apt"} {
		if err := os.RemoveAll(filepath.Join(root, list)); err != nil {
			return fmt.Errorf("remove what apt has downloaded: %w", err)
		}
	}

	return removeProfiles(filepath.Join(root, "etc", "apparmor.d"))
}

// removeProfiles removes the AppArmor profiles of programs that the machine does not confine. Folders have what profiles include.
func removeProfiles(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("list the profiles of AppArmor: %w", err)
	}

	for _, entry := range entries {
		if entry.IsDir() || slices.Contains(confined(), entry.Name()) {
			continue
		}

		if err := os.Remove(filepath.Join(folder, entry.Name())); err != nil {
			return fmt.Errorf("remove a profile of AppArmor: %w", err)
		}
	}

	return nil
}

// makeDisk makes a file system of what is in the folder.
func makeDisk(ctx context.Context, folder, file, size string) error {
	_, err := rig.Run(exec.CommandContext(ctx, "mke2fs", "-q", "-t", "ext4", "-E", "lazy_itable_init=1,lazy_journal_init=1", "-d", folder, file, size))

	return err
}
