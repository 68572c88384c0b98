package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	connectTitle = "Connect an account on GitHub"
	// organisationField names the organisation in addresses and forms.
	organisationField = "organisation"
	// connectPath is the page on which an account on GitHub is connected to an organisation.
	connectPath = "/github/connect"
	// installedPath is where GitHub sends browsers after an installation: the setup URL of the GitHub App.
	installedPath = "/v1/github/installed"
	// connectedPath is where GitHub sends browsers that were asked who they are: it has to be among the callback URLs of the GitHub App.
	connectedPath = "/v1/github/connected"
)

// connection is what a browser goes to GitHub for.
type connection struct {
	// Account is the name of the account that was asked for; empty for one that is chosen on the way.
	Account string `json:"account,omitempty"`
	// Installation is GitHub's id of what was installed on the way.
	Installation int64 `json:"installation,omitempty"`
}

// registerGitHubPages serves the pages on the way to GitHub and back.
func (s *service) registerGitHubPages(mux *http.ServeMux) {
	mux.HandleFunc("GET "+connectPath, s.signedInOnly(s.showConnect))
	mux.HandleFunc("POST "+connectPath, s.limited(s.signedInOnly(s.leaveForConnection)))
	mux.HandleFunc("GET "+installedPath, s.limited(s.comeBackInstalled))
	mux.HandleFunc("GET "+connectedPath, s.limited(s.comeBackToConnect))
	mux.Handle("GET "+appPath, s.operatorsOnly(http.HandlerFunc(s.showApp)))
	mux.Handle("POST "+appPath, s.operatorsOnly(http.HandlerFunc(s.askForApp)))
	mux.Handle("GET "+appMadePath, s.operatorsOnly(http.HandlerFunc(s.takeApp)))
}

// asOwner admits the user of a page to an organisation that they own.
func (s *service) asOwner(ctx context.Context, who caller, organisation uuid.UUID) (context.Context, error) {
	admitted, err := s.enterAs(ctx, admission{caller: who, permission: personally(ownerOf(organisationSubject())), subject: organisation})

	return context.WithValue(ctx, admissionKey{}, admitted), err
}

// showConnect asks how an account is to be connected to the organisation that the address names, or lists the organisations.
func (s *service) showConnect(writer http.ResponseWriter, request *http.Request, who caller) {
	shown, err := s.connectForms(request.Context(), who, request.URL.Query())
	if err != nil {
		s.showProblem(writer, request, err)

		return
	}

	s.showGitHub(writer, request, shown)
}

func (s *service) connectForms(ctx context.Context, who caller, query url.Values) (githubPage, error) {
	if query.Get(organisationField) == "" {
		return s.chooseOrganisation(ctx, who, query.Get(returnTo))
	}

	organisation, err := uuid.Parse(query.Get(organisationField))
	if err != nil {
		return githubPage{}, notFound("organisation")
	}

	ctx, err = s.asOwner(ctx, who, organisation)
	if err != nil {
		return githubPage{}, err
	}

	row, err := s.queries.GetOrganisationOf(ctx, organisation, who.userID)
	if err != nil {
		return githubPage{}, err
	}

	account, err := accountIn(query)
	if err != nil {
		return githubPage{}, err
	}

	named := account
	if named == "" {
		named = "an account"
	}

	back := query.Get(returnTo)

	return githubPage{
		Heading: fmt.Sprintf("Connect %s on GitHub to %s", named, row.Organisation.Name),
		Texts: []string{
			"The organisation's members will see the repositories that you let the GitHub App read, private ones too, and make projects of them.",
			"GitHub is asked whether you administer the account: nobody else can connect it.",
		},
		Forms: []pageForm{
			{
				Method: http.MethodPost, Action: connectPath, Button: "Install the GitHub App, or choose its repositories", IsMain: account == "",
				Fields: map[string]string{organisationField: organisation.String(), "way": "install", returnTo: back},
			},
			{
				Method: http.MethodPost, Action: connectPath, Button: "It is installed already", IsMain: account != "",
				Fields: map[string]string{organisationField: organisation.String(), "account": account, "way": "installed", returnTo: back},
			},
		},
	}, nil
}

// accountName is what an account on GitHub can be called, as the API's input has it.
var accountName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)

// accountIn returns the account that a form or an address names; empty for none. What nobody can be called is not shown to anybody.
func accountIn(values url.Values) (string, error) {
	account := values.Get("account")
	if account != "" && !accountName.MatchString(account) {
		return "", problem.New(problem.Invalid, "This is not the name of an account on GitHub.")
	}

	return account, nil
}

// chooseOrganisation lists the organisations that a user owns. The page behind leads back to a path of the platform.
func (s *service) chooseOrganisation(ctx context.Context, who caller, back string) (githubPage, error) {
	rows, err := s.queries.ListOrganisationsOf(ctx, database.ListOrganisationsOfParams{UserID: who.userID, Before: uuid.Max, MaxRows: mostShown})
	if err != nil {
		return githubPage{}, err
	}

	shown := githubPage{Heading: connectTitle, Texts: []string{"To which organisation?"}}

	for _, row := range rows {
		if role(row.Role) == roleOwner {
			parameters := url.Values{organisationField: {row.Organisation.ID.String()}}
			if back != "" {
				parameters.Set(returnTo, localPath(back))
			}

			shown.Links = append(shown.Links, pageLink{connectPath + "?" + parameters.Encode(), row.Organisation.Name})
		}
	}

	if len(shown.Links) == 0 {
		shown.Texts = []string{"You own no organisation. An owner of yours can connect accounts."}
	}

	return shown, nil
}

// leaveForConnection sends a browser to GitHub: to install the App, or to show who somebody is.
func (s *service) leaveForConnection(writer http.ResponseWriter, request *http.Request, who caller) {
	if err := s.leaveToGitHub(writer, request, who); err != nil {
		s.showProblemWithWayBack(writer, request, err, request.PostForm.Get(returnTo))
	}
}

func (s *service) leaveToGitHub(writer http.ResponseWriter, request *http.Request, who caller) error {
	if err := form(writer, request); err != nil {
		return err
	}

	organisation, err := uuid.Parse(request.PostForm.Get(organisationField))
	if err != nil {
		return notFound("organisation")
	}

	ctx, err := s.asOwner(request.Context(), who, organisation)
	if err != nil {
		return err
	}

	account, err := accountIn(request.PostForm)
	if err != nil {
		return err
	}

	app, err := s.apps.Current(ctx)
	if err != nil {
		return err
	}

	start := flowStart{
		Purpose: flowConnect, UserID: who.userID, OrganisationID: organisation, ReturnTo: request.PostForm.Get(returnTo), Details: connection{Account: account},
	}

	if request.PostForm.Get("way") != "install" {
		return s.leaveToShowWho(writer, request, app, start)
	}

	begun, err := s.beginFlow(ctx, start)
	if err != nil {
		return err
	}

	http.SetCookie(writer, begun.Cookie)
	http.Redirect(writer, request, app.InstallURL(begun.State), http.StatusSeeOther)

	return nil
}

// leaveToShowWho begins a flow and has the browser show GitHub who it is.
func (s *service) leaveToShowWho(writer http.ResponseWriter, request *http.Request, app *github.App, start flowStart) error {
	begun, err := s.beginFlow(request.Context(), start)
	if err != nil {
		return err
	}

	http.SetCookie(writer, begun.Cookie)
	http.Redirect(writer, request, app.AuthorizeURL(s.connecting(begun.ID, begun.State)), http.StatusSeeOther)

	return nil
}

// connecting is the way of a flow to GitHub and back.
func (s *service) connecting(flow uuid.UUID, state string) github.SignIn {
	return github.SignIn{RedirectURL: s.config.at(connectedPath), State: state, Verifier: s.verifier(flow)}
}
