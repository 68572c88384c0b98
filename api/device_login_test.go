package api

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// program is one without a browser that wants to be signed in.
type program struct {
	bundle *testBundle
	login  client.DeviceLogin
}

func (b *testBundle) newProgram(t *testing.T, machine string) *program {
	t.Helper()

	begun, err := b.nobody.CreateDeviceLoginWithResponse(t.Context(), client.CreateDeviceLoginInputBody{Machine: machine})
	require.NoError(t, err)
	require.NotNil(t, begun.JSON201, "%s", begun.Body)

	return &program{bundle: b, login: *begun.JSON201}
}

// poll asks whether the user has decided; wait has the interval be over.
func (p *program) poll(t *testing.T, wait bool) client.DeviceToken {
	t.Helper()

	if wait {
		p.bundle.exec(t, "UPDATE device_logins SET polled_at = polled_at - interval '1 minute'")
	}

	answer, err := p.bundle.nobody.CreateDeviceTokenWithResponse(t.Context(), client.CreateDeviceTokenInputBody{DeviceCode: p.login.DeviceCode})
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return *answer.JSON200
}

// decide has a browser decide about the program.
func (p *program) decide(t *testing.T, w *browser, decision string) answered {
	t.Helper()

	return w.post(t, devicePath, url.Values{"user_code": {p.login.UserCode}, "decision": {decision}})
}

func TestDeviceLogin_WhoeverIsSignedInLetsTheProgramIn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	p := b.newProgram(t, "laptop <b>of</b> \"me\"")

	require.Regexp(t, `^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$`, p.login.UserCode)
	require.Equal(t, b.http.URL+"/device", p.login.VerificationURI)
	require.Equal(t, b.http.URL+"/device?user_code="+p.login.UserCode, p.login.VerificationURIComplete)
	require.EqualValues(t, 900, p.login.ExpiresIn)
	require.EqualValues(t, 5, p.login.Interval)
	require.Equal(t, client.DeviceTokenStatePending, p.poll(t, false).State)

	// A visitor of the page who is not signed in is sent to sign in first, and then back to the page.
	page := "/device?user_code=" + p.login.UserCode
	sent := b.newBrowser(t).get(t, page)
	require.Equal(t, http.StatusSeeOther, sent.StatusCode)
	require.Equal(t, signInPath+"?"+url.Values{returnTo: {page}}.Encode(), sent.Header.Get("Location"))

	w := b.signedIn(t, "stranger@example.com")
	asked := w.get(t, page)
	require.Equal(t, http.StatusOK, asked.StatusCode)

	for _, shown := range []string{p.login.UserCode, "laptop &lt;b&gt;of&lt;/b&gt; &#34;me&#34;", "127.0.0.1", "stranger@example.com", "only if you started it yourself"} {
		require.Contains(t, asked.text, shown)
	}

	require.Equal(t, client.DeviceTokenStatePending, p.poll(t, true).State, "to look is not to decide")

	approved := p.decide(t, w, "approve")
	require.Equal(t, http.StatusOK, approved.StatusCode, approved.text)

	done := p.poll(t, true)
	require.Equal(t, client.DeviceTokenStateSignedIn, done.State)
	require.True(t, b.signsIn(t, done.Token.Secret))
	require.Equal(t, "laptop <b>of</b> \"me\"", done.Token.Name)
	require.WithinDuration(t, time.Now().Add(365*24*time.Hour), *done.Token.ExpiresAt, time.Hour)

	me, err := b.as(t, done.Token.Secret).GetMeWithResponse(t.Context())
	require.NoError(t, err)
	require.Equal(t, "stranger@example.com", me.JSON200.User.Email)

	// Once: neither the program nor anybody with its code gets another token.
	require.Equal(t, client.DeviceTokenStateExpired, p.poll(t, true).State)
	require.Equal(t, http.StatusNotFound, p.decide(t, w, "approve").StatusCode)
	require.Equal(t, http.StatusNotFound, w.get(t, page).StatusCode)

	w.post(t, signOutPath, nil)
	require.True(t, b.signsIn(t, done.Token.Secret), "the program stays signed in")

	require.Subset(t, b.actionsOf(t, me.JSON200.User.ID), []string{"device_login.approve", "token.create"})
	require.NotContains(t, b.log.String(), p.login.DeviceCode)
	require.NotContains(t, b.log.String(), done.Token.Secret)
}

func TestDeviceLogin_AskedTooOften_IsToldToSlowDown(t *testing.T) {
	t.Parallel()

	b := setup(t)
	p := b.newProgram(t, "eager")

	require.Equal(t, client.DeviceTokenStatePending, p.poll(t, false).State)

	for _, interval := range []int64{10, 15} {
		told := p.poll(t, false)
		require.Equal(t, client.DeviceTokenStateSlowDown, told.State)
		require.Equal(t, interval, *told.Interval)
	}

	// It stays slow.
	patient := p.poll(t, true)
	require.Equal(t, client.DeviceTokenStatePending, patient.State)
	require.EqualValues(t, 15, *patient.Interval)

	require.Equal(t, http.StatusOK, p.decide(t, b.signedIn(t, "owner@example.com"), "approve").StatusCode)
	require.Equal(t, client.DeviceTokenStateSlowDown, p.poll(t, false).State, "also where there is a token")
	require.Equal(t, client.DeviceTokenStateSignedIn, p.poll(t, true).State)
}

func TestDeviceLogin_DeniedOrTooLate_GivesNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.signedIn(t, "owner@example.com")

	denied := b.newProgram(t, "unknown")
	require.Contains(t, denied.decide(t, w, "deny").text, "stays out")
	require.Equal(t, client.DeviceTokenStateDenied, denied.poll(t, true).State)
	require.Equal(t, http.StatusNotFound, denied.decide(t, w, "approve").StatusCode, "once")
	require.Equal(t, client.DeviceTokenStateDenied, denied.poll(t, true).State)

	late := b.newProgram(t, "late")
	b.exec(t, "UPDATE device_logins SET expires_at = now() WHERE machine = 'late'")
	require.Equal(t, http.StatusNotFound, late.decide(t, w, "approve").StatusCode)
	require.Equal(t, client.DeviceTokenStateExpired, late.poll(t, true).State)

	// A login that was approved, but whose token was not fetched in time, has expired as well.
	forgotten := b.newProgram(t, "forgotten")
	require.Equal(t, http.StatusOK, forgotten.decide(t, w, "approve").StatusCode)
	b.exec(t, "UPDATE device_logins SET expires_at = now() WHERE machine = 'forgotten'")
	require.Equal(t, client.DeviceTokenStateExpired, forgotten.poll(t, true).State)

	undecided := b.newProgram(t, "undecided")
	require.Equal(t, http.StatusUnprocessableEntity, undecided.decide(t, w, "").StatusCode)
	require.Equal(t, http.StatusUnauthorized, undecided.decide(t, b.newBrowser(t), "approve").StatusCode, "nobody is signed in")
	require.Equal(t, client.DeviceTokenStatePending, undecided.poll(t, true).State)

	unknown, err := b.nobody.CreateDeviceTokenWithResponse(t.Context(), client.CreateDeviceTokenInputBody{DeviceCode: "guessed"})
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, unknown.StatusCode())

	require.Equal(t, http.StatusNotFound, w.get(t, "/device?user_code=BCDF-GHJK").StatusCode)
	require.Equal(t, http.StatusOK, w.get(t, "/device").StatusCode)
}

func TestReadUserCode_AsPeopleType(t *testing.T) {
	t.Parallel()

	for _, typed := range []string{"BCDF-GHJK", "bcdfghjk", " bcdf ghjk\n", "BCDF–GHJK"} {
		require.Equal(t, "BCDFGHJK", readUserCode(typed))
	}
}
