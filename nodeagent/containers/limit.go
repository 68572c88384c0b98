package containers

import (
	"context"
	"errors"
	"strings"
	"time"

	containerd "github.com/containerd/containerd/v2/client"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// callTime is how long containerd may take to answer a call. A start of Kata Containers is the longest: they give up after a minute.
const callTime = 2 * time.Minute

// Connect returns a client of the containerd at the socket, whose default namespace is the given one. Calls that have one answer fail where containerd
// does not give it in time.
func Connect(socket, namespace string) (*containerd.Client, error) {
	return containerd.New(socket, containerd.WithDefaultNamespace(namespace),
		containerd.WithExtraDialOpts([]grpc.DialOption{grpc.WithUnaryInterceptor(limitCall(callTime))}))
}

// takesAnyTime tells of a method whether it may take as long as it wants: to wait for a VM's end, to unpack a layer, to delete something and wait for the
// garbage collection, and all that has to do with snapshots, which wait for one another and for the garbage collection.
func takesAnyTime(method string) bool {
	if strings.HasPrefix(method, "/containerd.services.snapshots.v1.Snapshots/") {
		return true
	}

	switch method {
	case "/containerd.services.tasks.v1.Tasks/Wait", "/containerd.services.diff.v1.Diff/Apply",
		"/containerd.services.images.v1.Images/Delete", "/containerd.services.leases.v1.Leases/Delete":
		return true
	default:
		return false
	}
}

// limitCall gives up calls that take longer.
func limitCall(longest time.Duration) grpc.UnaryClientInterceptor {
	return func(
		ctx context.Context, method string, request, reply any, connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption,
	) error {
		if takesAnyTime(method) {
			return invoke(ctx, method, request, reply, connection, options...)
		}

		cause := status.Errorf(codes.DeadlineExceeded, "containerd has not answered %s within %s", method, longest)

		limited, cancel := limit(ctx, longest, cause)
		defer cancel()

		err := invoke(limited, method, request, reply, connection, options...)
		if err != nil && errors.Is(context.Cause(limited), cause) {
			return cause
		}

		return err
	}
}

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
