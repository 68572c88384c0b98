package buildplan

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/google/go-containerregistry/pkg/name"
)

// Check returns an error for a table that lacks a runtime or holds what cannot be used.
func (b BaseImages) Check() error {
	for _, known := range []string{RuntimeNode, RuntimeRuby, RuntimePHP, RuntimeStatic} {
		if err := b[known].check(); err != nil {
			return fmt.Errorf("the table of base images, %s: %w", known, err)
		}
	}

	return nil
}

// check returns what is wrong with the images of a runtime, as the end of a sentence.
func (r Runtime) check() error {
	if r.Images[r.Default] == "" {
		return fmt.Errorf("there is no image of the default version %q", r.Default)
	}

	for version, reference := range r.Images {
		if _, err := semver.NewVersion(version); err != nil {
			return fmt.Errorf("%q is not a version: write one such as 22 or 3.3", version)
		}

		if _, err := name.ParseReference(reference); err != nil {
			return fmt.Errorf("the image of version %s: %w", version, err)
		}
	}

	return r.checkExact()
}

func (r Runtime) checkExact() error {
	if r.Exact == "" {
		return nil
	}

	if !strings.Contains(r.Exact, exactVersion) {
		return fmt.Errorf("the image of exact versions, %s, does not have %s in it", r.Exact, exactVersion)
	}

	if _, err := name.ParseReference(r.ExactImage(r.Default)); err != nil {
		return fmt.Errorf("the image of exact versions: %w", err)
	}

	return nil
}
