package localcluster

import (
	"context"
	"errors"
)

// Parts returns the names of all parts.
func (c *Cluster) Parts() []string { return nil }

// Hold kills a part and keeps it from being started again until Release.
func (c *Cluster) Hold(context.Context, string) error { return errors.ErrUnsupported }

// Release lets a held part start again, and returns when it is ready.
func (c *Cluster) Release(context.Context, string) error { return errors.ErrUnsupported }

// Replace ends a service in an orderly way, starts it again from another zeitwork binary, and returns when it is ready.
func (c *Cluster) Replace(context.Context, string, string) error { return errors.ErrUnsupported }
