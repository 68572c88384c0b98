package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/examples"
	"github.com/zeitwork/zeitwork/local/fakegithub"
)

// What the demo GitHub of a new local platform has: a user, who administers an organization, and the examples as their repositories.
const (
	demoUser         = "dev"
	demoOrganization = "demo"
)

// seedGitHub fills the demo GitHub of a new local platform.
func seedGitHub(github *fakegithub.Server) error {
	github.AddUser(demoUser)
	github.AddOrganization(demoOrganization, demoUser)

	manager := func(name string) func(string) error {
		return func(dir string) error { return examples.Write(dir, name, examples.NPM) }
	}

	for _, example := range []struct {
		owner, name, description string
		private                  bool
		write                    func(dir string) error
	}{
		{demoUser, "hello", "A Node server with a Dockerfile", false, examples.WriteNodeDockerfile},
		{demoUser, "site", "A static site", false, examples.WriteStatic},
		{demoOrganization, "shop", "A Next.js app, for members alone", true, manager("nextjs")},
		{demoOrganization, "blog", "A Nuxt app", false, manager("nuxt")},
		{demoOrganization, "api", "A Node server in TypeScript", true, manager("node")},
		{demoOrganization, "dashboard", "A Vite app", false, manager("vite")},
		{demoOrganization, "accounts", "A Rails app", false, examples.WriteRails},
	} {
		files, err := filesOf(example.write)
		if err != nil {
			return fmt.Errorf("read the example for %s: %w", example.name, err)
		}

		repository := github.AddRepository(fakegithub.Repository{
			Owner: example.owner, Name: example.name, Description: example.description, Private: example.private,
		})
		github.Push(repository, "main", fakegithub.Commit{Message: "The example", Files: files})
	}

	return nil
}

// filesOf returns the files that an example writes.
func filesOf(write func(dir string) error) (files map[string]fakegithub.File, err error) {
	parent, err := os.MkdirTemp("", "zeitwork-example-")
	if err != nil {
		return nil, fmt.Errorf("make a directory: %w", err)
	}

	defer func() { err = errors.Join(err, os.RemoveAll(parent)) }()

	dir := filepath.Join(parent, "app")
	if err := write(dir); err != nil {
		return nil, err
	}

	return fakegithub.ReadFiles(os.DirFS(dir))
}
