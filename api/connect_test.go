package api

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

// withApp gives the platform an App as one that was made from it, with ada who owns acme, ben who is a member there, and eve. It is installed nowhere.
func (b *testBundle) withApp(t *testing.T) fakegithub.App {
	t.Helper()

	for _, login := range []string{githubtest.Owner, githubtest.Developer, githubtest.Stranger} {
		b.github.AddUser(login)
	}

	b.github.AddOrganization(githubtest.Organization, githubtest.Owner)
	b.github.SetMember(githubtest.Organization, githubtest.Developer, fakegithub.RoleMember)

	config := b.server.service.config
	app, err := b.github.AddApp(githubtest.Owner, fakegithub.Manifest{
		Name: "Zeitwork", Public: true, DefaultPermissions: appPermissions(), SetupURL: config.at(installedPath), SetupOnUpdate: true,
		CallbackURLs: []string{config.at(signInCallbackPath), config.at(connectedPath)},
	})
	require.NoError(t, err)
	b.useApp(t, app)

	return app
}

// connect has a browser begin to connect an account to an organisation, and returns GitHub's page.
func (w *browser) connect(t *testing.T, organisation uuid.UUID, way, account string) string {
	t.Helper()

	answer := w.post(t, connectPath, url.Values{"organisation": {organisation.String()}, "way": {way}, "account": {account}})
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, answer.text)

	return answer.Header.Get("Location")
}

// comeBack has somebody at GitHub submit the form of a page, and returns the path with which the browser is sent back.
func comeBack(t *testing.T, page string, fields map[string]string) string {
	t.Helper()

	back := githubtest.Submit(t, page, fields)
	require.NotNil(t, back.Location, back.Body)

	return back.Location.RequestURI()
}

func (b *testBundle) accounts(t *testing.T, of *client.ClientWithResponses, organisation uuid.UUID) (logins []string) {
	t.Helper()

	answer, err := of.ListGithubInstallationsWithResponse(t.Context(), organisation, nil)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	for _, item := range answer.JSON200.Items {
		logins = append(logins, item.Account)
	}

	return logins
}

func TestConnect_ByInstallingTheApp_TiesTheAccount(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.withApp(t)
	w, organisation := b.signedIn(t, "owner@example.com"), b.organisation(t)

	revoked := 0
	b.github.AddFault(fakegithub.Fault{Path: "/api/v3/applications/*/token", Strike: func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodDelete {
			revoked++
		}

		return false
	}})

	require.Contains(t, w.get(t, connectPath+"?organisation="+organisation.String()).text, "Install the GitHub App")

	installed := comeBack(t, w.connect(t, organisation, "install", ""), map[string]string{"login": githubtest.Owner, "account": githubtest.Organization})
	require.True(t, strings.HasPrefix(installed, installedPath+"?"), installed)

	asked := w.get(t, installed)
	require.Equal(t, http.StatusSeeOther, asked.StatusCode, asked.text)

	done := w.get(t, comeBack(t, asked.Header.Get("Location"), map[string]string{"login": githubtest.Owner}))
	require.Equal(t, http.StatusOK, done.StatusCode, done.text)
	require.Contains(t, done.text, "acme is connected")
	require.Equal(t, []string{"acme"}, b.accounts(t, b.owner, organisation))
	require.Len(t, w.cookies, 1, "the cookies of the flows are gone")
	require.Equal(t, 1, revoked, "the user's token is ended")

	events, err := b.owner.ListAuditEventsWithResponse(t.Context(), organisation, nil)
	require.NoError(t, err)
	require.Equal(t, client.AuditEventAction("github_installation.connect"), events.JSON200.Items[0].Action)

	// The same ways back end nothing again.
	require.Equal(t, http.StatusUnprocessableEntity, w.get(t, installed).StatusCode)
}

func TestConnect_BegunOnAPageOfTheDashboard_LeadsBackThere(t *testing.T) {
	t.Parallel()

	const back = "/o/local/new?account=acme"

	b := setup(t)
	b.withApp(t)
	w, organisation := b.signedIn(t, "owner@example.com"), b.organisation(t)
	begin := func(returnTo string) string {
		answer := w.post(t, connectPath, url.Values{"organisation": {organisation.String()}, "way": {"install"}, "return_to": {returnTo}})
		require.Equal(t, http.StatusSeeOther, answer.StatusCode, answer.text)

		asked := w.get(t, comeBack(t, answer.Header.Get("Location"), map[string]string{"login": githubtest.Owner, "account": githubtest.Organization}))
		require.Equal(t, http.StatusSeeOther, asked.StatusCode, asked.text)

		return asked.Header.Get("Location")
	}

	form := w.get(t, connectPath+"?organisation="+organisation.String()+"&return_to="+url.QueryEscape(back))
	require.Contains(t, html.UnescapeString(form.text), `name="return_to" value="`+back+`"`)

	// Somebody who may not connect the account is told so, with the way back.
	refused := w.get(t, comeBack(t, begin(back), map[string]string{"login": githubtest.Developer}))
	require.Equal(t, http.StatusForbidden, refused.StatusCode)
	require.Contains(t, html.UnescapeString(refused.text), `href="`+back+`"`)

	done := w.get(t, comeBack(t, begin(back), map[string]string{"login": githubtest.Owner}))
	require.Equal(t, http.StatusSeeOther, done.StatusCode, done.text)
	require.Equal(t, back, done.Header.Get("Location"))

	// Nothing leads to another site.
	elsewhere := w.get(t, comeBack(t, begin("https://evil.example.com/"), map[string]string{"login": githubtest.Owner}))
	require.Equal(t, http.StatusOK, elsewhere.StatusCode, elsewhere.text)
	require.Contains(t, elsewhere.text, "acme is connected")
}

func TestConnect_OfAnInstallationThatIsThere_IsOfTheAccountThatWasAskedFor(t *testing.T) {
	t.Parallel()

	b := setup(t)
	app := b.withApp(t)
	b.github.Install(app.ID, githubtest.Organization)
	b.github.Install(app.ID, githubtest.Owner)

	w, organisation := b.signedIn(t, "owner@example.com"), b.organisation(t)

	// Of several that are administered, one has to be chosen.
	many := w.get(t, comeBack(t, w.connect(t, organisation, "installed", ""), map[string]string{"login": githubtest.Owner}))
	require.Contains(t, many.text, "Which account?")
	require.Empty(t, b.accounts(t, b.owner, organisation))

	for _, account := range []string{"ACME", githubtest.Owner} {
		done := w.get(t, comeBack(t, w.connect(t, organisation, "installed", account), map[string]string{"login": githubtest.Owner}))
		require.Contains(t, done.text, "is connected")
	}

	require.Equal(t, []string{"acme", "ada"}, b.accounts(t, b.owner, organisation))

	none := w.get(t, comeBack(t, w.connect(t, organisation, "installed", "nobody"), map[string]string{"login": githubtest.Owner}))
	require.Equal(t, http.StatusNotFound, none.StatusCode)
	require.Contains(t, none.text, "not installed on the account nobody")
}

func TestConnect_OfAnAccountThatSomebodyElseAdministers_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	app := b.withApp(t)
	installation := b.github.Install(app.ID, githubtest.Organization)
	w, organisation := b.signedIn(t, "owner@example.com"), b.organisation(t)

	// A member of acme sees its installation and does not administer it; eve does not even see it.
	for login, words := range map[string]string{githubtest.Developer: "You do not administer the account acme", githubtest.Stranger: "not installed on the account acme"} {
		refused := w.get(t, comeBack(t, w.connect(t, organisation, "installed", githubtest.Organization), map[string]string{"login": login}))
		require.GreaterOrEqual(t, refused.StatusCode, 400)
		require.Contains(t, refused.text, words)
	}

	// To come back with the installation's id does not help the stranger, either.
	state := stateOf(t, w.connect(t, organisation, "install", ""))
	forged := url.Values{"installation_id": {strconv.FormatInt(installation, 10)}, "setup_action": {"install"}, "state": {state}}
	asked := w.get(t, installedPath+"?"+forged.Encode())
	require.Equal(t, http.StatusSeeOther, asked.StatusCode, asked.text)

	refused := w.get(t, comeBack(t, asked.Header.Get("Location"), map[string]string{"login": githubtest.Stranger}))
	require.Equal(t, http.StatusNotFound, refused.StatusCode)
	require.Empty(t, b.accounts(t, b.owner, organisation))
}

func stateOf(t *testing.T, address string) string {
	t.Helper()

	parsed, err := url.Parse(address)
	require.NoError(t, err)

	return parsed.Query().Get("state")
}

func TestConnect_OfAnAccountOfAnotherOrganisation_IsAConflict_UntilThatHasLetItGo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	app := b.withApp(t)
	installation := b.github.Install(app.ID, githubtest.Organization)
	stranger := b.organisationOf(t, "stranger@example.com")
	b.tie(t, app.ID, installation, githubtest.Organization, stranger)

	w, organisation := b.signedIn(t, "owner@example.com"), b.organisation(t)
	connect := func() answered {
		return w.get(t, comeBack(t, w.connect(t, organisation, "installed", githubtest.Organization), map[string]string{"login": githubtest.Owner}))
	}

	refused := connect()
	require.Equal(t, http.StatusConflict, refused.StatusCode, refused.text)
	require.Contains(t, refused.text, "connected to another organisation already")

	b.exec(t, "UPDATE github_installations SET organisation_id = NULL")
	require.Equal(t, http.StatusOK, connect().StatusCode)
	require.Equal(t, []string{"acme"}, b.accounts(t, b.owner, organisation))
	require.Empty(t, b.accounts(t, b.stranger, stranger))

	// Again it changes nothing.
	require.Equal(t, http.StatusOK, connect().StatusCode)
}

// organisationOf is the only organisation of a user.
func (b *testBundle) organisationOf(t *testing.T, email string) (organisation uuid.UUID) {
	t.Helper()

	require.NoError(t, b.pool.QueryRow(t.Context(), `SELECT organisation_id FROM organisation_members JOIN users ON users.id = user_id WHERE email = $1`,
		email).Scan(&organisation))

	return organisation
}

func TestConnect_InstalledAnew_HasTheRepositoriesOfTheFormerInstallation(t *testing.T) {
	t.Parallel()

	b := setup(t)
	app := b.withApp(t)
	w, organisation := b.signedIn(t, "owner@example.com"), b.organisation(t)
	repository := b.github.AddRepository(fakegithub.Repository{Owner: githubtest.Organization, Name: githubtest.Name, Private: true})
	connect := func() {
		done := w.get(t, comeBack(t, w.connect(t, organisation, "installed", githubtest.Organization), map[string]string{"login": githubtest.Owner}))
		require.Contains(t, done.text, "is connected")
	}

	first := b.github.Install(app.ID, githubtest.Organization)

	connect()

	made, err := b.owner.CreateProjectWithResponse(t.Context(), nil, client.CreateProjectInputBody{Name: "Shop", GithubRepositoryID: &repository})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	b.github.Uninstall(first)
	b.exec(t, "UPDATE github_installations SET removed_at = now()")
	b.github.Install(app.ID, githubtest.Organization)
	connect()

	project, err := b.owner.GetProjectWithResponse(t.Context(), made.JSON201.ID)
	require.NoError(t, err)
	require.Nil(t, project.JSON200.Github.Problem)
}

func TestConnect_IsForOwnersAndTheBrowserThatBegan(t *testing.T) {
	t.Parallel()

	b := setup(t)
	app := b.withApp(t)
	b.github.Install(app.ID, githubtest.Organization)
	organisation := b.organisation(t)
	w, other := b.signedIn(t, "owner@example.com"), b.signedIn(t, "stranger@example.com")

	// A stranger is told nothing of the organisation, a developer that owners can.
	for _, answer := range []answered{
		other.get(t, connectPath+"?organisation="+organisation.String()),
		other.post(t, connectPath, url.Values{"organisation": {organisation.String()}, "way": {"install"}}),
		other.post(t, connectPath, url.Values{"organisation": {"x"}, "way": {"install"}}),
	} {
		require.Equal(t, http.StatusNotFound, answer.StatusCode, answer.text)
	}

	b.exec(t, `INSERT INTO organisation_members (organisation_id, user_id, role) SELECT $1, id, 'developer' FROM users WHERE email = 'stranger@example.com'`, organisation)
	require.Equal(t, http.StatusForbidden, other.get(t, connectPath+"?organisation="+organisation.String()).StatusCode)
	require.NotContains(t, other.get(t, connectPath).text, organisation.String())

	hostile := url.Values{"organisation": {organisation.String()}, "account": {`"><script>alert(1)</script>`}, "way": {"installed"}}
	for _, answer := range []answered{w.get(t, connectPath+"?"+hostile.Encode()), w.post(t, connectPath, hostile)} {
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
		require.NotContains(t, answer.text, "alert(1)")
	}

	require.Contains(t, w.get(t, connectPath).text, organisation.String())

	back := comeBack(t, w.connect(t, organisation, "installed", githubtest.Organization), map[string]string{"login": githubtest.Owner})

	// Another browser, nobody, and the one of somebody who has signed in as somebody else meanwhile.
	require.Equal(t, http.StatusUnprocessableEntity, other.get(t, back).StatusCode)
	require.Equal(t, http.StatusUnprocessableEntity, b.newBrowser(t).get(t, back).StatusCode)

	session := w.cookies[sessionCookie]
	w.cookies[sessionCookie] = other.cookies[sessionCookie]
	require.Equal(t, http.StatusConflict, w.get(t, back).StatusCode)
	w.cookies[sessionCookie] = session

	// The state of a connection to GitHub does not serve to end a sign-in.
	back = comeBack(t, w.connect(t, organisation, "installed", githubtest.Organization), map[string]string{"login": githubtest.Owner})
	require.NotEqual(t, http.StatusSeeOther, w.get(t, strings.Replace(back, connectedPath, signInCallbackPath, 1)).StatusCode)

	// An owner who became a developer meanwhile may not connect the account.
	back = comeBack(t, w.connect(t, organisation, "installed", githubtest.Organization), map[string]string{"login": githubtest.Owner})
	b.exec(t, "UPDATE organisation_members SET role = 'developer' WHERE organisation_id = $1", organisation)
	require.Equal(t, http.StatusForbidden, w.get(t, back).StatusCode)
	require.Empty(t, b.accounts(t, b.owner, organisation))
}

func TestConnect_WhereGitHubIsInTrouble_SaysSo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	app := b.withApp(t)
	b.github.Install(app.ID, githubtest.Organization)
	w, organisation := b.signedIn(t, "owner@example.com"), b.organisation(t)

	for name, fault := range map[string]fakegithub.Fault{
		"down": {Strike: fakegithub.Status(500)}, "HTML": {Strike: fakegithub.Unicorn}, "slow": {Strike: fakegithub.Slow(time.Minute)},
		"limited": {Path: "/api/v3/", Strike: fakegithub.SecondaryLimit}, "cut": {Strike: fakegithub.CutConnection},
	} {
		back := comeBack(t, w.connect(t, organisation, "installed", githubtest.Organization), map[string]string{"login": githubtest.Owner})
		mend := b.github.AddFault(fault)
		answer := w.get(t, back)
		require.Equal(t, http.StatusServiceUnavailable, answer.StatusCode, "%s: %s", name, answer.text)
		require.Contains(t, answer.text, "GitHub", name)

		mend()
		b.github.Clock.Advance(time.Hour)
	}

	denied := comeBack(t, w.connect(t, organisation, "installed", ""), map[string]string{"login": githubtest.Owner, "decision": "cancel"})
	require.Equal(t, http.StatusForbidden, w.get(t, denied).StatusCode)
	require.Empty(t, b.accounts(t, b.owner, organisation))
}

func TestInstalled_FromGitHubsSide_LeadsToWhatToDo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newBrowser(t)

	require.Contains(t, w.get(t, installedPath+"?installation_id=1&setup_action=install").text, connectPath)
	require.Contains(t, w.get(t, installedPath+"?installation_id=1&setup_action=update").text, "within a minute")
	require.Contains(t, w.get(t, installedPath+"?setup_action=request&state=x").text, "has to agree")
	require.Equal(t, http.StatusUnprocessableEntity, w.get(t, installedPath+"?installation_id=1&state=x").StatusCode)
}

func TestApp_IsMadeByTheManifest_ByOperatorsAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.github.AddUser(githubtest.Owner)
	b.github.AddOrganization(githubtest.Organization, githubtest.Owner)

	w, other := b.signedIn(t, "owner@example.com"), b.signedIn(t, "stranger@example.com")
	require.Equal(t, http.StatusForbidden, other.get(t, appPath).StatusCode)
	require.Equal(t, http.StatusForbidden, other.post(t, appPath, url.Values{"name": {"x"}}).StatusCode)
	require.Equal(t, http.StatusForbidden, other.get(t, appMadePath+"?code=x&state=x").StatusCode)
	require.Equal(t, http.StatusSeeOther, b.newBrowser(t).get(t, appPath).StatusCode)

	require.Contains(t, w.get(t, appPath).text, "Make the GitHub App")
	require.Equal(t, http.StatusUnprocessableEntity, w.post(t, appPath, url.Values{}).StatusCode)

	form := w.post(t, appPath, url.Values{"name": {"Our Zeitwork"}, "organization": {githubtest.Organization}})
	action, manifest := formOf(t, form.text)
	require.True(t, strings.HasPrefix(action, b.github.URL+"/organizations/acme/settings/apps/new?state="), action)
	require.Contains(t, manifest, `"active":false`)
	require.Contains(t, form.Header.Get("Content-Security-Policy"), "form-action 'self' "+b.github.URL)

	made := githubtest.Post(t, action, map[string]string{"manifest": manifest}, map[string]string{"login": githubtest.Owner})
	require.NotNil(t, made.Location, made.Body)

	back := made.Location.RequestURI()

	// The state of another one's browser, and a code that is not GitHub's.
	require.Equal(t, http.StatusUnprocessableEntity, b.signedIn(t, "owner@example.com").get(t, back).StatusCode)

	done := w.get(t, back)
	require.Equal(t, http.StatusOK, done.StatusCode, done.text)
	require.Contains(t, done.text, "our-zeitwork")
	require.Equal(t, http.StatusUnprocessableEntity, w.get(t, back).StatusCode, "once")

	app, err := b.apps.Current(t.Context())
	require.NoError(t, err)
	require.Contains(t, app.InstallURL(""), "our-zeitwork")
	require.Contains(t, w.get(t, appPath).text, "The platform has the App our-zeitwork")

	events, err := b.owner.ListAllAuditEventsWithResponse(t.Context(), nil)
	require.NoError(t, err)

	require.True(t, slices.ContainsFunc(events.JSON200.Items, func(e client.AuditEvent) bool { return string(e.Action) == "github_app.create" }))
	require.NotContains(t, b.log.String(), "PRIVATE KEY")

	// An account can be connected by what the manifest has asked for.
	organisation := b.organisation(t)
	installed := comeBack(t, w.connect(t, organisation, "install", ""), map[string]string{"login": githubtest.Owner, "account": githubtest.Organization})
	asked := w.get(t, installed)
	require.Contains(t, w.get(t, comeBack(t, asked.Header.Get("Location"), map[string]string{"login": githubtest.Owner})).text, "acme is connected")
}

func TestApp_WhoseCodeIsNoLongerGood_IsNotSaved(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.github.AddUser(githubtest.Owner)
	w := b.signedIn(t, "owner@example.com")

	action, manifest := formOf(t, w.post(t, appPath, url.Values{"name": {"Zeitwork"}}).text)
	made := githubtest.Post(t, action, map[string]string{"manifest": manifest}, map[string]string{"login": githubtest.Owner})
	require.NotNil(t, made.Location, made.Body)
	b.github.Clock.Advance(2 * time.Hour)

	answer := w.get(t, made.Location.RequestURI())
	require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	require.Contains(t, answer.text, "expired or was used already")

	_, err := b.apps.Current(t.Context())
	require.Error(t, err)
}

// formOf returns the action and the manifest of a page's form.
func formOf(t *testing.T, page string) (action, manifest string) {
	t.Helper()

	found := regexp.MustCompile(`(?s)action="([^"]+)".*name="manifest" value="([^"]+)"`).FindStringSubmatch(page)
	require.NotNil(t, found, page)

	return html.UnescapeString(found[1]), html.UnescapeString(found[2])
}
