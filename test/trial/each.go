package trial

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/zeitwork/zeitwork/local/baseimages"
	"github.com/zeitwork/zeitwork/local/cluster"
	"github.com/zeitwork/zeitwork/test/rig"
)

// Network is what platforms that run on one machine at the same time may not share.
type Network struct {
	Bridge        string
	VMs, Builders netip.Prefix
}

// Each starts a platform, calls try with each of all in turn, and stops the platform. It returns the results of those whose turn came. The directory
// that try gets is for what it makes and is removed at the end.
func Each[T, R any](ctx context.Context, network Network, all []T,
	try func(ctx context.Context, p *rig.Platform, directory string, one T) R,
) (results []R, err error) {
	scratch, err := rig.NewScratch()
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()

	started, err := rig.Start(ctx, scratch, cluster.Options{
		ClusterRange:   network.VMs,
		BuildRange:     network.Builders,
		Bridge:         network.Bridge,
		PublicRegistry: baseimages.PublicRegistry(ctx),
		Environ:        []string{"ZEITWORK_KEEP_WARM=0s"},
		Progress:       Say,
	})
	if err != nil {
		return nil, err
	}

	defer func() { err = errors.Join(err, started.Stop(context.WithoutCancel(ctx))) }()

	for _, one := range all {
		if ctx.Err() != nil {
			return results, ctx.Err()
		}

		results = append(results, try(ctx, started, filepath.Join(scratch, "sources"), one))
	}

	return results, nil
}

// Say writes a line about a part of the work to the standard error, with the time.
func Say(part, detail string) {
	fmt.Fprintln(os.Stderr, time.Now().Format(time.TimeOnly), part, detail)
}
