package containers

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// hang is a call that containerd never answers. It requires that containerd hears of no deadline.
func hang(t *testing.T) grpc.UnaryInvoker {
	t.Helper()

	return func(ctx context.Context, _ string, _, _ any, _ *grpc.ClientConn, _ ...grpc.CallOption) error {
		_, has := ctx.Deadline()
		require.False(t, has)
		<-ctx.Done()

		return ctx.Err()
	}
}

func TestLimitCall_ContainerdHangs_TheCallFails(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		call := limitCall(callTime)

		err := call(t.Context(), "/containerd.services.tasks.v1.Tasks/Kill", nil, nil, nil, hang(t))
		require.ErrorContains(t, err, "containerd has not answered /containerd.services.tasks.v1.Tasks/Kill within 2m0s")
		require.Equal(t, codes.DeadlineExceeded, status.Code(err))

		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()

		err = call(impatient, "/containerd.services.tasks.v1.Tasks/Kill", nil, nil, nil, hang(t))
		require.ErrorIs(t, err, context.Canceled, "the caller's own deadline")
	})
}

func TestLimitCall_WhatTakesAnyTime_IsWaitedFor(t *testing.T) {
	t.Parallel()

	broken := errors.New("containerd went away")

	synctest.Test(t, func(t *testing.T) {
		err := limitCall(callTime)(t.Context(), "/containerd.services.tasks.v1.Tasks/Wait", nil, nil, nil,
			func(ctx context.Context, _ string, _, _ any, _ *grpc.ClientConn, _ ...grpc.CallOption) error {
				time.Sleep(24 * time.Hour)

				return errors.Join(broken, ctx.Err())
			})
		require.ErrorIs(t, err, broken)
		require.NotErrorIs(t, err, context.Canceled)
	})
}

func TestOutlast_EndsThatLongAfterItsParent(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		parent, end := context.WithCancel(t.Context())

		outlasting, cancel := outlast(parent, startTime)
		defer cancel()

		end()

		begun := time.Now()

		<-outlasting.Done()
		require.Equal(t, startTime, time.Since(begun))
	})
}
