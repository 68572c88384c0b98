package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/doctor"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// platformDoctorOutput is what an operator with this token sees of `zeitwork doctor --platform`, and the code that it ends with.
func platformDoctorOutput(t *testing.T, url, token string, arguments ...string) (output string, code int) {
	t.Helper()

	executable, err := os.Executable()
	require.NoError(t, err)

	command := exec.CommandContext(t.Context(), executable, append([]string{"doctor", "--platform"}, arguments...)...)
	command.Env = []string{AsProgram + "=1", "HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "ZEITWORK_API_URL=" + url, "ZEITWORK_TOKEN=" + token}

	written, _ := command.CombinedOutput() // The code tells.

	return string(written), command.ProcessState.ExitCode()
}

func TestDoctorPlatform_NothingRunsButTheAPI_SaysForWhatAnOperatorIsNeeded(t *testing.T) {
	t.Parallel()

	c := startCopies(t, 1, "ZEITWORK_SECRET_KEY="+secret.GenerateKey().Encode())
	at := c.copies[0].url

	shown, code := platformDoctorOutput(t, at, c.tokens.User)
	require.Equal(t, 1, code, shown)
	require.Contains(t, shown, `
! nodes                    node-1 was never in touch
                           → zeitwork nodes join node-1 prints the command for its machine
✗ nodes                    none is ready and in touch: nothing can be placed
`)
	require.Contains(t, shown, "\n✓ queues                   no job waits for a worker\n")
	require.Contains(t, shown, "\nAn operator is needed: 4 of these lines (✗) say for what.\n")

	written, code := platformDoctorOutput(t, at, c.tokens.User, "--json")
	require.Equal(t, 1, code, written)

	var list struct {
		Items []doctor.Finding `json:"items"`
	}
	require.NoError(t, json.Unmarshal([]byte(written), &list))
	require.Contains(t, list.Items, doctor.Finding{Part: "workers", Needed: true, Detail: "none is in touch: nothing is deployed", Advice: "start `zeitwork worker`"})

	_, err := c.pool.Exec(t.Context(), "UPDATE users SET operator = false")
	require.NoError(t, err)

	refused, code := platformDoctorOutput(t, at, c.tokens.User)
	require.NotZero(t, code)
	require.Contains(t, refused, "operator")
}
