package systemservice

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSettings_AreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()

	settings := map[string]string{"ZEITWORK_API_URL": "https://[2001:db8::1]:8000/~api", "ZEITWORK_NODE_TOKEN": "zwn_a-b_c=", "EMPTY": ""}

	content, err := Service{SettingsNote: "# A note."}.FormatSettings(settings)
	require.NoError(t, err)
	require.Equal(t, settings, parseSettings(string(content)))
}

func TestSettings_WrittenByHand_AreRead(t *testing.T) {
	t.Parallel()

	require.Equal(t, map[string]string{"A": "1=2", "B": "two words", "C": "three"}, parseSettings("# A=0\n\nA=1=2\n  B=\"two words\"\nC='three'\nnonsense\n"))
}

func TestSettings_ValueThatAShellWouldReadOtherwise_IsRefusedWithoutShowingIt(t *testing.T) {
	t.Parallel()

	for _, value := range []string{"two words", "$(reboot)", "a\nB=1", "'", `\`} {
		_, err := Service{}.FormatSettings(map[string]string{"ZEITWORK_NODE_TOKEN": value})
		require.EqualError(t, err, "the value of ZEITWORK_NODE_TOKEN has a character that the file of settings cannot hold, such as a space or a quote")
	}
}

func TestWrite_TellsWhetherAnythingHasChanged_AndLeavesNothingBeside(t *testing.T) {
	t.Parallel()

	folder := filepath.Join(t.TempDir(), "new")
	path := filepath.Join(folder, "file")

	for _, step := range []struct {
		content string
		mode    os.FileMode
		changed bool
	}{{"one", 0o600, true}, {"one", 0o600, false}, {"two", 0o600, true}, {"two", 0o644, true}, {"two", 0o644, false}} {
		changed, err := Write(path, []byte(step.content), step.mode)
		require.NoError(t, err)
		require.Equal(t, step.changed, changed)

		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, step.mode, info.Mode().Perm())
	}

	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 1)
}
