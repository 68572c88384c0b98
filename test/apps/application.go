package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/test/rig"
)

// application is one whole application, and what shows that it works.
type application struct {
	name string
	// framework is what people call what it is made with.
	framework string
	// write makes its source in a folder that is not there yet.
	write func(ctx context.Context, dir string) error
	// manager is the package manager that locks its dependencies; empty: its source is locked already, or has none.
	manager manager
	// path is the page that is asked for, and text what that has to say. The path is / where it is empty.
	path, text string
	variables  map[string]string
}

// source makes the repository with the application's source in one commit.
func (a application) source(ctx context.Context, dir string) (*rig.Repository, error) {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return nil, fmt.Errorf("make a folder for the source: %w", err)
	}

	if err := a.write(ctx, dir); err != nil {
		return nil, fmt.Errorf("make the source: %w", err)
	}

	if err := a.manager.lock(ctx, dir); err != nil {
		return nil, fmt.Errorf("lock the dependencies: %w", err)
	}

	repository, err := rig.NewRepository(ctx, dir)
	if err != nil {
		return nil, err
	}

	_, err = repository.Commit(ctx)

	return repository, err
}
