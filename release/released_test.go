package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/samber/lo"
)

// The versions that tests run. They are the same program, which says another version each time.
const (
	firstVersion  = "v1.2.3-rc.1"
	secondVersion = "v1.2.4"
)

// released is what a release of one version has for this machine's architecture, as the paths of files.
type released struct {
	// image is the archive of the workers' image, debian the package.
	image, debian func() (string, error)
}

// releases are the releases by their versions. Each file is made when a test first asks for it.
//
//nolint:gochecknoglobals // Tests of one process share what takes seconds to make.
var (
	releases       = map[string]released{firstVersion: newReleased(firstVersion), secondVersion: newReleased(secondVersion)}
	releasesFolder = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "zeitwork-releases-") })
)

func TestMain(m *testing.M) {
	code := m.Run()

	if folder, err := releasesFolder(); err == nil {
		_ = os.RemoveAll(folder)
	}

	os.Exit(code)
}

func newReleased(version string) released {
	makeRelease := sync.OnceValues(func() (release, error) {
		r, err := newTestRelease()
		if err != nil {
			return r, err
		}

		folder, err := releasesFolder()
		if err != nil {
			return r, err
		}

		r.repository, r.identity.version, r.out = "ghcr.io/zeitwork", version, filepath.Join(folder, version)

		return r, os.Mkdir(r.out, 0o700)
	})
	program := sync.OnceValues(func() (string, error) {
		r, err := makeRelease()
		if err != nil {
			return "", err
		}

		file := filepath.Join(r.out, "zeitwork")

		return file, compile(context.Background(), r.source, runtime.GOARCH, file, r.identity, nil)
	})
	made := func(what func(r release, program string) (string, error)) func() (string, error) {
		return sync.OnceValues(func() (string, error) {
			r, releaseErr := makeRelease()
			binary, programErr := program()

			if err := errors.Join(releaseErr, programErr); err != nil {
				return "", err
			}

			return what(r, binary)
		})
	}

	return released{image: made(release.workerImage), debian: made(release.hostPackage)}
}

// workerImage makes the image as a release does, of this machine's own files, and returns the archive.
func (r release) workerImage(program string) (string, error) {
	worker, _ := lo.Find(recipes(), func(r recipe) bool { return r.name == "zeitwork-worker" })

	files, err := hostFiles()
	if err != nil {
		return "", err
	}

	image, _, err := r.image(worker, runtime.GOARCH, program, "", files)
	if err != nil {
		return "", err
	}

	index := mutate.AppendManifests(mutate.IndexMediaType(empty.Index, types.OCIImageIndex), mutate.IndexAddendum{Add: image})

	return filepath.Join(r.out, worker.name+"-"+r.identity.version+".oci.tar"), r.writeImage(context.Background(), worker.name, index)
}

// hostPackage makes the Debian package for this machine's architecture. It is not compressed, which takes half a minute, and is the release's in all else.
func (r release) hostPackage(program string) (string, error) {
	nfpm, err := exec.LookPath("nfpm")
	if err != nil {
		return "", fmt.Errorf("the package needs nfpm: %w", err)
	}

	folder := filepath.Join(r.out, "debian")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return "", err
	}

	configuration, err := r.debianConfig(folder, program, runtime.GOARCH)
	if err != nil {
		return "", err
	}

	configuration.Debian["compression"] = "none"

	if err := r.pack(context.Background(), nfpm, folder, configuration); err != nil {
		return "", err
	}

	found, err := filepath.Glob(filepath.Join(r.out, "*.deb"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("%s has not one package: %v: %w", r.out, found, err)
	}

	return found[0], nil
}
