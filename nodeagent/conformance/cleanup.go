package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/containerd/errdefs"

	"github.com/zeitwork/zeitwork/internal/process"
	"github.com/zeitwork/zeitwork/nodeagent"
	"github.com/zeitwork/zeitwork/nodeagent/containers"
)

// rangeFile keeps the range of addresses in the data folder: what an earlier run has left is removed with its own.
const rangeFile = "range"

// cleanUp removes all that a run of the checks has made on this machine, this one or an earlier one that was killed. The data folder stays, for its lock, and
// where something could not be removed what the next run must know to do so.
func (t *trial) cleanUp(ctx context.Context) error {
	for _, end := range slices.Backward(t.closers) {
		end()
	}

	t.closers = nil

	var agentErr error
	if t.agent != nil {
		agentErr = t.agent.Stop(ctx)
	}

	err := errors.Join(agentErr, t.endAgents(ctx), t.removeVMs(ctx), t.tailnet.detach(), t.internet.detach(), t.removeNamespace(ctx), t.removeCgroups())
	if err != nil {
		return fmt.Errorf("clean up: %w", err)
	}

	if t.containerd != nil {
		err = t.containerd.Close()
		t.containerd = nil
	}

	return errors.Join(err, os.RemoveAll(t.tailnet.folder), t.removeFiles())
}

// endAgents ends the agents of an earlier run that was killed: they would start VMs again, or be about to end themselves.
func (t *trial) endAgents(ctx context.Context) error {
	const patience = 10 * time.Second

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	mark := []byte("ZEITWORK_NODE_DATA_DIR=" + t.config.DataDir)

	return process.SignalUntilGone(ctx, syscall.SIGKILL, func(folder string) bool {
		arguments, _ := os.ReadFile(filepath.Join(folder, "cmdline"))
		environ, _ := os.ReadFile(filepath.Join(folder, "environ"))

		return bytes.HasSuffix(arguments, []byte("\x00"+agentCommand+"\x00")) &&
			slices.ContainsFunc(bytes.Split(environ, []byte{0}), func(variable []byte) bool { return bytes.Equal(variable, mark) })
	})
}

// removeVMs removes VMs and the network, also those of an earlier run.
func (t *trial) removeVMs(ctx context.Context) error {
	before, err := os.ReadFile(t.home.Folder(rangeFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}

	if err != nil {
		return err
	}

	clusterRange, err := netip.ParsePrefix(strings.TrimSpace(string(before)))
	if err != nil {
		return fmt.Errorf("read the range of addresses that was used: %w", err)
	}

	return nodeagent.RemoveVMs(ctx, t.config, clusterRange)
}

// removeNamespace removes the containerd namespace with its images.
func (t *trial) removeNamespace(ctx context.Context) error {
	connection, err := containers.Connect(t.config.ContainerdSocket, t.config.ContainerdNamespace)
	if err != nil {
		return err
	}

	defer func() { _ = connection.Close() }()

	stored, err := connection.ImageService().List(ctx)
	if err != nil {
		return fmt.Errorf("list images: %w", err)
	}

	for _, image := range stored {
		if err := connection.ImageService().Delete(ctx, image.Name, images.SynchronousDelete()); err != nil && !errdefs.IsNotFound(err) {
			return fmt.Errorf("remove the image %s: %w", image.Name, err)
		}
	}

	if err := connection.NamespaceService().Delete(ctx, t.config.ContainerdNamespace); err != nil && !errdefs.IsNotFound(err) {
		return fmt.Errorf("remove the containerd namespace %s: %w", t.config.ContainerdNamespace, err)
	}

	return nil
}

// removeCgroups removes the cgroups named for the containerd namespace, which the runtime leaves there when it has removed those of VMs.
func (t *trial) removeCgroups() error {
	return filepath.WalkDir("/sys/fs/cgroup", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() || entry.Name() != t.config.ContainerdNamespace {
			return nil //nolint:nilerr // What goes while one looks need not be removed.
		}

		if err := os.Remove(path); err != nil && //nolint:gosec // Nobody else makes links there.
			!errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove a cgroup: %w", err)
		}

		return fs.SkipDir
	})
}

// removeFiles empties the data folder but for its lock.
func (t *trial) removeFiles() error {
	entries, err := os.ReadDir(string(t.home))
	if err != nil {
		return err
	}

	for _, entry := range entries {
		if entry.Name() != "lock" {
			err = errors.Join(err, os.RemoveAll(t.home.Folder(entry.Name())))
		}
	}

	return err
}
