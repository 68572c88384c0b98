package source_test

import (
	"testing"

	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

func TestOpen_RootDirectoryThatIsNone_IsToldToTheUser(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		files         map[string]string
		rootDirectory string
		words         string
	}{
		"not there":     {map[string]string{"Dockerfile": "FROM scratch"}, "web", `no directory "web"`},
		"a file":        {map[string]string{"web": ""}, "web", `"web" is not a directory`},
		"above":         {nil, "..", "leads out of the repository"},
		"above, hidden": {map[string]string{"a/b": ""}, "a/../../x", "leads out of the repository"},
		"absolute":      {nil, "/etc", "leads out of the repository"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := source.Open(detecttest.NewTree(t, test.files), test.rootDirectory)
			detecttest.RequireUsers(t, err, test.words)
		})
	}
}
