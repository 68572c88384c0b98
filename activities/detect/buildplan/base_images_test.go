package buildplan

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBaseImages_ChoiceIsTheDefault_ElseTheNewestThatIsAccepted(t *testing.T) {
	t.Parallel()

	runtime := Runtime{Default: "22", Images: map[string]string{"9": "a", "20": "b", "22": "c", "24": "d"}}

	for name, test := range map[string]struct {
		accepted []string
		want     string
		ok       bool
	}{
		"all":          {[]string{"9", "20", "22", "24"}, "22", true},
		"others":       {[]string{"9", "20", "24"}, "24", true},
		"the oldest":   {[]string{"9"}, "9", true},
		"none of ours": {[]string{"25"}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			version, ok := runtime.Choose(func(version string) bool { return slices.Contains(test.accepted, version) })
			require.Equal(t, test.ok, ok)
			require.Equal(t, test.want, version)
		})
	}
}

func TestBaseImages_TableThatIsNotComplete_IsRefusedWithWhatIsWrong(t *testing.T) {
	t.Parallel()

	for text, words := range map[string]string{
		`[]`:                     "not as it should be",
		`{"node":{"images":{}}}`: `node: there is no image of the default version ""`,
		`{"node":{"default":"1","images":{"1":"Not A Reference"}}}`:             "the image of version 1",
		`{"node":{"default":"1","images":{"1":"node:1","latest":"node:2"}}}`:    `"latest" is not a version`,
		`{"node":{"default":"1","images":{"1":"node:1"}}}`:                      "ruby: there is no image",
		`{"node":{"default":"1","images":{"1":"node:1"},"exact":"node:2"}}`:     "does not have {version} in it",
		`{"node":{"default":"1","images":{"1":"node:1"},"exact":"{version}:"}}`: "the image of exact versions",
		`{"node":{"standard":"1"}}`:                                             "standard",
	} {
		require.ErrorContains(t, new(BaseImages).UnmarshalText([]byte(text)), words)
	}

	require.NoError(t, new(BaseImages).UnmarshalText(defaultBaseImages))
}
