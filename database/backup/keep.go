package backup

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// leftoverAge is how much older than the newest backup is what nobody still writes.
const leftoverAge = 24 * time.Hour

// Keep deletes all backups that were made with the keys but the newest ones, with what backups left that were cut off. It returns how many it has deleted.
func Keep(ctx context.Context, keys secret.Keys, config Config, most int) (int, error) {
	if most < 1 {
		return 0, problem.New(problem.Invalid, "The newest backup is never deleted: --keep is 1 at the least.")
	}

	store, err := config.Store()
	if err != nil {
		return 0, err
	}

	found, err := list(ctx, store)
	if err != nil {
		return 0, err
	}

	own, others := lo.FilterReject(found, func(backup listed, _ int) bool { return backup.isOf(keys) })
	if len(own) == 0 {
		return 0, nil
	}

	old := lo.DropRight(own, most)

	// The manifest goes first: what is left of one that was cut off is no backup.
	for _, backup := range old {
		if err := store.Delete(ctx, backup.Name+manifestSuffix); err != nil {
			return 0, err
		}
	}

	kept := lo.Keyify(lo.Map(slices.Concat(lo.Drop(own, len(old)), others), func(backup listed, _ int) string { return backup.dump() }))
	dropped := lo.Keyify(lo.Map(old, func(backup listed, _ int) string { return backup.dump() }))
	leftBefore := namePrefix + own[len(own)-1].SnapshotAt.UTC().Add(-leftoverAge).Format(nameTime)

	names, err := store.List(ctx)
	if err != nil {
		return 0, err
	}

	for _, name := range names {
		if lo.HasKey(kept, name) {
			continue
		}

		// A dump without a manifest may be under way, here or on another platform.
		begun := strings.TrimPrefix(name, unfinishedPrefix)
		left := strings.HasPrefix(begun, namePrefix) && strings.HasSuffix(begun, dumpSuffix) && begun < leftBefore

		if !left && !lo.HasKey(dropped, name) {
			continue
		}

		if err := store.Delete(ctx, name); err != nil {
			return 0, err
		}
	}

	return len(old), nil
}
