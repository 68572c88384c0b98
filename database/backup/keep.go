package backup

import (
	"context"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// Keep deletes all backups but the newest ones, with what backups left that were cut off before the newest. It returns how many it has deleted.
func Keep(ctx context.Context, config Config, most int) (int, error) {
	if most < 1 {
		return 0, problem.New(problem.Invalid, "The newest backup is never deleted: --keep is 1 at the least.")
	}

	store, err := config.Store()
	if err != nil {
		return 0, err
	}

	found, err := list(ctx, store)
	if err != nil || len(found) == 0 {
		return 0, err
	}

	old := lo.DropRight(found, most)

	// The manifest goes first: what is left of one that was cut off is no backup.
	for _, backup := range old {
		if err := store.Delete(ctx, backup.Name+manifestSuffix); err != nil {
			return 0, err
		}
	}

	kept := lo.Keyify(lo.Map(lo.Drop(found, len(old)), func(backup listed, _ int) string { return backup.dump() }))

	names, err := store.List(ctx)
	if err != nil {
		return 0, err
	}

	for _, name := range names {
		_, needed := kept[name]
		// A newer one may be under way.
		begun := strings.TrimPrefix(name, unfinishedPrefix)
		if needed || !strings.HasPrefix(begun, namePrefix) || !strings.HasSuffix(begun, dumpSuffix) || begun > found[len(found)-1].dump() {
			continue
		}

		if err := store.Delete(ctx, name); err != nil {
			return 0, err
		}
	}

	return len(old), nil
}
