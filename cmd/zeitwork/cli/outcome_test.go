package cli

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestOutcome_ExitCodeTellsWhoseMoveItIs(t *testing.T) {
	t.Parallel()

	failed := func(code string) client.Deployment {
		return client.Deployment{
			State: client.DeploymentStateFailed, Step: "build", Error: &client.DeploymentError{Code: client.DeploymentErrorCode(code), Message: "Because."},
		}
	}

	cases := map[string]struct {
		deployment client.Deployment
		want       int
	}{
		"live":                    {client.Deployment{State: client.DeploymentStateLive}, ExitOK},
		"live, and then replaced": {client.Deployment{State: client.DeploymentStateRetired}, ExitOK},
		"the app's fault":         {failed("invalid"), ExitApp},
		"the platform's fault":    {failed("internal"), ExitFailure},
		"something was away":      {failed("unavailable"), ExitFailure},
		"cancelled":               {client.Deployment{State: client.DeploymentStateCancelled}, ExitStopped},
		"superseded":              {client.Deployment{State: client.DeploymentStateSuperseded}, ExitStopped},
		"held":                    {client.Deployment{State: client.DeploymentStateDeploying, HeldAt: new(time.Now())}, ExitStopped},
	}

	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, ExitCode(Outcome(&c.deployment)))
		})
	}
}

func TestRefusal_NamesTheFieldsAndTheWayToSignIn(t *testing.T) {
	t.Parallel()

	err := refusal(422, []byte(`{"detail":"The request is not valid.","errors":[{"message":"too long","location":"body.name"}]}`))
	require.EqualError(t, err, "The request is not valid.\n  name: too long")
	require.Equal(t, ExitUsage, ExitCode(err))

	err = refusal(401, []byte(`{"detail":"The token is not valid."}`))
	require.ErrorContains(t, err, "zeitwork login")
	require.Equal(t, ExitSignedOut, ExitCode(err))
}
