package activities

import (
	"slices"
	"strings"

	"github.com/moby/buildkit/util/grpcerrors"
	"google.golang.org/grpc/codes"
)

// isBuildkitTrouble tells whether a build failed by no fault of its source: buildkitd, its machine or a registry could not do their part. What is not known
// to be of that kind is the source's, so that nobody waits for attempts which end alike.
func isBuildkitTrouble(err error) bool {
	if slices.Contains([]codes.Code{
		codes.Unavailable, codes.Internal, codes.ResourceExhausted, codes.Canceled, codes.DeadlineExceeded, codes.Aborted,
	}, grpcerrors.Code(err)) {
		return true
	}

	text := err.Error()

	return slices.ContainsFunc(troubleWords(), func(words string) bool { return strings.Contains(text, words) })
}

// troubleWords stand in the errors of buildkitd that have no code of their own.
func troubleWords() []string {
	return []string{
		// The network, and what stands at its other end.
		"connection refused", "connection reset", "broken pipe", "i/o timeout", "TLS handshake timeout", "no route to host", "network is unreachable",
		"server misbehaving", "use of closed network connection", "unexpected EOF", "context deadline exceeded", "context canceled",
		"failed to do request", "failed to push", "failed to authorize", "unexpected status", "failed to copy", "failed commit on ref",
		"500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout", "429 Too Many Requests",
		// The session between a worker and buildkitd.
		"no active session", "session healthcheck failed", "transport is closing", "buildkitd built an image and did not say which",
		// buildkitd's machine.
		"no space left on device", "disk quota exceeded", "input/output error", "read-only file system", "too many open files", "cannot allocate memory",
		"snapshot does not exist", "failed to create shim", "OCI runtime", "failed to create network", "database not open",
	}
}
