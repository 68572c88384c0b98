package github

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

func (b *testBundle) typeCode(t *testing.T, device *Device, decision string) {
	t.Helper()

	answer := githubtest.Submit(t, device.VerificationURL, map[string]string{
		"user_code": device.UserCode, "login": githubtest.Owner, "decision": decision,
	})
	require.Equal(t, http.StatusOK, answer.Status, answer.Body)
}

func TestDevice_SignsInOnceTheCodeIsTyped(t *testing.T) {
	t.Parallel()

	b := setup(t)
	device, err := b.app.BeginDevice(t.Context())
	require.NoError(t, err)
	require.Equal(t, b.server.URL+"/login/device", device.VerificationURL)
	require.Equal(t, 5*time.Second, device.Interval)
	require.Equal(t, b.server.Clock.Now().Add(15*time.Minute), device.Expires)

	b.server.Clock.Advance(device.Interval)
	_, err = b.app.PollDevice(t.Context(), device)
	require.ErrorIs(t, err, ErrPending)
	require.Equal(t, 5*time.Second, device.Interval)

	b.server.Clock.Advance(time.Second)
	_, err = b.app.PollDevice(t.Context(), device)
	require.ErrorIs(t, err, ErrPending, "asked too early")
	require.Equal(t, 10*time.Second, device.Interval)

	answer := githubtest.Submit(t, device.VerificationURL, map[string]string{"user_code": "ABCD-EFGH", "login": githubtest.Owner, "decision": "authorize"})
	require.Equal(t, http.StatusUnprocessableEntity, answer.Status)

	b.typeCode(t, device, "authorize")
	b.server.Clock.Advance(device.Interval)
	token, err := b.app.PollDevice(t.Context(), device)
	require.NoError(t, err)

	profile, err := b.app.User(token.Access).Profile(t.Context())
	require.NoError(t, err)
	require.Equal(t, githubtest.Owner, profile.Login)

	b.server.Clock.Advance(device.Interval)
	_, err = b.app.PollDevice(t.Context(), device)
	require.Equal(t, problem.Unauthorized, problem.CodeOf(err), "a device signs in once")
}

func TestDevice_DeclinedOrTooLate_SaysSo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	declined, err := b.app.BeginDevice(t.Context())
	require.NoError(t, err)
	late, err := b.app.BeginDevice(t.Context())
	require.NoError(t, err)

	b.typeCode(t, declined, "cancel")
	b.server.Clock.Advance(declined.Interval)
	_, err = b.app.PollDevice(t.Context(), declined)
	require.Equal(t, problem.Forbidden, problem.CodeOf(err))

	b.server.Clock.Advance(15 * time.Minute)
	_, err = b.app.PollDevice(t.Context(), late)
	require.Equal(t, problem.Unauthorized, problem.CodeOf(err))
	require.Contains(t, problem.MessageOf(err), "in time")
}

func TestDevice_FlowThatIsOff_IsTheOperatorsToMend(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.SetDeviceFlow(b.App.ID, false)

	_, err := b.app.BeginDevice(t.Context())
	require.Equal(t, problem.Unavailable, problem.CodeOf(err))
	require.Contains(t, problem.MessageOf(err), "its device flow is off")
}
