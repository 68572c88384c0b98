package api

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// appPath is the page on which operators make the platform's GitHub App.
	appPath = "/github/app"
	// appMadePath is where GitHub sends the browser with the code of the App.
	appMadePath = "/v1/github/app/made"
	// flowApp is a flow in which the App is made.
	flowApp = "github_app"
	// maxAppName is how long the name of an App on GitHub may be.
	maxAppName = 34
)

// AppPage is the address of the page on which operators make the platform's GitHub App, for an API of this configuration.
func (c Config) AppPage() string { return c.at(appPath) }

// appPermissions are what the platform's App asks for.
func appPermissions() github.Permissions {
	return github.Permissions{
		"contents": "read", "statuses": "write", "deployments": "write", "pull_requests": "write", "members": "read", "emails": "read",
	}
}

// showApp shows operators which App the platform has, and has them make one.
func (s *service) showApp(writer http.ResponseWriter, request *http.Request) {
	if s.apps.IsConfigured() {
		s.showGitHub(writer, request, githubPage{
			Heading: "The GitHub App is configured",
			Texts:   []string{"It is the one that ZEITWORK_GITHUB_APP_ID names. Take that setting away to make another one from here."},
			Links:   []pageLink{{connectPath, connectTitle}},
		})

		return
	}

	back := request.URL.Query().Get(returnTo)
	address := s.config.address()
	shown := githubPage{
		Heading: "Make the GitHub App",
		Texts: []string{
			"With it people sign in and choose repositories. GitHub asks you to confirm it; it can read repositories that people choose, and report on commits and " +
				"pull requests. It needs no webhook and no address that GitHub can reach.",
		},
		Forms: []pageForm{{
			Method: http.MethodPost, Action: appPath, Button: "Go on", IsMain: true, Fields: map[string]string{returnTo: back},
			Inputs: []pageInput{
				{Name: "name", Label: "Its name, which nobody else's on GitHub has", Value: lo.Substring("Zeitwork "+address.Hostname(), 0, maxAppName), IsNeeded: true},
				{Name: "organization", Label: "The organization on GitHub that owns it; empty: you do"},
			},
		}},
	}

	app, err := s.queries.GetGithubApp(request.Context())
	if _, err = found(app, err, "GitHub App"); err == nil {
		shown.Heading = "Make another GitHub App"
		shown.Texts = append([]string{fmt.Sprintf("The platform has the App %s. Another one takes its place: accounts have to install that, and be connected again.",
			app.Slug)}, shown.Texts...)
	} else if problem.CodeOf(err) != problem.NotFound {
		s.showProblem(writer, request, err)

		return
	}

	s.showGitHub(writer, request, shown)
}

// askForApp shows the form that GitHub makes the App from.
func (s *service) askForApp(writer http.ResponseWriter, request *http.Request) {
	if err := s.showManifest(writer, request); err != nil {
		s.showProblem(writer, request, err)
	}
}

func (s *service) showManifest(writer http.ResponseWriter, request *http.Request) error {
	if err := form(writer, request); err != nil {
		return err
	}

	if s.apps.IsConfigured() {
		return problem.New(problem.Conflict, "The GitHub App is configured by ZEITWORK_GITHUB_APP_ID and cannot be replaced from here.")
	}

	name := request.PostForm.Get("name")
	if name == "" || len(name) > maxAppName {
		return problem.New(problem.Invalid, "The name of the App must have between 1 and %d characters.", maxAppName)
	}

	who, err := s.sessionOf(request)
	if err != nil {
		return err
	}

	begun, err := s.beginFlow(request.Context(), flowStart{Purpose: flowApp, UserID: who.userID, ReturnTo: request.PostForm.Get(returnTo)})
	if err != nil {
		return err
	}

	asked, err := s.apps.Client().ManifestForm(s.manifest(name), request.PostForm.Get("organization"), begun.State)
	if err != nil {
		return err
	}

	http.SetCookie(writer, begun.Cookie)
	s.showGitHub(writer, request, githubPage{
		Heading: "Make " + name + " on GitHub",
		Texts:   []string{"GitHub shows what the App may do and asks you to confirm it. Then you are back here."},
		Forms: []pageForm{{
			Method: http.MethodPost, Action: asked.Action, Fields: map[string]string{"manifest": asked.Manifest}, Button: "Make the App on GitHub", IsMain: true,
		}},
	})

	return nil
}

// manifest is what the platform's App is made from.
func (s *service) manifest(name string) github.Manifest {
	return github.Manifest{
		Name: name, URL: s.config.at(""), Description: "Deploys repositories to the platform at " + s.config.at("") + ".",
		RedirectURL: s.config.at(appMadePath), CallbackURLs: []string{s.config.at(signInCallbackPath), s.config.at(connectedPath)},
		SetupURL: s.config.at(installedPath), IsPublic: true, Permissions: appPermissions(),
	}
}

// takeApp takes the App that GitHub has just made.
func (s *service) takeApp(writer http.ResponseWriter, request *http.Request) {
	query := request.URL.Query()

	flow, forget, err := s.finishFlow(request.Context(), flowApp, query.Get("state"), request)
	http.SetCookie(writer, forget)

	var made github.Credentials
	if err == nil {
		made, err = s.saveApp(request, flow, query)
	}

	if err != nil {
		s.showProblemWithWayBack(writer, request, err, flow.ReturnTo)

		return
	}

	if isWayBack(flow.ReturnTo) {
		http.Redirect(writer, request, localPath(flow.ReturnTo), http.StatusSeeOther)

		return
	}

	s.showGitHub(writer, request, githubPage{
		Heading: "The platform has its GitHub App",
		Texts: []string{
			"People can sign in with GitHub now, and connect accounts.",
		},
		Links: []pageLink{
			{connectPath, connectTitle},
			{s.apps.Client().URL() + "/apps/" + url.PathEscape(made.Slug), made.Slug + " on GitHub"},
		},
	})
}

func (s *service) saveApp(request *http.Request, flow database.WebFlow, query url.Values) (github.Credentials, error) {
	ctx := request.Context()

	who, err := s.sessionOf(request)
	if err != nil {
		return github.Credentials{}, err
	}

	if flow.UserID == nil || who.userID != *flow.UserID {
		return github.Credentials{}, problem.New(problem.Conflict, "You have signed in as somebody else meanwhile. Make the App again.")
	}

	if query.Get("code") == "" {
		return github.Credentials{}, problem.New(problem.Invalid, "GitHub has sent you back without an App. Make it again.")
	}

	made, err := s.apps.Client().Convert(ctx, query.Get("code"))
	if err != nil {
		return made, err
	}

	return made, s.inTx(ctx, func(queries *database.Queries) error { return storeApp(request, s.apps, queries, who, made) })
}

// storeApp makes an App the platform's.
func storeApp(request *http.Request, apps *githubapp.Apps, queries *database.Queries, who caller, made github.Credentials) error {
	row, err := apps.Save(request.Context(), queries, made, lo.EmptyableToPtr(who.userID))
	if err != nil {
		return err
	}

	return auditAs(request.Context(), queries, who, nil, AuditEvent{
		Action: "github_app.create", SubjectType: "github_app", SubjectID: row, Details: map[string]any{"app": made.ID, detailSlug: made.Slug},
	})
}
