package buildplan

import (
	"regexp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"
)

// Image is an image of a runtime.
type Image struct {
	// Version is a line of the table, such as 22, of which the image has the newest release; or one that a source asks for by more numbers, such as 22.11.0.
	Version   string
	Reference string
}

// Find returns an image that has an accepted version: that of a line of the table whose newest release is accepted, the default before one that the source
// names and that before the newest. Where there is none, it is the image of a version that the source names, such as 22.11.0 or, where the newest of 22.11
// is accepted, 22.11: the table says by Exact how the registry calls it. It is false where both are not to be had. named are in the order of their
// preference.
func (r Runtime) Find(accepts func(version *semver.Version) bool, named []string) (Image, bool) {
	fits := func(line string) bool { return accepts(NewestOf(line)) }
	isNamed := func(line string) bool { return fits(line) && (line == r.Default || lo.Contains(r.tags(named), line)) }

	for _, prefers := range []func(line string) bool{isNamed, fits} {
		if line, ok := r.Choose(prefers); ok {
			return r.OfLine(line), true
		}
	}

	return r.FindBeside(accepts, named)
}

// FindBeside is Find without the lines of the table.
func (r Runtime) FindBeside(accepts func(version *semver.Version) bool, named []string) (Image, bool) {
	for _, version := range r.tags(named) {
		image := Image{version, r.ExactImage(version)}
		if r.Exact != "" && accepts(NewestOf(version)) && !slices.Contains(r.lacking, image.Reference) {
			return image, true
		}
	}

	return Image{}, false
}

// Nearest returns the image of the line that an accepted version belongs to which the source names; false where the table has no such line.
func (r Runtime) Nearest(accepts func(version *semver.Version) bool, named []string) (Image, bool) {
	for _, version := range named {
		line, found := lo.Find(r.Versions(), func(line string) bool { return line == version || strings.HasPrefix(version, line+".") })
		if parsed, err := semver.NewVersion(version); err == nil && found && accepts(parsed) {
			return r.OfLine(line), true
		}
	}

	return Image{}, false
}

// OfLine is the image of a line of the table.
func (r Runtime) OfLine(line string) Image { return Image{line, r.Images[line]} }

// Lacking tells of a version that the source names whether the registry turned out not to have it. It is the name of its image, empty where the registry was
// not asked.
func (r Runtime) Lacking(named []string) string {
	for _, version := range slices.Backward(r.tags(named)) {
		if reference := r.ExactImage(version); slices.Contains(r.lacking, reference) {
			return strings.TrimPrefix(reference, officialImages)
		}
	}

	return ""
}

// tags are the versions that the source names, each behind the shorter ones that it belongs to, but for those that say less than the lines of the table.
func (r Runtime) tags(named []string) []string {
	least := strings.Count(r.Default, ".") + 1

	return lo.FlatMap(named, func(version string, _ int) []string {
		numbers := strings.Split(version, ".")

		return lo.Map(lo.RangeFrom(least, max(0, len(numbers)-least+1)), func(count int, _ int) string { return strings.Join(numbers[:count], ".") })
	})
}

// namedVersion matches each version that a range names.
var namedVersion = regexp.MustCompile(`\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?`)

// Named returns the versions that the text of a range names, the newest first.
func Named(text string) []string {
	found := lo.Filter(namedVersion.FindAllString(text, -1), func(version string, _ int) bool {
		_, err := semver.NewVersion(version)

		return err == nil
	})

	slices.SortStableFunc(found, func(a, b string) int { return semver.MustParse(b).Compare(semver.MustParse(a)) })

	return found
}

// NewestOf stands for the newest release of a version of one number or two, of which the table does not say what it is.
func NewestOf(version string) *semver.Version {
	const newest = 999

	parsed, numbers := semver.MustParse(version), strings.Count(version, ".")+1

	switch numbers {
	case 1:
		return semver.New(parsed.Major(), newest, newest, "", "")
	case 2: //nolint:mnd // Major and minor.
		return semver.New(parsed.Major(), parsed.Minor(), newest, "", "")
	default:
		return parsed
	}
}

// Without returns the table without images that a registry turned out not to have. The default becomes the newest line that is left.
func (b BaseImages) Without(references ...string) BaseImages {
	return lo.MapValues(b, func(runtime Runtime, _ string) Runtime {
		left := lo.OmitByValues(runtime.Images, references)
		runtime.lacking = slices.Concat(runtime.lacking, references)

		if len(left) == 0 {
			return runtime
		}

		runtime.Images = left
		if left[runtime.Default] == "" {
			runtime.Default = lo.LastOrEmpty(runtime.Versions())
		}

		return runtime
	})
}
