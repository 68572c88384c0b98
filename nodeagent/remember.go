package nodeagent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"

	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// isolation is what the rules that isolate VMs are made from. The agent keeps it on disk: an agent that starts while the API is away isolates the VMs that run.
type isolation struct {
	ClusterRange netip.Prefix `json:"cluster_range"`
	// Edges is nil where everybody at the interfaces of edges may reach apps.
	Edges []netip.Addr     `json:"edges"`
	Apps  []netip.AddrPort `json:"apps"`
}

const (
	isolationFileMode   = 0o600
	isolationFolderMode = 0o700
)

func (c Config) isolationFile() string { return filepath.Join(c.DataDir, "isolation.json") }

// rememberIsolation writes what has changed to disk. Where it cannot, VMs are isolated all the same, and an agent that starts while the API is away knows less.
func (a *Agent) rememberIsolation(ctx context.Context, now isolation) {
	if reflect.DeepEqual(now, a.remembered) {
		return
	}

	if err := a.config.writeIsolation(now); err != nil {
		a.logger.WarnContext(ctx, "an agent that starts while the API is away will not know how to isolate VMs", logging.Error(err))

		return
	}

	a.remembered = now
}

func (c Config) writeIsolation(now isolation) error {
	text, err := json.Marshal(now)
	if err != nil {
		return fmt.Errorf("write %s: %w", c.isolationFile(), err)
	}

	// A crash leaves the old file or the new one.
	next := c.isolationFile() + ".new"

	err = errors.Join(os.MkdirAll(c.DataDir, isolationFolderMode), os.WriteFile(next, text, isolationFileMode))
	if err == nil {
		err = os.Rename(next, c.isolationFile())
	}

	if err != nil {
		return fmt.Errorf("write %s: %w", c.isolationFile(), err)
	}

	return nil
}

// recallIsolation isolates the VMs that run as the last assignments said, until the API tells of others.
func (a *Agent) recallIsolation(ctx context.Context) {
	text, err := os.ReadFile(a.config.isolationFile())
	if errors.Is(err, os.ErrNotExist) {
		return
	}

	var known isolation
	if err == nil {
		err = json.Unmarshal(text, &known)
	}

	if err != nil || !known.ClusterRange.IsValid() {
		a.logger.WarnContext(ctx, "what an earlier agent knew of the isolation of VMs cannot be read; the API will tell", logging.Error(err))

		return
	}

	a.mu.Lock()
	recalled := a.config.network(known.ClusterRange, a.network.Nameservers)
	a.mu.Unlock()

	recalled.Expect(known.Edges, known.Apps)

	if err := recalled.Setup(); err != nil {
		a.logger.ErrorContext(ctx, notIsolated, logging.Error(err))

		if problem.CodeOf(err) != problem.Unavailable {
			return
		}
	}

	a.mu.Lock()
	a.network, a.remembered = recalled, known
	a.mu.Unlock()

	a.forward(ctx, recalled)
}
