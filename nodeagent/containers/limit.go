package containers

import (
	"context"
	"time"
)

// limit returns a context that is cancelled with the cause when the time is over, or as ctx is. It has no deadline, also not the one of ctx: containerd
// would hear of it, and answers at that moment that there is no such VM.
func limit(ctx context.Context, longest time.Duration, cause error) (context.Context, context.CancelFunc) {
	limited, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	timer := time.AfterFunc(longest, func() { cancel(cause) })

	return limited, func() {
		stop()
		timer.Stop()
		cancel(nil)
	}
}

// outlast returns a context that ends that long after ctx does.
func outlast(ctx context.Context, longer time.Duration) (context.Context, context.CancelFunc) {
	outlasting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(longer, cancel) })

	return outlasting, func() {
		stop()
		cancel()
	}
}
