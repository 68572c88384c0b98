// Package leaks keeps what was found that no row needs: VMs, addresses, images and snapshots. Nodes look on their machine, workers in the registry and among
// the rows.
package leaks

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// The kinds of what is looked for, as the schema names them.
const (
	VM       = "vm"
	Address  = "address"
	Image    = "image"
	Snapshot = "snapshot"
)

// Grace is for how long something must have been found again and again before it is shown as a leak: until then whoever found it is about to remove it.
const Grace = 5 * time.Minute

// Item is one thing that no row needs.
type Item struct {
	// Name is unique among those of its kind and place.
	Name string
	// Detail is a sentence about what is left of it, or what keeps it.
	Detail string
}

// Look is what somebody who looked for one kind has found.
type Look struct {
	Kind  string
	Items []Item
	// Found is how many there were, where Items has not all of them.
	Found int
	// Problem is why it was no whole look; empty where it was one. What was found before is kept then.
	Problem string
}

// Record makes the look all that is known of its kind on the node, or of the platform itself where node is nil. It belongs into a transaction of its own.
func Record(ctx context.Context, queries *database.Queries, node *uuid.UUID, look Look) error {
	items := lo.UniqBy(look.Items, func(item Item) string { return item.Name })
	found := int32(max(look.Found, len(items))) //nolint:gosec // No machine holds two billion things.
	problem := lo.EmptyableToPtr(look.Problem)

	var (
		lookID uuid.UUID
		err    error
	)

	if node != nil {
		lookID, err = queries.RecordNodeLook(ctx, database.RecordNodeLookParams{
			ID: id.New(), NodeID: *node, Kind: look.Kind, Problem: problem, Found: found,
		})
	} else {
		lookID, err = queries.RecordPlatformLook(ctx, database.RecordPlatformLookParams{ID: id.New(), Kind: look.Kind, Problem: problem, Found: found})
	}

	if err != nil {
		return fmt.Errorf("record the look for leaks of the kind %s: %w", look.Kind, err)
	}

	if problem != nil {
		return nil
	}

	if err := queries.ReplaceLeaks(ctx, database.ReplaceLeaksParams{
		LookID:  lookID,
		Ids:     lo.Map(items, func(Item, int) uuid.UUID { return id.New() }),
		Names:   lo.Map(items, func(item Item, _ int) string { return item.Name }),
		Details: lo.Map(items, func(item Item, _ int) string { return item.Detail }),
	}); err != nil {
		return fmt.Errorf("record the leaks of the kind %s: %w", look.Kind, err)
	}

	return nil
}
