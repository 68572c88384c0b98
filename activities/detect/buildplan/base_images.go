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
)

//go:embed base_images.json
var defaultBaseImages []byte

// The runtimes, as the table names them.
const (
	RuntimeNode   = "node"
	RuntimeRuby   = "ruby"
	RuntimePHP    = "php"
	RuntimeStatic = "static"
)

// BaseImages is the table of the images that generated Dockerfiles start from, by runtime: node, ruby, php and static.
type BaseImages map[string]Runtime

// Runtime is what the table has of one runtime.
type Runtime struct {
	// Default is the version for sources that do not ask for one.
	Default string `json:"default"`
	// Images are references, with or without a digest, by version: "22", "3.3".
	Images map[string]string `json:"images"`
	// Exact is the reference for versions beside the lines, such as the exact one that a source names, with {version} in its place. Empty: there are none.
	Exact string `json:"exact,omitempty"`

	// lacking are the references that the registry turned out not to have.
	lacking []string
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

	// A plain map: to decode into BaseImages would call this function again, through UnmarshalText.
	table := map[string]Runtime{}
	if err := decoder.Decode(&table); err != nil {
		return nil, fmt.Errorf("the table of base images is not as it should be: %w", err)
	}

	return table, BaseImages(table).Check()
}

// UnmarshalText reads a table from a configuration value.
func (b *BaseImages) UnmarshalText(text []byte) error {
	table, err := ParseBaseImages(text)
	if err == nil {
		*b = table
	}

	return err
}

// exactVersion stands in Runtime.Exact for the version.
const exactVersion = "{version}"

// ExactImage returns the reference of the image of one exact version. Exact must not be empty.
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

// Versions returns those of the table, the oldest first.
func (r Runtime) Versions() []string {
	return slices.SortedFunc(maps.Keys(r.Images), func(a, b string) int {
		return semver.MustParse(a).Compare(semver.MustParse(b))
	})
}
