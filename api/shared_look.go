package api

import (
	"context"
	"time"
)

// sharedLook reads something once for many that wait for it.
type sharedLook[T any] struct {
	read func(ctx context.Context) (T, error)

	// turn is held by whoever reads, and guards what follows.
	turn chan struct{}
	// begunAt is when the reading of value began.
	begunAt time.Time
	value   T
}

func newSharedLook[T any](read func(ctx context.Context) (T, error)) *sharedLook[T] {
	return &sharedLook[T]{read: read, turn: make(chan struct{}, 1)}
}

// since returns what was read last where that reading began after notBefore, and else reads it anew.
func (l *sharedLook[T]) since(ctx context.Context, notBefore time.Time) (value T, err error) {
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return value, ctx.Err()
	}

	if l.begunAt.After(notBefore) {
		return l.value, nil
	}

	begun := time.Now()

	if value, err = l.read(ctx); err == nil {
		l.begunAt, l.value = begun, value
	}

	return value, err
}
