package cli

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/examples"
)

// runDetect runs the command and returns what it wrote.
func runDetect(t *testing.T, arguments ...string) (string, error) {
	t.Helper()

	out := &bytes.Buffer{}
	commands := Commands(Terminal{In: &bytes.Buffer{}, Out: out, Err: &bytes.Buffer{}})
	command := commands[slices.IndexFunc(commands, func(c *cobra.Command) bool { return c.Name() == "detect" })]
	command.SilenceErrors, command.SilenceUsage = true, true
	command.SetArgs(arguments)

	err := command.Execute()

	return out.String(), err
}

func TestDetect_AsJSON_HasWhatAToolNeedsToKnow(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	require.NoError(t, examples.Write(dir, "nextjs", examples.NPM))

	text, err := runDetect(t, dir, "--json", "--variables", "NEXT_PUBLIC_GREETING,DATABASE_URL")
	require.NoError(t, err)

	var plan struct {
		Framework  string            `json:"framework"`
		Reason     string            `json:"reason"`
		Versions   map[string]string `json:"versions"`
		Port       int               `json:"port"`
		Dockerfile string            `json:"dockerfile"`
		Arguments  []string          `json:"arguments"`
	}

	require.NoError(t, json.Unmarshal([]byte(text), &plan))
	require.Equal(t, "nextjs", plan.Framework)
	require.Contains(t, plan.Reason, "package.json depends on next")
	require.Equal(t, map[string]string{"nextjs": "16.4.5", "node": "24"}, plan.Versions)
	require.Equal(t, 8080, plan.Port)
	require.Equal(t, []string{"NEXT_PUBLIC_GREETING"}, plan.Arguments)
	require.Contains(t, plan.Dockerfile, "\nARG NEXT_PUBLIC_GREETING\n")
	require.NotContains(t, plan.Dockerfile, "DATABASE_URL")
}

func TestDetect_Written_IsADockerfileThatIsDetectedFromThenOn(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	require.NoError(t, examples.Write(dir, "node", examples.NPM))

	text, err := runDetect(t, dir, "--write")
	require.NoError(t, err)
	require.Contains(t, text, "Commit it, and it is what is built.")
	require.FileExists(t, filepath.Join(dir, "Dockerfile"))
	require.FileExists(t, filepath.Join(dir, "Dockerfile.dockerignore"))

	text, err = runDetect(t, dir)
	require.NoError(t, err)
	require.Contains(t, text, "There is a Dockerfile. It exposes port 8080.")

	_, err = runDetect(t, dir, "--write")
	require.ErrorContains(t, err, "there is nothing to write")
}

func TestDetect_NothingThatIsKnown_ListsWhatWasLookedFor(t *testing.T) {
	t.Parallel()

	_, err := runDetect(t, t.TempDir())
	require.Equal(t, ExitApp, ExitCode(err))

	for _, words := range []string{"no Dockerfile", "package.json", "index.html"} {
		require.ErrorContains(t, err, words)
	}
}
