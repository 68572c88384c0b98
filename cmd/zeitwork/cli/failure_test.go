package cli

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestFailureText_HasTheLinesOfTheApp(t *testing.T) {
	t.Parallel()

	failed := client.Deployment{
		State: client.DeploymentStateFailed, Step: "health_check",
		Error: &client.DeploymentError{Code: "invalid", Step: "health_check", Message: "It crashes.", Output: &[]string{"no database", "bye"}},
	}
	require.EqualError(t, Outcome(&failed), "the deployment failed at health_check: It crashes. Its last lines:\nno database\nbye")

	failed.Step, failed.Error.Step = "build", "build"
	require.EqualError(t, Outcome(&failed), "the deployment failed at build: It crashes.", "they were shown with the log")
}
