package frameworks

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/test/rig"
)

// newSample makes the repository of a framework's example, whose tree is also where the framework builds by itself.
func newSample(ctx context.Context, f framework, dir string) (*rig.Sample, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make a folder for the example: %w", err)
	}

	if err := f.write(ctx, dir, rig.CacheDir()); err != nil {
		return nil, err
	}

	s, err := rig.NewSample(ctx, dir, f.file, f.text)
	if err != nil {
		return nil, err
	}

	_, err = s.Commit(ctx)

	return s, err
}

// adopt commits the official Dockerfile, and the change of the source that it asks for.
func adopt(ctx context.Context, s *rig.Sample, o official) error {
	if err := os.WriteFile(filepath.Join(s.Dir, "Dockerfile"), []byte(o.dockerfile), 0o600); err != nil {
		return fmt.Errorf("write the official Dockerfile: %w", err)
	}

	if o.file != "" {
		if err := s.Replace(o.file, o.before, o.after); err != nil {
			return err
		}
	}

	_, err := s.Commit(ctx)

	return err
}
