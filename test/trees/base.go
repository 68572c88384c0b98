package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/examples"
	"github.com/zeitwork/zeitwork/test/fixtures"
	"github.com/zeitwork/zeitwork/test/rig"
)

// base is an example that a tree is laid over: an application of Rails or Laravel has many files that are not what its case is about.
type base string

const (
	rails   base = "rails"
	laravel base = "laravel"
)

// write puts the example into a directory that has none of its files yet. An example that is not complete lacks the gems or PHP packages that a machine may
// have to make by itself, which detection does not look at.
func (b base) write(ctx context.Context, directory string, complete bool) error {
	switch {
	case b == "":
		return nil
	case b == rails && complete:
		return fixtures.WriteRails(ctx, directory, rig.CacheDir())
	case b == rails:
		return examples.WriteRails(directory)
	case b == laravel && complete:
		return fixtures.WriteLaravel(ctx, directory, rig.CacheDir())
	case b == laravel:
		// The repository of PHP packages has to be there, whatever is in it.
		return errors.Join(examples.WriteLaravel(directory), os.Mkdir(filepath.Join(directory, "artifacts"), 0o755))
	default:
		return fmt.Errorf("there is no example %q", b)
	}
}
