// Command release makes a release of Zeitwork out of a checkout, into a folder: binaries, archives, Debian packages, images, lists of what is in them,
// and checksums with a signature.
//
//	go tool task release                    # everything, into dist/
//	go tool task release -- -only packages  # binaries, archives and Debian packages
//	go tool task release -- -check          # compiles the binaries of dist/ again, elsewhere and without a cache, and compares them
//
// The same commit makes the same files. These variables are its settings:
//
//	ZEITWORK_RELEASE_KEY_FILE      minisign's secret key that the checksums are signed with; without it they are not
//	ZEITWORK_RELEASE_KEY_PASSWORD  its password; left out for a key without one
//	ZEITWORK_CACHE_DIR             where the pinned daemons and tools are kept
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"aead.dev/minisign"
	"github.com/caarlos0/env/v11"

	"github.com/zeitwork/zeitwork/local/toolchain"
)

// config is what the environment says.
type config struct {
	Toolchain   toolchain.Config
	KeyFile     string `env:"ZEITWORK_RELEASE_KEY_FILE"`
	KeyPassword string `env:"ZEITWORK_RELEASE_KEY_PASSWORD"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])

	stop()

	if errors.Is(err, flag.ErrHelp) {
		os.Exit(2) // As other commands end that were called wrongly.
	}

	if err != nil {
		sayf("%v", err)
		os.Exit(1)
	}
}

// everything are the parts of a release, in the order in which they are made.
var everything = []string{"packages", "up", "images"}

func run(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	out := flags.String("out", "dist", "the `folder` to write to; what is in it goes")
	only := flags.String("only", strings.Join(everything, ","), "the parts to make")
	repository := flags.String("repository", "ghcr.io/zeitwork", "the `registry and folder` that images are named for")
	pushes := flags.Bool("push", false, "push the images there, too, with docker's credentials")
	check := flags.Bool("check", false, "compile the binaries of the folder again and compare them")

	if err := flags.Parse(arguments); err != nil {
		return flag.ErrHelp
	}

	parts := strings.Split(*only, ",")
	for _, part := range parts {
		if !slices.Contains(everything, part) {
			return fmt.Errorf("there is no part %q; the parts are %s", part, strings.Join(everything, ", "))
		}
	}

	config, err := env.ParseAs[config]()
	if err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}

	// What is started from here on need not have it.
	_ = os.Unsetenv("ZEITWORK_RELEASE_KEY_PASSWORD")

	source, err := toolchain.SourceDir()
	if err != nil {
		return err
	}

	identity, err := identify(ctx, source)
	if err != nil {
		return err
	}

	if *check {
		return checkAgain(ctx, source, *out, identity)
	}

	key, err := readKey(config.KeyFile, config.KeyPassword)
	if err != nil {
		return err
	}

	return makeAll(ctx, release{
		source: source, out: *out, identity: identity, repository: *repository, pushes: *pushes,
		tools: toolchain.Builder{
			CacheDir: config.Toolchain.CacheDir, SourceDir: source,
			Progress: func(part, detail string) { sayf("%s: %s", part, detail) },
		},
	}, parts, key)
}

// builtFolders are the folders of the checkout that npm's packages have built: the dashboard and the documentation, which become part of the binary.
func builtFolders() []string {
	return []string{filepath.Join("web", "dist"), filepath.Join("docs", "site", "dist")}
}

// release is one release that is being made.
type release struct {
	source, out string
	identity    identity
	tools       toolchain.Builder
	// repository is where images are, and pushes tells whether they are to get there.
	repository string
	pushes     bool
}

func makeAll(ctx context.Context, r release, parts []string, key *minisign.PrivateKey) error {
	sayf("making %s of commit %s", r.identity.version, r.identity.commit)

	for _, built := range builtFolders() {
		if _, err := os.Stat(filepath.Join(r.source, built, "index.html")); err != nil {
			return fmt.Errorf("%s is not built, and a release has it: run `go tool task release`, which builds it first: %w", built, err)
		}
	}

	if err := emptied(r.out); err != nil {
		return err
	}

	binaries, err := r.binaries(ctx)
	if err != nil {
		return err
	}
	defer binaries.remove()

	steps := map[string]func(context.Context, compiled) error{"packages": r.packages, "up": r.upArchive, "images": r.images}

	for _, part := range everything {
		if slices.Contains(parts, part) {
			if err := steps[part](ctx, binaries); err != nil {
				return err
			}
		}
	}

	return writeSums(r.out, key)
}

func sayf(format string, values ...any) { fmt.Fprintf(os.Stderr, "release: "+format+"\n", values...) }
