package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/examples"
	"github.com/zeitwork/zeitwork/local/fakegithub"
)

// wanted is what the website says of the variables that it reads.
const wanted = `# Where the content comes from
CONTENT_API_KEY=
# What visitors are counted with; empty: nothing
ANALYTICS_ID=
SITE_URL=https://acme.example
`

// websiteFiles returns a Next.js app that says which variables it wants. It has no project: it is there to be chosen for a new one.
func websiteFiles() (files map[string]fakegithub.File, err error) {
	parent, err := os.MkdirTemp("", "zeitwork-demo-")
	if err != nil {
		return nil, fmt.Errorf("make a directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(parent)) }()

	directory := filepath.Join(parent, "website")
	if err := examples.Write(directory, "nextjs", examples.NPM); err != nil {
		return nil, err
	}

	if files, err = fakegithub.ReadFiles(os.DirFS(directory)); err != nil {
		return nil, err
	}

	files[".env.example"] = fakegithub.File{Content: []byte(wanted)}

	return files, nil
}
