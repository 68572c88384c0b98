package detecttest

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/dockerfile"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// Detectors are asked about a source in their order, as package detect asks all that there are.
type Detectors []func(tree source.Tree, settings buildplan.Settings) (buildplan.Plan, bool, error)

// errNotTaken is returned where no detector takes the source. It is not the user's.
var errNotTaken = errors.New("no detector takes the source")

// Detect returns the plan of the first detector that takes the files.
func (d Detectors) Detect(t *testing.T, files map[string]string, settings buildplan.Settings) (buildplan.Plan, error) {
	t.Helper()

	return d.DetectIn(t, NewTree(t, files), settings)
}

// DetectIn is Detect for a directory with files that the test wrote itself.
func (d Detectors) DetectIn(t *testing.T, directory string, settings buildplan.Settings) (buildplan.Plan, error) {
	t.Helper()

	if settings.BaseImages == nil {
		settings.BaseImages = buildplan.DefaultBaseImages()
	}

	tree, err := source.Open(directory, settings.RootDirectory)
	if err != nil {
		return buildplan.Plan{}, err
	}
	defer tree.Close()

	for _, detect := range d {
		if plan, ok, err := detect(tree, settings); ok || err != nil {
			return plan, err
		}
	}

	return buildplan.Plan{}, errNotTaken
}

// RequirePlan requires that there is a plan whose Dockerfile can be built.
func (d Detectors) RequirePlan(t *testing.T, files map[string]string, settings buildplan.Settings) buildplan.Plan {
	t.Helper()

	plan, err := d.Detect(t, files, settings)
	require.NoError(t, err)

	if plan.Dockerfile != "" {
		parsed, err := dockerfile.Parse("Dockerfile", []byte(plan.Dockerfile))
		require.NoError(t, err)
		require.Contains(t, parsed.ExposedPorts, plan.Port)
	}

	return plan
}

// RequireError requires that the user can mend what keeps the files from being built, and is told so.
func (d Detectors) RequireError(t *testing.T, files map[string]string, settings buildplan.Settings, words ...string) {
	t.Helper()

	_, err := d.Detect(t, files, settings)
	RequireUsers(t, err, words...)
}

// RequireNotTaken requires that the files are left to other detectors.
func (d Detectors) RequireNotTaken(t *testing.T, files map[string]string, settings buildplan.Settings) {
	t.Helper()

	_, err := d.Detect(t, files, settings)
	require.ErrorIs(t, err, errNotTaken)
}
