package toolchain

import (
	"context"
	"errors"
	"fmt"

	"github.com/zeitwork/zeitwork/internal/flock"
)

// lock keeps other processes from building until the returned lock is closed. Where another builds, it calls waiting once and
// then waits for that build to end.
func lock(ctx context.Context, path string, waiting func()) (*flock.Lock, error) {
	held, err := flock.Try(path, flock.Exclusive)
	if errors.Is(err, flock.ErrHeld) {
		waiting()

		held, err = flock.Wait(ctx, path, flock.Exclusive)
	}

	if err != nil {
		return nil, fmt.Errorf("lock the build: %w", err)
	}

	return held, nil
}
