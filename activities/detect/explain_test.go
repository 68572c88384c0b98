package detect

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExplain_OutputOfEachFramework_IsKnown(t *testing.T) {
	t.Parallel()

	for output, words := range map[string]string{
		"Error: Environment variable not found: DATABASE_URL.\n":             "reads the environment variable DATABASE_URL",
		"bin/rails aborted!\nKeyError: key not found: \"STRIPE_KEY\"\n":      "the environment variable STRIPE_KEY while assets are compiled",
		"Vite manifest not found at: /app/public/build/manifest.json":        "there is no /app/public/build/manifest.json",
		"> build\n> tsc\n\nsh: 1: tsc: not found\n":                          "There is no command tsc.",
		"Could not open library 'libcurl': libcurl: cannot open shared file": "A gem loads the library libcurl, which is not there.",
	} {
		sentence, ok := Explain(output)
		require.True(t, ok, output)
		require.Contains(t, sentence, words)
	}

	_, ok := Explain("added 70 packages in 2s\n")
	require.False(t, ok)
}

func TestExplain_ProgramThatAScriptOfComposerLacks_IsNotLookedForInPackageJSON(t *testing.T) {
	t.Parallel()

	sentence, ok := Explain("sh: 1: captainhook: not found\nScript captainhook install -f handling the post-autoload-dump event returned with error code 127")
	require.True(t, ok)
	require.Contains(t, sentence, "post-autoload-dump in composer.json runs `captainhook install -f`, and there is no program captainhook")
}
