package install_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/api/install"
)

// serve serves the program, and returns the URL of the server.
func serve(t *testing.T, program string) string {
	t.Helper()

	var server *httptest.Server

	server = httptest.NewServer(install.New(install.Options{
		APIURL: func() string { return server.URL }, Program: program, Failed: func(*http.Request, error) {},
	}))
	t.Cleanup(server.Close)

	return server.URL
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()

	response, err := http.Get(url) //nolint:noctx // It is the test's own server.
	require.NoError(t, err)

	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	return response.StatusCode, string(text)
}

func TestScript_NamesTheProgramThatIsServed(t *testing.T) {
	t.Parallel()

	url := serve(t, "") // The test's own program.
	status, script := get(t, url+"/install/node")
	require.Equal(t, http.StatusOK, status)
	require.NotRegexp(t, "@[A-Z_0-9]+@", script, "everything is filled in")
	require.Contains(t, script, "api='"+url+"'")

	named := regexp.MustCompile(`sum='([0-9a-f]{64})'`).FindStringSubmatch(script)
	require.NotNil(t, named)

	status, program := get(t, url+"/install/zeitwork/"+named[1])
	require.Equal(t, http.StatusOK, status)

	sum := sha256.Sum256([]byte(program))
	require.Equal(t, named[1], hex.EncodeToString(sum[:]))

	status, text := get(t, url+"/install/zeitwork/0123")
	require.Equal(t, http.StatusNotFound, status)
	require.Contains(t, text, "another build")
}

func TestScript_ProgramIsNotThere_SaysWhatToDo(t *testing.T) {
	t.Parallel()

	status, text := get(t, serve(t, filepath.Join(t.TempDir(), "nothing"))+"/install/node")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, text, "copy zeitwork to the machine")
}

func TestProgram_ManyFetchIt_OthersAreToldWhenToAskAgain(t *testing.T) {
	t.Parallel()

	// It is more than what stands in the buffers of a connection.
	file := filepath.Join(t.TempDir(), "program")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.NoError(t, os.Truncate(file, 64<<20))

	url := serve(t, file)
	_, script := get(t, url+"/install/node")
	program := url + "/install/zeitwork/" + regexp.MustCompile(`sum='([0-9a-f]{64})'`).FindStringSubmatch(script)[1]

	// Its bodies are closed when the test ends.
	begin := func() *http.Response {
		response, err := http.Get(program) //nolint:noctx // It is the test's own server.
		require.NoError(t, err)
		t.Cleanup(func() { _ = response.Body.Close() })

		return response
	}

	first := begin() //nolint:bodyclose // See above.
	require.Equal(t, http.StatusOK, first.StatusCode)

	for range 3 {
		require.Equal(t, http.StatusOK, begin().StatusCode) //nolint:bodyclose // See above.
	}

	refused := begin() //nolint:bodyclose // See above.
	require.Equal(t, http.StatusServiceUnavailable, refused.StatusCode)
	require.Equal(t, "30", refused.Header.Get("Retry-After"))

	_, err := io.Copy(io.Discard, first.Body)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		return begin().StatusCode == http.StatusOK //nolint:bodyclose // See above.
	}, 10*time.Second, 10*time.Millisecond)
}

// TestScript_IsRunFromAPipe has programs that say what a machine has, and one that stands in for zeitwork.
func TestScript_IsRunFromAPipe(t *testing.T) {
	t.Parallel()

	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("it needs curl")
	}

	for name, test := range map[string]struct {
		kind, machine, user, arguments string
		says                           string
		joins                          bool
	}{
		"joins":                {kind: "node", machine: "x86_64", user: "0", says: "fetching zeitwork", joins: true},
		"joins as an edge":     {kind: "edge", machine: "x86_64", user: "0", says: "fetching zeitwork", joins: true},
		"no root":              {kind: "edge", machine: "x86_64", user: "1000", says: "This needs root"},
		"another architecture": {kind: "node", machine: "riscv64", user: "0", says: "This machine is riscv64, and the platform serves zeitwork for amd64 alone"},
		"API by another name": {
			kind: "node", machine: "x86_64", user: "0", arguments: " ZEITWORK_API_URL=http://127.0.0.1:1",
			says: "could not be fetched from http://127.0.0.1:1/install/zeitwork/",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			folder := t.TempDir()
			write := func(name, content string) {
				require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\n"+content), 0o755))
			}
			write("uname", `[ "$1" = -m ] && echo `+test.machine+` || echo Linux`)
			write("id", "echo "+test.user)
			write("program", `echo "joined: $* with $ZEITWORK_JOIN_TOKEN; input: $(cat)" > `+folder+"/joined")

			// The machine of this test may have no systemd, for which the script looks at a folder.
			url := serve(t, filepath.Join(folder, "program"))
			command := exec.CommandContext(t.Context(), "sh", "-c", "curl -fsSL "+url+"/install/"+test.kind+" | sed 's,/run/systemd/system,"+folder+
				",' | ZEITWORK_JOIN_TOKEN=zwj_once sh -s --"+test.arguments+" --conformance")
			command.Env = []string{"PATH=" + folder + ":" + os.Getenv("PATH"), "TMPDIR=" + folder}

			output, err := command.CombinedOutput()
			require.Contains(t, string(output), test.says)

			joined, _ := os.ReadFile(filepath.Join(folder, "joined"))
			left, globErr := filepath.Glob(filepath.Join(folder, "tmp.*"))
			require.NoError(t, globErr)
			require.Empty(t, left, "what was fetched is removed")

			if !test.joins {
				require.Error(t, err)
				require.Empty(t, joined)

				return
			}

			require.NoError(t, err, "%s", output)
			require.Equal(t, "joined: "+test.kind+" join ZEITWORK_API_URL="+url+" --conformance with zwj_once; input:", strings.TrimSpace(string(joined)))
		})
	}
}
