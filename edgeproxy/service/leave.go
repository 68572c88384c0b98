package service

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/zeitwork/zeitwork/edgeproxy"
	"github.com/zeitwork/zeitwork/internal/systemservice"
)

// Leave ends the service, in which requests that are under way have their time to end, and takes all of it off this machine: its key and its routes in the data
// directory, too.
func Leave(ctx context.Context, dataDir string, say func(step string)) error {
	edge := Service()
	if err := edge.CheckMachine(); err != nil {
		return err
	}

	if err := edge.Stop(ctx, say); err != nil {
		return err
	}

	say("removing the edge's key and routes")

	if err := removeData(dataDir, true); err != nil {
		return err
	}

	return edge.Remove(ctx)
}

// removeData removes what the edge has in its data directory, or nothing of it, and what is then empty: the directory, and that above it. An operator may have
// named a directory that has other things in it. systemd keeps the state of a service with a user of its own elsewhere, and leads there by a link.
func removeData(dataDir string, withContent bool) error {
	places := []string{dataDir}

	if behind, err := filepath.EvalSymlinks(dataDir); err == nil && behind != dataDir {
		if !withContent {
			return nil // systemd has made it: it is there for a service.
		}

		places = []string{behind, dataDir}
	}

	for _, place := range places {
		if withContent {
			if err := edgeproxy.RemoveData(place); err != nil {
				return fmt.Errorf("remove the edge's data: %w", err)
			}
		}

		if err := systemservice.RemoveEmpty(place); err != nil {
			return fmt.Errorf("remove the edge's data directory: %w", err)
		}

		if above := filepath.Dir(place); filepath.Base(above) == "zeitwork" {
			if err := systemservice.RemoveEmpty(above); err != nil {
				return fmt.Errorf("remove the edge's data directory: %w", err)
			}
		}
	}

	return nil
}
