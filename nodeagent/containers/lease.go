package containers

import (
	"context"
	"fmt"
	"time"

	"github.com/containerd/containerd/v2/core/leases"
	"github.com/containerd/errdefs"
	"github.com/google/uuid"
)

const (
	leasePrefix = "zeitwork-vm-"

	// leaseLifetime is longer than any start takes. A lease that was never released ends by itself.
	leaseLifetime = time.Hour
)

// hold returns a context with a lease: containerd's garbage collection keeps all that is made in it, until release. The lease is named for the VM,
// so that the next agent finds the lease of a start that was cut short; those that containerd's client makes by itself have random names.
func (r *Runtime) hold(ctx context.Context, vm uuid.UUID) (context.Context, error) {
	_, err := r.client.LeasesService().Create(ctx, leases.WithID(leasePrefix+vm.String()), leases.WithExpiration(leaseLifetime))
	if err != nil && !errdefs.IsAlreadyExists(err) {
		return nil, fmt.Errorf("take a lease: %w", err)
	}

	return leases.WithLease(ctx, leasePrefix+vm.String()), nil
}

// release ends the VM's lease.
func (r *Runtime) release(ctx context.Context, vm uuid.UUID, options ...leases.DeleteOpt) error {
	err := r.client.LeasesService().Delete(ctx, leases.Lease{ID: leasePrefix + vm.String()}, options...)
	if err != nil && !errdefs.IsNotFound(err) {
		return fmt.Errorf("release a lease: %w", err)
	}

	return nil
}
