package workflows

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/leaks"
)

const (
	// maxLeaks bounds how many things of a kind one look writes down.
	maxLeaks = 1000
	// restTooLong is how long after its cooldown an address rests before that is worth telling.
	restTooLong = 10 * time.Minute
	// markedTooLong is how long an image that nobody needs may stay in the registry: several passes try to take it out.
	markedTooLong = time.Hour
)

// lookForLeaks writes down what is there that no row needs, as far as workers see it: VMs that their node does not report as removed, addresses that
// cannot be given back, and images that cannot be taken out of the registry. It comes last in a pass, which removes most of it.
func (w *Worker) lookForLeaks(ctx context.Context, removed *collected) error {
	var err error

	for _, look := range []func(context.Context, *database.Queries) (leaks.Look, error){
		lookForVMs, w.lookForAddresses,
		func(ctx context.Context, queries *database.Queries) (leaks.Look, error) {
			return lookForImages(ctx, queries, removed)
		},
	} {
		err = errors.Join(err, database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
			found, err := look(ctx, queries)
			if err != nil {
				return fmt.Errorf("look for leaks: %w", err)
			}

			return leaks.Record(ctx, queries, nil, found)
		}))
	}

	return err
}

func lookForVMs(ctx context.Context, queries *database.Queries) (leaks.Look, error) {
	rows, err := queries.ListUnneededVMRows(ctx, seenWithin, maxLeaks)

	return leaks.Look{Kind: leaks.VM, Items: lo.Map(rows, func(row database.ListUnneededVMRowsRow, _ int) leaks.Item {
		detail := fmt.Sprintf("Node %s was told to remove it and reports it as %s.", row.NodeName, row.State)
		if !row.InTouch {
			detail = fmt.Sprintf("Node %s is out of touch, so that nobody knows whether it is gone. Delete the node if it does not come back.", row.NodeName)
		}

		return leaks.Item{Name: row.ID.String(), Detail: detail}
	})}, err
}

func (w *Worker) lookForAddresses(ctx context.Context, queries *database.Queries) (leaks.Look, error) {
	edge, err := queries.FindSilentEdge(ctx, edgeSilence)
	if errors.Is(err, pgx.ErrNoRows) {
		return leaks.Look{Kind: leaks.Address}, nil
	}

	if err != nil {
		return leaks.Look{}, err
	}

	detail := fmt.Sprintf("Edge %s has been silent since before its VM was gone and may still send requests there. "+
		"Delete the edge if it does not come back.", edge.Name)

	addresses, err := queries.ListRestingAddresses(ctx, w.config.AddressCooldown+restTooLong, maxLeaks)

	return leaks.Look{Kind: leaks.Address, Items: lo.Map(addresses, func(address netip.Addr, _ int) leaks.Item {
		return leaks.Item{Name: address.String(), Detail: detail}
	})}, err
}

// lookForImages tells of the registry what the pass could not take out of it. Repositories of which the database has no project any more are not seen: the
// registry tells of one repository at a time.
func lookForImages(ctx context.Context, queries *database.Queries, removed *collected) (leaks.Look, error) {
	if unread := removed.unread.Load(); unread > 0 {
		return leaks.Look{Kind: leaks.Image, Problem: fmt.Sprintf(
			"The repositories of some projects (%d) could not be looked through: the log of the worker says why.", unread)}, nil
	}

	rows, err := queries.ListUncollectedImages(ctx, markedTooLong, maxLeaks)

	return leaks.Look{Kind: leaks.Image, Items: lo.Map(rows, func(row database.ListUncollectedImagesRow, _ int) leaks.Item {
		return leaks.Item{
			Name: row.ProjectSlug + "@" + row.Digest, Detail: "No deployment of the project needs it, and the registry has not deleted it.",
		}
	})}, err
}
