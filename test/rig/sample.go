package rig

import (
	"context"
	"fmt"
	"io/fs"
	"os"

	"github.com/zeitwork/zeitwork/examples"
)

// Sample is the repository of an app whose versions differ in one line.
type Sample struct {
	*Repository

	file, text string
}

// NewSample makes a repository of an app in a folder, without a commit yet. The file has a line with the text that each change replaces; a file
// that does not is an error.
func NewSample(ctx context.Context, dir, file, text string) (*Sample, error) {
	repository, err := NewRepository(ctx, dir)
	if err != nil {
		return nil, err
	}

	s := &Sample{Repository: repository, file: file, text: text}
	// Nothing is changed: this finds out whether the text is there.
	if err := s.Replace(file, text, text); err != nil {
		return nil, fmt.Errorf("choose another line of the app to change: %w", err)
	}

	return s, nil
}

// Change has the line say another text, commits that, and returns the commit's hash.
func (s *Sample) Change(ctx context.Context, text string) (string, error) {
	if err := s.Replace(s.file, s.text, text); err != nil {
		return "", err
	}

	s.text = text

	return s.Commit(ctx)
}

// NewNodeSample makes a repository of examples/node-dockerfile, whose greeting each change replaces, with a first commit.
func NewNodeSample(ctx context.Context, dir string) (*Sample, error) {
	tree, err := fs.Sub(examples.NodeDockerfile, "node-dockerfile")
	if err != nil {
		return nil, fmt.Errorf("find the sample: %w", err)
	}

	if err := os.CopyFS(dir, tree); err != nil {
		return nil, fmt.Errorf("copy the sample: %w", err)
	}

	sample, err := NewSample(ctx, dir, "server.js", "Hello from Zeitwork")
	if err != nil {
		return nil, err
	}

	_, err = sample.Commit(ctx)

	return sample, err
}
