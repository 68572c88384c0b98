package buildplan

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/samber/lo"
)

//go:embed base_images.json
var defaultBaseImages []byte

// The runtimes of the table.
const (
	RuntimeNode   = "node"
	RuntimeRuby   = "ruby"
	RuntimePHP    = "php"
	RuntimeStatic = "static"
)

// BaseImages is the table of the images that generated Dockerfiles start from, by runtime: node, ruby, php and static.
type BaseImages map[string]Runtime

// Runtime is what the table has of one.
type Runtime struct {
	// Default is the version for sources that do not ask for one.
	Default string `json:"default"`
	// Images are references, with or without a digest, by version: "22", "3.3".
	Images map[string]string `json:"images"`
	// Exact is the reference for sources whose tools accept one exact version only, with {version} in its place. Empty: they get the image
	// of the version's line.
	Exact string `json:"exact,omitempty"`
}

// DefaultBaseImages is the table that is in force unless an operator brings another.
func DefaultBaseImages() BaseImages {
	table, err := ParseBaseImages(defaultBaseImages)
	if err != nil {
		panic(fmt.Sprintf("base_images.json: %v", err))
	}

	return table
}

// ParseBaseImages reads a table as JSON, in the form of base_images.json. It must have every runtime.
func ParseBaseImages(text []byte) (BaseImages, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()

	// Another type, as BaseImages itself is read by this function.
	table := map[string]Runtime{}
	if err := decoder.Decode(&table); err != nil {
		return nil, fmt.Errorf("the table of base images is not as it should be: %w", err)
	}

	return table, BaseImages(table).Check()
}

// Check returns an error for a table that lacks a runtime or holds what cannot be used.
func (b BaseImages) Check() error {
	for _, known := range []string{RuntimeNode, RuntimeRuby, RuntimePHP, RuntimeStatic} {
		if err := b[known].check(); err != nil {
			return fmt.Errorf("the table of base images, %s: %w", known, err)
		}
	}

	return nil
}

// UnmarshalText reads a table from a configuration value.
func (b *BaseImages) UnmarshalText(text []byte) error {
	table, err := ParseBaseImages(text)
	if err == nil {
		*b = table
	}

	return err
}

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

const exactVersion = "{version}"

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

// ExactImage is the reference for one exact version, where the table has Exact.
func (r Runtime) ExactImage(version string) string {
	return strings.ReplaceAll(r.Exact, exactVersion, version)
}

// Choose returns the default version where it is accepted, else the newest that is; false where none is.
func (r Runtime) Choose(accepts func(version string) bool) (string, bool) {
	if accepts(r.Default) {
		return r.Default, true
	}

	for _, version := range slices.Backward(r.Versions()) {
		if accepts(version) {
			return version, true
		}
	}

	return "", false
}

// Missing says, for an image that the registry may lack, who asked for it and what other versions there are to ask for.
func (r Runtime) Missing(version, reason string) map[string]string {
	image, others := r.Images[version], lo.Without(r.Versions(), version)
	advice := "Add a Dockerfile."

	if len(others) > 0 {
		advice = "Ask for another version, or add a Dockerfile: there are " + strings.Join(others, ", ") + "."
	}

	return map[string]string{image: NoImage(reason, image) + advice}
}

// NoImage begins what is said of a missing image.
func NoImage(reason, image string) string {
	return reason + " But the registry has no image " + strings.TrimPrefix(image, officialImages) + ". "
}

// officialImages is what Dockerfiles leave out of the names of these images.
const officialImages = "docker.io/library/"

// Versions are those of the table, rising.
func (r Runtime) Versions() []string {
	return slices.SortedFunc(maps.Keys(r.Images), func(a, b string) int {
		return semver.MustParse(a).Compare(semver.MustParse(b))
	})
}
