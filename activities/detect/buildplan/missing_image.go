package buildplan

import (
	"strings"

	"github.com/samber/lo"
)

// Missing is Plan.Missing for an image: a sentence that says why its version was chosen, and which others there are. reason is a sentence that says who asked
// for the version.
func (r Runtime) Missing(image Image, reason string) map[string]string {
	others := lo.Without(r.Versions(), image.Version)
	advice := "Add a Dockerfile."

	if len(others) > 0 {
		advice = "Ask for another version, or add a Dockerfile: there are " + strings.Join(others, ", ") + "."
	}

	return map[string]string{image.Reference: NoImage(reason, image.Reference) + advice}
}

// NoImage is the beginning of the sentence about an image that the registry lacks. reason is a sentence that says who asked for it.
func NoImage(reason, image string) string {
	return reason + " But the registry has no image " + strings.TrimPrefix(image, officialImages) + ". "
}

// officialImages is where Docker's official images stand. Their names are written without it.
const officialImages = "docker.io/library/"
