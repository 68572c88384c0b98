package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const setVariable = "PUT /v1/projects/" + projectID + "/environment-variables/"

// withVariables answers as a platform with the project shop, whose variables can be written.
func withVariables(t *testing.T, names ...string) *fakeAPI {
	t.Helper()

	f := platformWith(t, projectJSON("shop", "https://git.example.com/acme/shop", "main", ""))
	for _, name := range names {
		f.answers[setVariable+name] = `{"name":"` + name + `"}`
	}

	return f
}

func TestEnvSet_SeveralPairs_AreAllWritten(t *testing.T) {
	t.Parallel()

	f := withVariables(t, "A", "B")
	b := signedInTo(t, f)
	require.Equal(t, ExitOK, b.run(t, "env", "set", "A=1", "B=two=2", "-p", "shop"), b.err.String())
	require.Equal(t, "Wrote A, B of shop. The next deployment sees it.\n", b.out.String())
	require.Equal(t, []string{`{"value":"1"}`}, f.sent(setVariable+"A"))
	require.Equal(t, []string{`{"value":"two=2"}`}, f.sent(setVariable+"B"))
}

func TestEnvSet_NameThatCannotBeOne_WritesNothing(t *testing.T) {
	t.Parallel()

	for _, arguments := range [][]string{{"A=1", "b.c=2"}, {"A=1", "=2"}, {"A=1", "B"}, {"9A=1"}, {"A=1", "B=\xff"}} {
		f := withVariables(t, "A")
		b := signedInTo(t, f)
		require.Equal(t, ExitUsage, b.run(t, append([]string{"env", "set", "-p", "shop"}, arguments...)...))
		require.Empty(t, f.sent(setVariable+"A"), arguments)
	}
}

func TestReadValue_FromStandardInput_LosesItsLastNewlineOnly(t *testing.T) {
	t.Parallel()

	a := &app{Terminal: Terminal{In: strings.NewReader("one\ntwo\n\n")}}

	found, err := a.readVariables(t.Context(), []string{"KEY"}, "")
	require.NoError(t, err)
	require.Equal(t, []variable{{"KEY", "one\ntwo\n"}}, found)
}

func TestEnvImport_WritesAllVariablesOfTheFileButPort(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), ".env")
	require.NoError(t, os.WriteFile(path, []byte("A=1\nPORT=3000\nB='x y'\n"), 0o600))

	f := withVariables(t, "A", "B")
	b := signedInTo(t, f)
	require.Equal(t, ExitOK, b.run(t, "env", "import", path, "-p", "shop"), b.err.String())
	require.Contains(t, b.out.String(), "Wrote A, B of shop.")
	require.Contains(t, b.err.String(), "PORT is left out")
	require.Equal(t, []string{`{"value":"x y"}`}, f.sent(setVariable+"B"))

	require.NoError(t, os.WriteFile(path, []byte("A=1\nnonsense\n"), 0o600))
	require.Equal(t, ExitUsage, b.run(t, "env", "import", path, "-p", "shop"))
	require.Contains(t, b.err.String(), path+": line 2")
	require.Len(t, f.sent(setVariable+"A"), 1)
}
