package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/api/internal/signin"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

// hub is a GitHub with the platform's App, which signs people in.
type hub struct {
	*githubtest.Server

	bundle *testBundle
	app    fakegithub.App
}

// newHub gives the platform a GitHub, where ada, ben and eve have accounts.
func (b *testBundle) newHub(t *testing.T) *hub {
	t.Helper()

	h := &hub{Server: githubtest.New(t), bundle: b}
	for _, login := range []string{githubtest.Owner, githubtest.Developer, githubtest.Stranger} {
		h.AddUser(login)
	}

	var err error
	h.app, err = h.AddApp(githubtest.Owner, fakegithub.Manifest{
		Name: "Zeitwork", CallbackURLs: []string{b.server.service.config.at(signInCallbackPath)}, DefaultPermissions: githubtest.Permissions(),
	})
	require.NoError(t, err)

	const patience = 300 * time.Millisecond

	apps, err := githubapp.New(githubapp.Config{Config: github.Config{URL: h.URL, APIURL: h.APIURL}}, b.pool, b.server.service.keyring,
		github.Options{Transport: githubtest.Transport(), Now: h.Clock.Now, Timeout: patience})
	require.NoError(t, err)

	require.NoError(t, b.server.service.inTx(t.Context(), func(queries *database.Queries) error {
		_, err := apps.Save(t.Context(), queries, github.Credentials{
			ID: h.app.ID, Slug: h.app.Slug, ClientID: h.app.ClientID, ClientSecret: h.app.ClientSecret, PrivateKey: h.app.PrivateKey,
		}, nil)

		return err
	}))

	b.server.service.provider = signin.GitHub{Apps: apps, Logger: b.server.service.logger}

	return h
}

// leave has a browser go to GitHub, and returns the page there.
func (h *hub) leave(t *testing.T, w *browser, next string) string {
	t.Helper()

	answer := w.post(t, signInGitHubPath, url.Values{returnTo: {next}})
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, answer.text)
	require.True(t, strings.HasPrefix(answer.Header.Get("Location"), h.URL+"/login/oauth/authorize?"))

	return answer.Header.Get("Location")
}

// authorize has somebody let the App sign them in, and returns the path with which GitHub sends the browser back.
func (h *hub) authorize(t *testing.T, page, login string) string {
	t.Helper()

	back := githubtest.Submit(t, page, map[string]string{"login": login})
	require.NotNil(t, back.Location, back.Body)

	return back.Location.RequestURI()
}

// signIn has somebody sign in with GitHub.
func (h *hub) signIn(t *testing.T, w *browser, login string) answered {
	t.Helper()

	return w.get(t, h.authorize(t, h.leave(t, w, ""), login))
}

// me is whom a browser has signed in.
func (w *browser) me(t *testing.T) (email string, organisations []string) {
	t.Helper()

	answer, err := w.client(t).GetMeWithResponse(t.Context())
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	for _, organisation := range answer.JSON200.Organisations {
		organisations = append(organisations, organisation.Slug+": "+string(organisation.Role))
	}

	return answer.JSON200.User.Email, organisations
}

func TestSignIn_WithGitHub_MakesAUserWithAnOrganisationOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	h := b.newHub(t)

	require.Contains(t, b.newBrowser(t).get(t, signInPath).text, "Sign in with GitHub")

	first := b.newBrowser(t)
	answer := h.signIn(t, first, githubtest.Owner)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, answer.text)
	require.Equal(t, "/", answer.Header.Get("Location"))
	require.Len(t, first.cookies, 1, "the flow's cookie is gone")

	email, organisations := first.me(t)
	require.Equal(t, []string{"ada: owner"}, organisations)

	var (
		user     uuid.UUID
		operator bool
	)

	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT id, operator FROM users WHERE email = $1 AND github_login = 'ada' AND email_verified_at IS NOT NULL",
		email).Scan(&user, &operator))
	require.False(t, operator, "nobody becomes an operator by signing in")

	second := b.newBrowser(t)
	require.Equal(t, http.StatusSeeOther, h.signIn(t, second, githubtest.Owner).StatusCode)
	again, organisations := second.me(t)
	require.Equal(t, email, again)
	require.Len(t, organisations, 1)

	require.ElementsMatch(t, []string{"user.create", "organisation.create", "session.create", "session.create"}, b.actionsOf(t, user))
	require.Contains(t, first.get(t, accountPath).text, "ada at GitHub")
}

// actionsOf are the actions that a user has left in the audit log.
func (b *testBundle) actionsOf(t *testing.T, user uuid.UUID) (actions []string) {
	t.Helper()

	rows, err := b.queries.ListAllAuditEvents(t.Context(), database.ListAllAuditEventsParams{Before: uuid.Max, MaxRows: 50, ActorID: &user})
	require.NoError(t, err)

	for _, row := range rows {
		actions = append(actions, row.AuditEvent.Action)
	}

	return actions
}

func TestSignIn_TheTokenOfTheUserIsEndedAndStandsNowhere(t *testing.T) {
	t.Parallel()

	b := setup(t)
	h := b.newHub(t)

	revoked := 0
	h.AddFault(fakegithub.Fault{Path: "/api/v3/applications/*/token", Strike: func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodDelete {
			revoked++
		}

		return false
	}})

	back := h.authorize(t, h.leave(t, b.newBrowser(t), ""), githubtest.Owner)
	code, err := url.Parse(back)
	require.NoError(t, err)

	w := b.newBrowser(t)
	require.Equal(t, http.StatusSeeOther, h.signIn(t, w, githubtest.Owner).StatusCode)
	require.Equal(t, 1, revoked)

	// The path of a callback is logged without what is in its query.
	w.get(t, back)
	require.NotContains(t, b.log.String(), code.Query().Get("code"))
	require.NotContains(t, b.log.String(), "ghu_")
}

func TestSignIn_AStateThatIsReplayedOrOfAnotherBrowser_SignsNobodyIn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	h := b.newHub(t)

	attacker, victim := b.newBrowser(t), b.newBrowser(t)
	back := h.authorize(t, h.leave(t, attacker, ""), githubtest.Stranger)

	// The attacker has the victim come back with the attacker's code, to be signed in as the attacker.
	answer := victim.get(t, back)
	require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	require.Contains(t, answer.text, "another browser")
	require.Empty(t, victim.cookies)

	require.Equal(t, http.StatusSeeOther, attacker.get(t, back).StatusCode, "the browser that left comes back")

	replayed := b.newBrowser(t)
	replayed.cookies = attacker.cookies
	require.Equal(t, http.StatusUnprocessableEntity, replayed.get(t, back).StatusCode, "once")

	for _, path := range []string{"?code=x", "?code=x&state=", "?code=x&state=forged", "?error=access_denied", ""} {
		require.Equal(t, http.StatusUnprocessableEntity, b.newBrowser(t).get(t, signInCallbackPath+path).StatusCode, path)
	}
}

func TestSignIn_ACodeThatWasUsedElsewhere_SignsNobodyIn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	h := b.newHub(t)
	w := b.newBrowser(t)

	used, err := url.Parse(h.authorize(t, h.leave(t, w, ""), githubtest.Owner))
	require.NoError(t, err)
	require.Equal(t, http.StatusSeeOther, w.get(t, used.RequestURI()).StatusCode)

	// Another flow of the same browser, with the code of the first one: GitHub gives nothing for it, as for one with another flow's verifier.
	other := b.newBrowser(t)
	fresh, err := url.Parse(h.authorize(t, h.leave(t, other, ""), githubtest.Owner))
	require.NoError(t, err)

	state := fresh.Query().Get("state")
	answer := other.get(t, signInCallbackPath+"?"+url.Values{"state": {state}, "code": {used.Query().Get("code")}}.Encode())
	require.Equal(t, http.StatusUnauthorized, answer.StatusCode)
	require.Contains(t, answer.text, "expired or was used already")

	third := b.newBrowser(t)
	stolen, err := url.Parse(h.authorize(t, h.leave(t, third, ""), githubtest.Owner))
	require.NoError(t, err)

	fourth := b.newBrowser(t)
	own, err := url.Parse(h.authorize(t, h.leave(t, fourth, ""), githubtest.Stranger))
	require.NoError(t, err)

	answer = fourth.get(t, signInCallbackPath+"?"+url.Values{"state": {own.Query().Get("state")}, "code": {stolen.Query().Get("code")}}.Encode())
	require.Equal(t, http.StatusUnauthorized, answer.StatusCode, "a code is good with its own verifier alone")
}

func TestSignIn_DeclinedOnGitHub_SaysSoAndKeepsWhereToGo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	h := b.newHub(t)
	w := b.newBrowser(t)

	back := githubtest.Submit(t, h.leave(t, w, "/device?user_code=BCDF-GHJK"), map[string]string{"login": githubtest.Owner, "decision": "cancel"})
	require.NotNil(t, back.Location, back.Body)

	answer := w.get(t, back.Location.RequestURI())
	require.Equal(t, http.StatusForbidden, answer.StatusCode)
	require.Contains(t, answer.text, "You have declined")
	require.Contains(t, answer.text, "/device?user_code=BCDF-GHJK")
}

func TestSignIn_LeadsToThisPlatformAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	h := b.newHub(t)

	for next, expected := range map[string]string{
		"/river/jobs?state=running": "/river/jobs?state=running", "": "/", "/": "/",
		"https://evil.example/": "/", "//evil.example": "/", "/\\evil.example": "/", "/\t/evil.example": "/",
	} {
		w := b.newBrowser(t)
		answer := w.get(t, h.authorize(t, h.leave(t, w, next), githubtest.Owner))
		require.Equal(t, expected, answer.Header.Get("Location"), "%q", next)

		again := w.get(t, signInPath+"?"+url.Values{returnTo: {next}}.Encode())
		require.Equal(t, expected, again.Header.Get("Location"), "%q, signed in already", next)

		code, err := NewSignInCode(t.Context(), b.pool, "owner@example.com")
		require.NoError(t, err)

		byCode := b.newBrowser(t).post(t, signInCodePath, url.Values{"code": {code}, returnTo: {next}})
		require.Equal(t, expected, byCode.Header.Get("Location"), "%q, with a code", next)
	}
}

func TestSignIn_GitHubInTrouble_SaysSoAndTheNextTryWorks(t *testing.T) {
	t.Parallel()

	b := setup(t)
	h := b.newHub(t)

	const exchange, profile = "/login/oauth/access_token", "/api/v3/user"

	for name, fault := range map[string]fakegithub.Fault{
		"slow":                          {Path: exchange, Strike: fakegithub.Slow(3 * time.Second)},
		"slow to tell who it is":        {Path: profile, Strike: fakegithub.Slow(3 * time.Second)},
		"down":                          {Path: exchange, Strike: fakegithub.CutConnection},
		"down behind the token":         {Path: profile, Strike: fakegithub.CutConnection},
		"500":                           {Path: exchange, Strike: fakegithub.Status(http.StatusInternalServerError)},
		"500 behind the token":          {Path: profile, Strike: fakegithub.Status(http.StatusInternalServerError)},
		"403 with a secondary limit":    {Path: profile, Strike: fakegithub.SecondaryLimit},
		"limited at the exchange":       {Path: exchange, Strike: fakegithub.SecondaryLimit},
		"HTML":                          {Path: exchange, Strike: fakegithub.Unicorn},
		"HTML behind the token":         {Path: profile, Strike: fakegithub.Unicorn},
		"nothing":                       {Path: exchange, Strike: fakegithub.EmptyBody},
		"nothing behind the token":      {Path: profile, Strike: fakegithub.EmptyBody},
		"addresses that cannot be read": {Path: "/api/v3/user/emails", Strike: fakegithub.Status(http.StatusInternalServerError)},
	} {
		w := b.newBrowser(t)
		back := h.authorize(t, h.leave(t, w, ""), githubtest.Owner)

		remove := h.AddFault(fault)
		answer := w.get(t, back)
		remove()

		require.Equal(t, http.StatusServiceUnavailable, answer.StatusCode, "%s: %s", name, answer.text)
		require.Contains(t, answer.text, `role="alert">GitHub`, name)

		// A limit is waited for.
		h.Clock.Advance(time.Hour)
		require.Empty(t, w.cookies, name)
	}

	var users int
	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT count(*) FROM users WHERE github_id IS NOT NULL").Scan(&users))
	require.Zero(t, users)
	require.Equal(t, http.StatusSeeOther, h.signIn(t, b.newBrowser(t), githubtest.Owner).StatusCode)
}

func TestSignIn_AnAddressThatAnotherUserHas_IsNotThatUsersAccount(t *testing.T) {
	t.Parallel()

	b := setup(t)
	h := b.newHub(t)

	// Ada has, at GitHub, the address of the operator here.
	const taken = "owner@example.com"

	h.SetEmails(githubtest.Owner, fakegithub.Email{Address: taken, Primary: true, Verified: true})
	h.SetEmails(githubtest.Stranger, fakegithub.Email{Address: "eve@example.org", Primary: true})

	after := b.newBrowser(t)
	require.Equal(t, http.StatusSeeOther, h.signIn(t, after, githubtest.Owner).StatusCode)
	email, organisations := after.me(t)
	require.NotEqual(t, taken, email)
	require.Contains(t, email, "+ada@users.noreply.github.com")
	require.Len(t, organisations, 1)

	// An address that GitHub has not verified is nobody's.
	eve := b.newBrowser(t)
	require.Equal(t, http.StatusSeeOther, h.signIn(t, eve, githubtest.Stranger).StatusCode)
	unverified, _ := eve.me(t)
	require.Contains(t, unverified, "+eve@users.noreply.github.com")

	var verified bool
	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT email_verified_at IS NOT NULL FROM users WHERE email = $1", email).Scan(&verified))
	require.False(t, verified, "no invitation to it counts")
}

func TestSignIn_ALoginThatChangesHands_GoesWithItsAccount(t *testing.T) {
	t.Parallel()

	b := setup(t)
	h := b.newHub(t)

	ada := b.newBrowser(t)
	require.Equal(t, http.StatusSeeOther, h.signIn(t, ada, githubtest.Owner).StatusCode)
	email, _ := ada.me(t)

	// Ada gives her login up, and somebody else takes it.
	h.RenameAccount(githubtest.Owner, "ada-lovelace")
	h.AddUser(githubtest.Owner)

	taker := b.newBrowser(t)
	require.Equal(t, http.StatusSeeOther, h.signIn(t, taker, githubtest.Owner).StatusCode)
	other, _ := taker.me(t)
	require.NotEqual(t, email, other)

	var login *string
	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT github_login FROM users WHERE email = $1", email).Scan(&login))
	require.Nil(t, login, "no invitation to the login counts for its former owner")

	require.Equal(t, http.StatusSeeOther, h.signIn(t, b.newBrowser(t), "ada-lovelace").StatusCode)
	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT github_login FROM users WHERE email = $1", email).Scan(&login))
	require.Equal(t, "ada-lovelace", *login)
}

func TestSignIn_ManyAtOnceOfOneAccount_MakeOneUser(t *testing.T) {
	t.Parallel()

	b := setup(t)
	h := b.newHub(t)

	const times = 5

	backs, browsers := make([]string, times), make([]*browser, times)
	for n := range times {
		browsers[n] = b.newBrowser(t)
		backs[n] = h.authorize(t, h.leave(t, browsers[n], ""), githubtest.Owner)
	}

	statuses := make(chan int, times)
	for n := range times {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.http.URL+backs[n], nil)
		require.NoError(t, err)

		request.Header = browsers[n].header()

		go func() {
			// The transport alone follows no redirect.
			response, err := http.DefaultTransport.RoundTrip(request)
			if err != nil {
				statuses <- 0

				return
			}

			_ = response.Body.Close()
			statuses <- response.StatusCode
		}()
	}

	for range times {
		require.Equal(t, http.StatusSeeOther, <-statuses)
	}

	var users, organisations int
	require.NoError(t, b.pool.QueryRow(t.Context(),
		"SELECT count(*), (SELECT count(*) FROM organisations WHERE personal_user_id IS NOT NULL) FROM users WHERE github_id IS NOT NULL").Scan(&users, &organisations))
	require.Equal(t, []int{1, 1}, []int{users, organisations})
}

func TestConnect_TiesAnAccountToWhoeverIsSignedIn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	h := b.newHub(t)
	connect := func(w *browser, login string) answered {
		answer := w.post(t, accountConnectPath, nil)
		require.Equal(t, http.StatusSeeOther, answer.StatusCode, answer.text)

		return w.get(t, h.authorize(t, answer.Header.Get("Location"), login))
	}

	operator := b.signedIn(t, "owner@example.com")
	require.Contains(t, operator.get(t, accountPath).text, "Connect your account at GitHub")
	require.Equal(t, http.StatusSeeOther, connect(operator, githubtest.Owner).StatusCode)
	require.Contains(t, operator.get(t, accountPath).text, "ada at GitHub")

	// From then on GitHub signs the operator in.
	again := b.newBrowser(t)
	require.Equal(t, http.StatusSeeOther, h.signIn(t, again, githubtest.Owner).StatusCode)
	email, _ := again.me(t)
	require.Equal(t, "owner@example.com", email)

	another := connect(operator, githubtest.Developer)
	require.Equal(t, http.StatusConflict, another.StatusCode)
	require.Contains(t, another.text, "another account")

	stranger := b.signedIn(t, "stranger@example.com")
	theirs := connect(stranger, githubtest.Owner)
	require.Equal(t, http.StatusConflict, theirs.StatusCode, theirs.text)
	require.Contains(t, theirs.text, "another user")

	// Whoever signs in as somebody else meanwhile connects nothing.
	answer := stranger.post(t, accountConnectPath, nil)
	back := h.authorize(t, answer.Header.Get("Location"), githubtest.Developer)
	stranger.cookies[sessionCookie] = operator.cookies[sessionCookie]
	require.Equal(t, http.StatusConflict, stranger.get(t, back).StatusCode)
}

func TestSignIn_WithoutAnApp_IsByCodeAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newBrowser(t)

	require.NotContains(t, w.get(t, signInPath).text, "Sign in with GitHub")

	answer := w.post(t, signInGitHubPath, nil)
	require.Equal(t, http.StatusNotFound, answer.StatusCode)
	require.Contains(t, answer.text, "no GitHub App yet")
}

func TestSignInCode_IsGoodOnceForAnHourAndTheLastOneAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	try := func(code string) int {
		return b.newBrowser(t).post(t, signInCodePath, url.Values{"code": {code}}).StatusCode
	}
	fresh := func() string {
		code, err := NewSignInCode(t.Context(), b.pool, "Owner@Example.com")
		require.NoError(t, err)
		require.Regexp(t, `^[A-Z2-7]{8}-[A-Z2-7]{8}$`, code)

		return code
	}

	former, code := fresh(), fresh()
	require.Equal(t, http.StatusUnauthorized, try(former), "another was made")
	require.Equal(t, http.StatusUnauthorized, try("AAAAAAAA-AAAAAAAA"))
	require.Equal(t, http.StatusUnauthorized, try(""))
	require.Equal(t, http.StatusSeeOther, try(strings.ToLower(strings.ReplaceAll(code, "-", " "))), "as people type")
	require.Equal(t, http.StatusUnauthorized, try(code), "used")

	code = fresh()
	b.exec(t, "UPDATE sign_in_codes SET expires_at = now() WHERE used_at IS NULL")
	require.Equal(t, http.StatusUnauthorized, try(code), "expired")

	_, err := NewSignInCode(t.Context(), b.pool, "nobody@example.com")
	require.ErrorContains(t, err, "zeitwork admin users add")
	require.NotContains(t, b.log.String(), code)
}

func TestSignIn_AttemptsOfOneAddress_AreBounded(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.service.addresses = newAddressUse(60)

	statuses := map[int]int{}
	for range 15 {
		statuses[b.newBrowser(t).post(t, signInCodePath, url.Values{"code": {"x"}}).StatusCode]++
	}

	require.Equal(t, 10, statuses[http.StatusUnauthorized])
	require.Equal(t, 5, statuses[http.StatusTooManyRequests])

	answer := b.post(t, "", "/v1/device-logins", `{"machine":"x"}`, http.Header{"Content-Type": {"application/json"}})
	require.Equal(t, http.StatusTooManyRequests, answer.StatusCode)
	require.Equal(t, "1", answer.Header.Get("Retry-After"))
}
